// Validates documents that were read beforehand with ajv's compiled functions. Prints what bench_schema prints.
//
//	npm install && node bench.mjs SCHEMA ROUNDS [--source FILE] [--at POINTER] FOLDER-OR-FILE…
import {readFileSync, readdirSync, statSync} from 'node:fs'
import {join} from 'node:path'
import {createRequire} from 'node:module'

const require = createRequire(import.meta.url)
const [schemaPath, rounds, ...rest] = process.argv.slice(2)
const read = (path) => JSON.parse(readFileSync(path, 'utf8'))

function files(path) {
  if (!statSync(path).isDirectory()) return [path]
  return readdirSync(path).sort().flatMap((name) => {
    const full = join(path, name)
    if (statSync(full).isDirectory()) return files(full)
    return name.endsWith('.json') ? [full] : []
  })
}

const documents = []
const sources = []
let schema = read(schemaPath)
for (let i = 0; i < rest.length; i++) {
  if (rest[i] === '--source') sources.push(read(rest[++i]))
  else if (rest[i] === '--at')
    for (const token of rest[++i].split('/').slice(1)) schema = schema[token.replaceAll('~1', '/').replaceAll('~0', '~')]
  else documents.push(...files(rest[i]).map(read))
}

const draft7 = String(schema.$schema).includes('draft-07')
const Ajv = require(draft7 ? 'ajv' : 'ajv/dist/2020').default
const ajv = new Ajv({strict: false, validateFormats: false, allErrors: false, logger: false})
for (const source of sources) ajv.addSchema(source)
const began = process.hrtime.bigint()
const validate = ajv.compile(schema)
const compiling = Number(process.hrtime.bigint() - began)

let valid = 0
let best = Infinity
let all = 0
const measured = Number(rounds)
// As many rounds again come first, for the engine to compile what is hot.
for (let r = -measured; r < measured; r++) {
  valid = 0
  const from = process.hrtime.bigint()
  for (const document of documents) if (validate(document)) valid++
  const took = Number(process.hrtime.bigint() - from)
  if (r < 0) continue
  all += took
  best = Math.min(best, took)
}
console.log(JSON.stringify({
  tool: 'ajv', documents: documents.length, valid, rounds: measured,
  ns_per_document: +(all / measured / documents.length).toFixed(1), best_ns_per_document: +(best / documents.length).toFixed(1),
  compile_us: Math.round(compiling / 1000),
}))
