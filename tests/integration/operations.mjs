// A request that each operation of the API must answer well, for the tests that drive them all. A new operation wants a line here.
import assert from 'node:assert/strict'

export const lesson = (more = {}) => ({kind: 'lesson', body: {title: 'Test the filters too', lesson: 'A filter is a part of the system.', ...more}})

// A fresh record of whom, and its version.
export async function fresh(who, more) {
  const {body} = await who.done(201, 'POST', '/records', lesson(more))
  return body
}

const versioned = (record) => ({'if-match': `"${record.etag}"`})

// Each gives {path: values of the path, query, body, headers} for a record (as `fresh` gives it) whose owner asks.
export const requests = {
  'api': () => ({}),
  'openapi': () => ({}),
  'health': () => ({}),
  'me': () => ({}),
  'my-notices': () => ({}),
  'my-notices-set': () => ({body: {mail: {messages: 'now', records: 'weekly'}, hour: 9}}),
  'api-kinds': () => ({}),
  'api-kind': () => ({path: {kind: 'use'}}),
  'api-schema': () => ({path: {kind: 'lesson'}}),
  'api-common': () => ({}),
  'api-records': () => ({query: 'kind=use&limit=7'}),
  'api-record': (r) => ({path: {id: r.uid}}),
  'api-history': (r) => ({path: {id: r.uid}}),
  'api-moves': (r) => ({path: {id: r.uid}}),
  'api-file': (r) => ({path: {id: r.uid, sha256: r.file}}),
  'api-search': () => ({query: 'q=fraud&limit=5'}),
  'api-facets': () => ({query: 'kind=incident'}),
  'create': () => ({body: lesson(), headers: {'idempotency-key': `key ${Math.random()}`}}),
  'revise': (r) => ({path: {id: r.uid}, query: 'note=again', body: lesson({tags: ['revised']}).body, headers: versioned(r)}),
  'patch': (r) => ({path: {id: r.uid}, body: {tags: ['patched']}, headers: versioned(r)}),
  'move': (r) => ({path: {id: r.uid}, body: r.state === 'draft' ? {move: 'publish'} : {move: 'withdraw', reason: 'no longer so'}}),
  'link': (r) => ({path: {id: r.uid}, body: {rel: 'concerns', target: 'CUE-0001'}}),
  'unlink': (r) => ({path: {id: r.uid}, body: {rel: 'concerns', target: 'CUE-0001'}}),
  'comment': (r) => ({path: {id: r.uid}, body: {text: 'Seen.', audiences: ['owner']}}),
  'attach': (r) => ({path: {id: r.uid}, query: 'name=notes.txt&audiences=owner', body: 'some notes', headers: {'content-type': 'text/plain'}}),
  'bulk': (r) => ({body: [{op: 'comment', id: r.uid, text: 'Seen.'}, {op: 'link', id: r.uid, rel: 'concerns', target: 'CUE-0002'}, {op: 'create', kind: 'lesson', body: {}}]}),
}

// The record that the requests above are about, with a file that its owner may read and a link.
export async function record(who, {publish = null} = {}) {
  const made = await fresh(who)
  const audiences = publish ? 'owner,public' : 'owner'
  const file = await who.done(201, 'POST', `/records/${made.uid}/files?name=a.txt&audiences=${audiences}`, `notes of ${made.uid}`, {'content-type': 'text/plain'})
  await who.done(201, 'POST', `/records/${made.uid}/links`, {rel: 'concerns', target: 'CUE-0001'})
  if (publish) await publish.done(200, 'POST', `/records/${made.uid}/moves`, {move: 'publish'})
  const {body} = await who.done(200, 'GET', `/records/${made.uid}`)
  return {...made, etag: body.etag, state: body.state, file: file.body.file.sha256}
}

// The address of a request: path with its values in place, and query.
export function address(path, request) {
  const filled = path.replace(/\{([^}.]+)(\.\.\.)?\}/g, (_, name) => {
    assert.ok(request.path?.[name] !== undefined, `${path} wants ${name}`)
    return encodeURIComponent(request.path[name])
  })
  return request.query ? `${filled}?${request.query}` : filled
}
