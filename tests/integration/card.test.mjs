/* polder card check: what a person and a script learn of a card. */
import assert from 'node:assert/strict'
import {spawnSync} from 'node:child_process'
import {mkdirSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {test} from 'node:test'
import {build, makeFolder} from './cli.mjs'

const check = (args, input = '') => spawnSync(join(build, 'polder'), ['card', 'check', ...args], {encoding: 'utf8', input})
const whole = `---
license: creativeml-openrail-m
base_model: example/base
---
# Painter
## Intended use
For sketches of stage designs.
## Out-of-scope use
Not for pictures of real people.
## Limitations
Hands have six fingers at times.
## Training data
Sketches that two theatres gave.
## Evaluation
Forty designers preferred it in 61 of 100 pairs.
`

test('a whole card is complete, and its licence\'s restrictions are told', (t) => {
  const folder = makeFolder(t)
  mkdirSync(join(folder, 'model'))
  writeFileSync(join(folder, 'model', 'README.md'), whole)
  const words = check([join(folder, 'model')])
  assert.equal(words.status, 0, words.stderr)
  assert.match(words.stdout, /restricts for what it may be used/)
  const told = JSON.parse(check([join(folder, 'model', 'README.md'), '--json']).stdout)
  assert.equal(told.complete, true)
  assert.deepEqual(told.licence, {id: 'creativeml-openrail-m', known: true, restricts: ['uses']})
  assert.deepEqual(told.findings, [])
  assert.equal(told.says.length, 5)
  assert.equal(told.metadata.base_model, 'example/base')
})

test('what is missing fails, advice alone does not', (t) => {
  const bare = check(['-', '--json'], '# Only a name\n')
  assert.equal(bare.status, 1)
  const told = JSON.parse(bare.stdout)
  assert.equal(told.complete, false)
  assert.deepEqual(told.findings.map((f) => f.rule).slice(0, 3), ['metadata-missing', 'intent-missing', 'scope-missing'])
  assert.ok(told.findings.every((f) => f.message && f.advice && ['wrong', 'missing', 'advice'].includes(f.grade)))
  const less = check(['-', '--json'], whole.slice(0, whole.indexOf('## Training')))
  assert.equal(less.status, 0)
  assert.deepEqual(JSON.parse(less.stdout).findings.map((f) => f.grade), ['advice', 'advice'])
  /* Of a dataset nobody asks how it was evaluated. */
  assert.ok(!check(['-', '--json', '--dataset'], whole.slice(0, whole.indexOf('## Evaluation'))).stdout.includes('evaluation-missing'))
})

test('what is no card is said so, with its place', (t) => {
  const folder = makeFolder(t)
  writeFileSync(join(folder, 'README.md'), '---\nlicense: mit\nlicense: gpl\n---\n')
  const twice = check([join(folder, 'README.md')])
  assert.notEqual(twice.status, 0)
  assert.match(twice.stderr, /line 3/)
  assert.match(twice.stderr, /README\.md/)
  assert.notEqual(check([join(folder, 'none')]).status, 0)
  assert.equal(check([]).status, 2)
  const escape = check(['-'], '---\nlicense: "\\u001b[31mred"\n---\n')
  assert.ok(!escape.stdout.includes('\u001b'))
})
