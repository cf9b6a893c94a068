// The log's formats once more, written from their descriptions alone (docs/LEDGER.md, c2sp.org): so that what the hub gives out is checked by something that it did not write.
import assert from 'node:assert/strict'
import {createHash, createPublicKey, verify} from 'node:crypto'

export const sha256 = (...parts) => parts.reduce((h, part) => h.update(part), createHash('sha256')).digest()
const hex = (text) => Buffer.from(text, 'hex')
const zero = Buffer.alloc(1), none = Buffer.alloc(32)
const TYPES = ['', 'commit', 'reveal', 'publish', 'amend', 'assert', 'dispute', 'withdraw', 'tombstone', 'key', 'delegation', 'clock']

// RFC 8785, for what stands in events and statements: members in order of their names; numbers are whole.
export const canonical = (v) =>
  Array.isArray(v) ? `[${v.map(canonical).join(',')}]`
  : v && typeof v === 'object' ? `{${Object.keys(v).sort().map((k) => `${JSON.stringify(k)}:${canonical(v[k])}`).join(',')}}`
  : JSON.stringify(v)

const part = (name, salt, text) => sha256(`polder/${name}/v1`, zero, hex(salt), text)
export const commitment = (event, statement) => sha256('polder/entry/v1', zero, event ?? none, statement ?? none)
export const leafOf = (type, committed) => Buffer.concat([Buffer.from([1, TYPES.indexOf(type)]), committed])
export const leafHash = (type, committed) => sha256(zero, leafOf(type, committed))
export const saidCommitment = (s) => commitment(s.event && hex(s.event), part('statement', s.statement_salt, canonical(s.statement)))
export const receiptLeaf = (r) => leafOf(r.type, receiptCommitment(r))
export const receiptCommitment = (r) => commitment(part('event', r.event_salt, canonical(r.event)), r.statement && hex(r.statement))

const node = (left, right) => sha256(Buffer.from([1]), left, right)
export const tree = (leaves) => {
  if (leaves.length < 2) return leaves[0] ?? sha256('')
  let k = 1
  while (k * 2 < leaves.length) k *= 2
  return node(tree(leaves.slice(0, k)), tree(leaves.slice(k)))
}
export function fieldsRoot(fields) {
  return tree(fields.map((f) => f.leaf ? hex(f.leaf) : sha256(zero, 'polder/field/v1', hex(f.salt), f.name, zero, canonical(f.value))))
}
// The public fields of a record, by the seed that a statement has for them.
export function projectionRoot(body, seed) {
  const names = Object.keys(body).sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
  return fieldsRoot(names.map((name) => ({name, value: body[name], salt: sha256('polder/salt/v1', hex(seed), name).toString('hex')})))
}

// A signed note by this verifier key: its text.
export function note(text, vkey) {
  const [name, id, ...rest] = vkey.split('+'), key = Buffer.from(rest.join('+'), 'base64')
  const end = text.lastIndexOf('\n\n') + 1, body = text.slice(0, end)
  const line = text.slice(end + 1).split('\n').find((one) => one.startsWith(`— ${name} `))
  const signature = Buffer.from(line.split(' ').at(-1), 'base64')
  assert.equal(signature.subarray(0, 4).toString('hex'), id)
  assert.equal(sha256(name, '\n', key).subarray(0, 4).toString('hex'), id)
  const der = Buffer.concat([Buffer.from('302a300506032b6570032100', 'hex'), key.subarray(1)])
  assert.ok(verify(null, Buffer.from(body), createPublicKey({key: der, format: 'der', type: 'spki'}), signature.subarray(4)), 'the signature')
  return body
}
export function checkpoint(text, vkey) {
  const [origin, size, root] = note(text, vkey).split('\n')
  return {origin, size: Number(size), root: Buffer.from(root, 'base64')}
}

// RFC 9162, 2.1.3.2.
function root(index, size, leaf, path) {
  let fn = index, sn = size - 1, r = leaf
  for (const p of path) {
    assert.notEqual(sn, 0)
    if (fn % 2 || fn === sn) {
      r = node(p, r)
      while (fn % 2 === 0 && fn) [fn, sn] = [fn >> 1, sn >> 1]
    } else r = node(r, p)
    fn >>= 1
    sn >>= 1
  }
  assert.equal(sn, 0)
  return r
}
// c2sp.org/tlog-proof: that this leaf is in the log of this key; its number and the log's size.
export function proof(text, leaf, vkey) {
  const [head, signed] = [text.slice(0, text.indexOf('\n\n')), text.slice(text.indexOf('\n\n') + 2)]
  const lines = head.split('\n'), c = checkpoint(signed, vkey)
  assert.equal(lines[0], 'c2sp.org/tlog-proof@v1')
  const index = Number(lines[1].match(/^index (\d+)$/)[1])
  assert.deepEqual(root(index, c.size, leaf, lines.slice(2).map((one) => Buffer.from(one, 'base64'))), c.root)
  return {index, size: c.size}
}
