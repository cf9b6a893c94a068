// A kind of one's own, put into the hub's folder: everything works with it as with those that are built in.
import assert from 'node:assert/strict'
import {readFileSync, readdirSync, rmSync} from 'node:fs'
import {join} from 'node:path'
import {test} from 'node:test'
import {makeHub} from './cli.mjs'

const rehearsal = {
  kind: 'rehearsal', title: 'Rehearsal', plural: 'Rehearsals', path: 'rehearsals', area: 'assurance', description: 'An exercise of an emergency, and what it taught.',
  schema: {
    type: 'object', additionalProperties: false, required: ['title'],
    properties: {
      title: {type: 'string', minLength: 1, title: 'Title'}, summary: {type: 'string', title: 'Summary'}, held: {type: 'string', format: 'date', title: 'Held on'},
      scenario: {enum: ['outage', 'misuse'], title: 'Scenario'}, findings: {type: 'string', title: 'Findings'}, people: {type: 'array', items: {type: 'string'}, title: 'People'},
    },
  },
  headline: '/title', summary: '/summary', date: '/held', number: {form: 'REHEARSAL-{seq:3}'},
  visibility: {public: ['/title', '/summary', '/held', '/scenario'], owner: ['/findings', '/people'], coordinators: ['/findings', '/people']},
  links: {tested: {title: 'Tested', inverse: 'Tested in rehearsals', to: ['system', 'safeguard']}},
  lifecycle: {
    initial: 'planned', states: {planned: {title: 'Planned'}, held: {title: 'Held', public: true}},
    moves: {hold: {title: 'Hold', from: ['planned'], to: 'held', who: ['coordinator'], requires: ['/held']}},
  },
  search: {title: ['/title'], high: ['/summary'], text: ['/findings']}, facets: {scenario: {title: 'Scenario', field: '/scenario'}},
}

const withRehearsal = (t) => {
  const hub = makeHub(t)
  hub.file('hub/kinds/rehearsal.json', rehearsal)
  return hub
}

test('it is listed and described', (t) => {
  const hub = withRehearsal(t)
  const k = hub.json('kinds').find((one) => one.kind === 'rehearsal')
  assert.deepEqual([k.title, k.plural, k.builtin, k.count], ['Rehearsal', 'Rehearsals', false, 0])
  assert.match(hub.text('kinds', 'rehearsal'), /scenario +Scenario[\s\S]*hold to held, by coordinator[\s\S]*tested/)
  assert.deepEqual(hub.json('kinds', 'rehearsal', '--schema'), rehearsal.schema)
})

test('its records are made, checked, moved, numbered, searched, listed and linked', (t) => {
  const hub = withRehearsal(t)
  assert.equal(hub.error(1, 'new', 'rehearsal', '--set', 'title=x', '--set', 'scenario=flood').where, '/scenario')
  assert.equal(hub.error(1, 'new', 'rehearsal', '--set', 'title=x', '--set', 'held=yesterday').where, '/held')
  const id = hub.json('new', 'rehearsal', '--set', 'title=Voice line down', '--set', 'scenario=outage', '--set', 'findings=zqsecret', '--set', 'people:=["A"]').id
  assert.equal(hub.error(1, 'move', id, 'hold').where, '/held')
  hub.json('edit', id, '--set', 'held=2024-05-06')
  const held = hub.json('move', id, 'hold')
  assert.equal(held.id, 'REHEARSAL-001')
  assert.deepEqual(hub.json('show', 'rehearsal-001', '--as', 'public').body, {title: 'Voice line down', scenario: 'outage', held: '2024-05-06'})
  assert.equal(hub.json('search', 'voice').items[0].id, 'REHEARSAL-001')
  assert.equal(hub.json('search', 'zqsecret').total, 0)
  assert.equal(hub.json('search', 'kind:rehearsal year:2024').total, 1)
  assert.equal(hub.json('search', 'voice', '--facet', 'scenario=outage').total, 1)
  assert.equal(hub.json('search', 'voice', '--facet', 'scenario=misuse').total, 0)
  assert.equal(hub.json('list', '--as', 'public', '--kind', 'rehearsal', '--facet', 'scenario=outage').total, 1)
  const system = hub.json('new', 'system', '--set', 'name=Phone system', '--set', 'type=application').id
  hub.json('link', 'REHEARSAL-001', 'tested', system)
  assert.equal(hub.json('show', system).links[0].title, 'Tested in rehearsals')
  assert.equal(hub.json('history', 'REHEARSAL-001', '--as', 'public').length, 1)
  const out = join(hub.folder, 'out')
  assert.equal(hub.json('export', 'polder', 'REHEARSAL-001', '--out', out).written, 1)
  assert.ok(!readFileSync(join(out, readdirSync(out)[0]), 'utf8').includes('zqsecret'))
  hub.check()
})

test('when its file changes, rebuilding makes the public see what it says now', (t) => {
  const hub = withRehearsal(t)
  const id = hub.json('new', 'rehearsal', '--set', 'title=One', '--set', 'held=2024-05-06', '--set', 'findings=zqsecret', '--set', 'scenario=outage').id
  hub.json('move', id, 'hold')
  hub.file('hub/kinds/rehearsal.json', {...rehearsal, visibility: {public: ['/title', '/findings']}, facets: {}})
  assert.equal(hub.run('admin', 'check').status, 1)
  hub.text('admin', 'rebuild')
  hub.check()
  assert.deepEqual(hub.json('show', id, '--as', 'public').body, {title: 'One', findings: 'zqsecret'})
  assert.equal(hub.json('search', 'zqsecret').total, 1)
  assert.equal(hub.json('list', '--as', 'public', '--facet', 'scenario=outage').total, 0)
})

test('when its file is gone the rest of the hub goes on, and when it is back so are its records', (t) => {
  const hub = withRehearsal(t)
  const id = hub.json('new', 'rehearsal', '--set', 'title=One', '--set', 'held=2024-05-06').id
  hub.json('move', id, 'hold')
  const other = hub.json('new', 'organization', '--set', 'name=Example', '--set', 'type=company').id
  hub.json('move', other, 'publish')
  rmSync(join(hub.dir, 'kinds/rehearsal.json'))
  assert.equal(hub.error(1, 'show', id).code, 'unsupported')
  assert.equal(hub.error(1, 'show', id, '--as', 'public').code, 'not-found')
  assert.deepEqual(hub.json('list').items.map((i) => i.kind), ['organization'])
  assert.deepEqual(hub.json('list', '--as', 'public', '--limit', '1').items.map((i) => i.kind).filter((k) => k !== 'organization'), [])
  assert.equal(hub.json('search', 'one').items.length, 0)
  assert.equal(hub.run('admin', 'check').status, 1)
  assert.equal(hub.run('admin', 'rebuild').status, 0)
  hub.file('hub/kinds/rehearsal.json', rehearsal)
  hub.text('admin', 'rebuild')
  hub.check()
  assert.equal(hub.json('show', 'REHEARSAL-001', '--as', 'public').title, 'One')
})
