// `polder sign` and `polder verify-model` as people run them. What Polder writes is checked by node's own cryptography, and what others could write is made by it.
import assert from 'node:assert/strict'
import {spawnSync} from 'node:child_process'
import {createHash, createPrivateKey, createPublicKey, generateKeyPairSync, sign as signBytes, verify as verifyBytes} from 'node:crypto'
import {appendFileSync, cpSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, symlinkSync, utimesSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {after, before, describe, test} from 'node:test'
import {run} from './cli.mjs'

const folder = mkdtempSync(join(tmpdir(), 'polder-sign-'))
after(() => rmSync(folder, {recursive: true}))
const at = (...parts) => join(folder, ...parts)
let count = 0
const openssl = (...args) => {
  const r = spawnSync('openssl', args, {encoding: 'utf8', cwd: folder})
  assert.equal(r.status, 0, r.stderr)
}
const newKey = (curve = 'P-256') => {
  const name = `key${count++}`
  const {privateKey, publicKey} = generateKeyPairSync('ec', {namedCurve: curve})
  writeFileSync(at(`${name}.pem`), privateKey.export({type: 'pkcs8', format: 'pem'}))
  writeFileSync(at(`${name}-pub.pem`), publicKey.export({type: 'spki', format: 'pem'}))
  return {private: at(`${name}.pem`), public: at(`${name}-pub.pem`)}
}
const newModel = () => {
  const dir = at(`model${count++}`)
  mkdirSync(join(dir, 'sub', 'deeper'), {recursive: true})
  writeFileSync(join(dir, 'config.json'), '{"model_type": "x"}')
  writeFileSync(join(dir, 'sub', 'weights.bin'), Buffer.from('80047d948c0161948c016294732e', 'hex'))
  writeFileSync(join(dir, 'sub', 'deeper', 'a.txt'), 'text')
  writeFileSync(join(dir, 'sub-b.txt'), 'more text')
  return dir
}
const sign = (dir, key, ...more) => run(['sign', dir, '--key', key.private, ...more])
const check = (dir, key, ...more) => run(['verify-model', dir, '--key', key.public, ...more])
const bundleOf = (dir) => JSON.parse(readFileSync(join(dir, 'model.sig'), 'utf8'))
const put = (dir, bundle) => writeFileSync(join(dir, 'model.sig'), JSON.stringify(bundle))
const pae = (payload) => Buffer.concat([Buffer.from(`DSSEv1 28 application/vnd.in-toto+json ${payload.length} `), payload])
const sha = (bytes) => createHash('sha256').update(bytes).digest('hex')

// A bundle over any statement, as another signer could write it.
const bundle = (key, statement) => {
  const payload = Buffer.from(typeof statement === 'string' ? statement : JSON.stringify(statement))
  const sig = signBytes('sha256', pae(payload), createPrivateKey(readFileSync(key.private)))
  return {
    mediaType: 'application/vnd.dev.sigstore.bundle.v0.3+json', verificationMaterial: {publicKey: {hint: sha(readFileSync(key.public))}, tlogEntries: []},
    dsseEnvelope: {payload: payload.toString('base64'), payloadType: 'application/vnd.in-toto+json', signatures: [{sig: sig.toString('base64')}]},
  }
}
const statement = (files, change = {}) => ({
  _type: 'https://in-toto.io/Statement/v1', subject: [{name: 'model', digest: {sha256: sha(Buffer.concat(files.map((f) => Buffer.from(f.digest, 'hex'))))}}], predicateType: 'https://model_signing/signature/v1.0',
  predicate: {serialization: {method: 'files', hash_type: 'sha256', allow_symlinks: false}, resources: files}, ...change,
})
const file = (name, bytes) => ({name, algorithm: 'sha256', digest: sha(bytes)})

for (const [curve, hash] of [['P-256', 'sha256'], ['P-384', 'sha384'], ['P-521', 'sha512']]) {
  test(`a model that is signed with ${curve} is as it was signed, and others can tell`, () => {
    const key = newKey(curve), dir = newModel()
    const r = sign(dir, key)
    assert.equal(r.status, 0, r.stderr)
    assert.match(r.stdout, /^4 files signed, sha256:[0-9a-f]{64}\n/)
    const ok = check(dir, key)
    assert.equal(ok.status, 0, ok.stderr)
    assert.match(ok.stdout, /^as signed: 4 files/)
    const b = bundleOf(dir)
    assert.equal(b.mediaType, 'application/vnd.dev.sigstore.bundle.v0.3+json')
    assert.equal(b.verificationMaterial.publicKey.hint, sha(readFileSync(key.public)))
    const payload = Buffer.from(b.dsseEnvelope.payload, 'base64')
    assert.ok(verifyBytes(hash, pae(payload), createPublicKey(readFileSync(key.public)), Buffer.from(b.dsseEnvelope.signatures[0].sig, 'base64')))
    const s = JSON.parse(payload)
    const names = s.predicate.resources.map((f) => f.name)
    // A folder's files stand together: sub/… before sub-b.txt, although '-' is less than '/'.
    assert.deepEqual(names, ['config.json', 'sub/deeper/a.txt', 'sub/weights.bin', 'sub-b.txt'])
    for (const f of s.predicate.resources) assert.equal(f.digest, sha(readFileSync(join(dir, f.name))))
    assert.equal(s.subject[0].digest.sha256, sha(Buffer.concat(s.predicate.resources.map((f) => Buffer.from(f.digest, 'hex')))))
  })
}

describe('what is no longer as it was signed', () => {
  let key, dir
  const copy = () => {
    const to = at(`copy${count++}`)
    cpSync(dir, to, {recursive: true})
    return to
  }
  before(() => {
    key = newKey()
    dir = newModel()
    assert.equal(sign(dir, key).status, 0)
  })
  const differs = (to, change, path) => {
    const r = check(to, key, '--json')
    assert.equal(r.status, 1, r.stdout)
    assert.deepEqual(JSON.parse(r.stdout).differences, [{change, path}])
    assert.equal(JSON.parse(r.stdout).ok, false)
  }
  test('a changed byte', () => {
    const to = copy()
    writeFileSync(join(to, 'sub-b.txt'), 'more texT')
    differs(to, 'changed', 'sub-b.txt')
    assert.match(check(to, key).stdout, /changed +sub-b\.txt\nnot what was signed/)
  })
  test('an added file, also a hidden one and an empty one', () => {
    for (const name of ['.hidden', 'sub/empty']) {
      const to = copy()
      writeFileSync(join(to, name), '')
      differs(to, 'added', name)
    }
  })
  test('a removed file, and a renamed one', () => {
    const to = copy()
    rmSync(join(to, 'config.json'))
    differs(to, 'missing', 'config.json')
    const other = copy()
    renameSync(join(other, 'config.json'), join(other, 'Config.json'))
    assert.deepEqual(JSON.parse(check(other, key, '--json').stdout).differences, [{change: 'added', path: 'Config.json'}, {change: 'missing', path: 'config.json'}])
  })
  test('a link in place of a file, and one that was added', () => {
    const to = copy()
    renameSync(join(to, 'config.json'), at('elsewhere.json'))
    symlinkSync(at('elsewhere.json'), join(to, 'config.json'))
    const r = check(to, key)
    assert.equal(r.status, 1)
    assert.match(r.stderr, /"config.json" is a link/)
  })
  test('a changed payload, signature, type or hint', () => {
    const spoil = [
      (b) => (b.dsseEnvelope.payload = Buffer.from(Buffer.from(b.dsseEnvelope.payload, 'base64').toString().replace('config.json', 'config.jsoN')).toString('base64')),
      (b) => (b.dsseEnvelope.signatures[0].sig = `${b.dsseEnvelope.signatures[0].sig.slice(0, 20)}A${b.dsseEnvelope.signatures[0].sig.slice(21)}`),
      (b) => (b.dsseEnvelope.signatures[0].sig = ''),
      (b) => b.dsseEnvelope.signatures.push(b.dsseEnvelope.signatures[0]),
      (b) => (b.dsseEnvelope.signatures = []),
      (b) => (b.dsseEnvelope.payloadType = 'text/plain'),
      (b) => (b.mediaType = 'application/vnd.dev.sigstore.bundle+json;version=0.1'),
      (b) => (b.verificationMaterial.publicKey.hint = '00'.repeat(32)),
      (b) => delete b.dsseEnvelope,
      (b) => (b.dsseEnvelope.payload += '\n'),
    ]
    for (const [i, change] of spoil.entries()) {
      const to = copy(), b = bundleOf(to)
      change(b)
      put(to, b)
      assert.equal(check(to, key).status, 1, `${i}`)
    }
    for (const text of ['', '{', '[]', '{"a":1,"a":2}', '\0'.repeat(100)]) {
      const to = copy()
      writeFileSync(join(to, 'model.sig'), text)
      assert.equal(check(to, key).status, 1, text)
    }
  })
  test('another key, and a manifest that somebody else signed', () => {
    const other = newKey(), to = copy()
    assert.match(check(to, other).stderr, /another key/)
    assert.equal(check(to, other).status, 1)
    writeFileSync(join(to, 'config.json'), '{"changed": true}')
    assert.equal(sign(to, other).status, 0)
    assert.equal(check(to, key).status, 1)
    /* The hint is only a hint: with the right one the signature is still another's. */
    const b = bundleOf(to)
    b.verificationMaterial.publicKey.hint = sha(readFileSync(key.public))
    put(to, b)
    const r = check(to, key)
    assert.equal(r.status, 1)
    assert.match(r.stderr, /not by that key/)
  })
})

test('a statement that contradicts itself or leads elsewhere is refused, though it is signed', () => {
  const key = newKey(), dir = newModel()
  const all = [file('config.json', readFileSync(join(dir, 'config.json')))]
  const bad = {
    'the digest of the model': {...statement(all), subject: [{name: 'model', digest: {sha256: '00'.repeat(32)}}]}, 'no subject': {...statement(all), subject: []}, 'two subjects': {...statement(all), subject: [...statement(all).subject, ...statement(all).subject]},
    'another kind': statement(all, {predicateType: 'https://slsa.dev/provenance/v1'}), 'another type': statement(all, {_type: 'https://in-toto.io/Statement/v0.1'}), 'no files': statement([]), 'a file twice': statement([...all, ...all]),
    'parts of files': statement(all, {predicate: {serialization: {method: 'shards', hash_type: 'sha256', shard_size: 10}, resources: all}}), 'another hash': statement(all, {predicate: {serialization: {method: 'files', hash_type: 'blake2b'}, resources: all}}),
    'a short digest': statement([{...all[0], digest: all[0].digest.slice(2)}]), 'capitals in a digest': statement([{...all[0], digest: all[0].digest.toUpperCase()}]), 'no JSON': 'nonsense',
    'everything left out': statement(all, {predicate: {serialization: {method: 'files', hash_type: 'sha256', ignore_paths: ['.']}, resources: all}}),
  }
  for (const name of ['../x', '/etc/passwd', 'a/../b', 'a//b', './a', 'a/', '', 'a\nb', 'a/./b']) bad[`the path ${JSON.stringify(name)}`] = statement([{...all[0], name}])
  for (const [what, s] of Object.entries(bad)) {
    put(dir, bundle(key, s))
    const r = check(dir, key)
    assert.equal(r.status, 1, `${what}: ${r.stdout}`)
    assert.equal(r.stdout, '', what)
  }
})

test('what others sign is taken, in their order and with what they left out', () => {
  const key = newKey(), dir = newModel()
  const names = ['sub-b.txt', 'config.json', 'sub/weights.bin']
  const files = names.map((n) => file(n, readFileSync(join(dir, n))))
  const s = statement(files)
  s.predicate.serialization.ignore_paths = ['model.sig', '.git', 'sub/deeper']
  put(dir, bundle(key, s))
  const r = check(dir, key, '--json')
  assert.equal(r.status, 0, r.stderr + r.stdout)
  assert.deepEqual(JSON.parse(r.stdout).left_out, ['model.sig', '.git', 'sub/deeper'])
})

describe('certificates', () => {
  const made = {}
  const certificate = (name, issuer, days, extensions) => {
    openssl('ecparam', '-name', 'prime256v1', '-genkey', '-noout', '-out', `${name}.pem`)
    writeFileSync(at(`${name}.cnf`), `[req]\ndistinguished_name=dn\nprompt=no\n[dn]\nCN=${name}.example.org\n[ext]\n${extensions}\n`)
    if (!issuer) openssl('req', '-x509', '-new', '-key', `${name}.pem`, '-out', `${name}.crt`, '-days', `${days}`, '-config', `${name}.cnf`, '-extensions', 'ext')
    else {
      openssl('req', '-new', '-key', `${name}.pem`, '-out', `${name}.csr`, '-config', `${name}.cnf`)
      openssl('x509', '-req', '-in', `${name}.csr`, '-CA', `${issuer}.crt`, '-CAkey', `${issuer}.pem`, '-CAcreateserial', '-out', `${name}.crt`, '-days', `${days}`, '-extfile', `${name}.cnf`, '-extensions', 'ext')
    }
    made[name] = {private: at(`${name}.pem`), certificate: at(`${name}.crt`)}
  }
  const authority = 'basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign', signer = 'basicConstraints=CA:FALSE\nkeyUsage=critical,digitalSignature'
  before(() => {
    certificate('root', null, 3650, authority)
    certificate('other-root', null, 3650, authority)
    certificate('middle', 'root', 3000, authority)
    certificate('signer', 'middle', 1000, signer)
    certificate('brief', 'middle', 1, signer)
    certificate('no-signer', 'middle', 1000, 'basicConstraints=CA:FALSE\nkeyUsage=critical,keyEncipherment')
  })
  const signAs = (dir, name) => sign(dir, made[name], '--certificate', made[name].certificate, '--chain', made.middle.certificate)
  const checkBy = (dir, root, ...more) => run(['verify-model', dir, '--chain', made[root].certificate, ...more])
  test('lead to one that is trusted', () => {
    const dir = newModel()
    const r = signAs(dir, 'signer')
    assert.equal(r.status, 0, r.stderr)
    const ok = checkBy(dir, 'root')
    assert.equal(ok.status, 0, ok.stderr)
    assert.match(ok.stdout, /signer\.example\.org/)
    assert.equal(checkBy(dir, 'other-root').status, 1)
    assert.match(checkBy(dir, 'other-root').stderr, /none that you trust/)
    writeFileSync(join(dir, 'config.json'), '{}')
    assert.equal(checkBy(dir, 'root').status, 1)
  })
  test('expire, and hold as of the time that one names', () => {
    const dir = newModel()
    assert.equal(signAs(dir, 'brief').status, 0)
    assert.equal(checkBy(dir, 'root').status, 0)
    const soon = new Date(Date.now() + 5 * 86_400_000).toISOString()
    const r = checkBy(dir, 'root', '--at', soon)
    assert.equal(r.status, 1)
    assert.match(r.stderr, /has expired/)
    assert.equal(checkBy(dir, 'root', '--at', '2001-01-01T00:00:00Z').status, 1)
  })
  test('that may not sign, or are another key\'s, are refused when signing', () => {
    const dir = newModel()
    assert.match(signAs(dir, 'no-signer').stderr, /may not sign/)
    assert.match(sign(dir, made.brief, '--certificate', made.signer.certificate).stderr, /not the certificate of the key/)
  })
  test('and bare keys are not taken for each other', () => {
    const dir = newModel(), key = newKey()
    assert.equal(signAs(dir, 'signer').status, 0)
    assert.match(check(dir, key).stderr, /signed with a certificate/)
    assert.equal(sign(dir, key).status, 0)
    assert.match(checkBy(dir, 'root').stderr, /bare key/)
  })
})

describe('the scanner\'s verdict', () => {
  test('is signed over the same digest', () => {
    const key = newKey(), dir = newModel()
    const r = sign(dir, key, '--scan')
    assert.equal(r.status, 0, r.stderr)
    assert.match(r.stdout, /scanned: PASS/)
    const ok = JSON.parse(check(dir, key, '--scan', '--json').stdout)
    assert.equal(ok.verdict, 'PASS')
    assert.equal(ok.ok, true)
    const s = JSON.parse(Buffer.from(JSON.parse(readFileSync(join(dir, 'model.sig.scan'))).dsseEnvelope.payload, 'base64'))
    assert.equal(s.predicateType, 'urn:polder:model-scan:v1')
    assert.equal(s.predicate.report.summary.pass, 4)
  })
  test('keeps what blocks from being signed', () => {
    const key = newKey(), dir = newModel()
    writeFileSync(join(dir, 'evil.pkl'), "cos\nsystem\n(S'echo polder'\ntR.")
    const r = sign(dir, key, '--scan')
    assert.equal(r.status, 1)
    assert.match(r.stderr, /the scanner says BLOCK/)
    assert.throws(() => readFileSync(join(dir, 'model.sig')))
  })
  test('of another model, of another signer, or that is missing is not taken', () => {
    const key = newKey(), dir = newModel(), other = newModel()
    writeFileSync(join(other, 'config.json'), '{}')
    assert.equal(sign(dir, key, '--scan').status, 0)
    assert.equal(sign(other, key, '--scan').status, 0)
    cpSync(join(other, 'model.sig.scan'), join(dir, 'model.sig.scan'))
    assert.match(check(dir, key, '--scan').stderr, /about other files/)
    const s = statement([file('a', '')], {predicateType: 'urn:polder:model-scan:v1', predicate: {verdict: 'PASS'}, subject: JSON.parse(Buffer.from(bundleOf(dir).dsseEnvelope.payload, 'base64')).subject})
    writeFileSync(join(dir, 'model.sig.scan'), JSON.stringify(bundle(newKey(), s)))
    assert.equal(check(dir, key, '--scan').status, 1)
    s.predicate.verdict = 'BLOCK'
    writeFileSync(join(dir, 'model.sig.scan'), JSON.stringify(bundle(key, s)))
    assert.equal(check(dir, key, '--scan').status, 1)
    rmSync(join(dir, 'model.sig.scan'))
    assert.equal(check(dir, key, '--scan').status, 1)
    assert.equal(check(dir, key).status, 0)
    cpSync(join(other, 'model.sig.scan'), join(dir, 'model.sig'))
    assert.match(check(dir, key).stderr, /no signature over files/)
  })
})

test('digests that are remembered are used, and a file that was touched is read again', () => {
  const key = newKey(), dir = newModel(), cache = at('digests')
  const old = new Date(Date.now() - 60_000)
  for (const name of ['config.json', 'sub-b.txt']) utimesSync(join(dir, name), old, old)
  assert.equal(sign(dir, key, '--cache', cache).status, 0)
  /* Changed a moment ago, so nothing of it is remembered yet. */
  assert.equal(readFileSync(cache, 'utf8'), 'polder digests 1\n')
  spawnSync('sleep', ['2.5'])
  assert.equal(check(dir, key, '--cache', cache).status, 0)
  const lines = readFileSync(cache, 'utf8').split('\n')
  assert.equal(lines.length, 6)
  /* What is remembered is believed: a wrong digest there shows. */
  const wrong = lines.map((l) => (l.endsWith(sha('more text')) ? l.replace(sha('more text'), '00'.repeat(32)) : l)).join('\n')
  writeFileSync(cache, wrong)
  assert.deepEqual(JSON.parse(check(dir, key, '--cache', cache, '--json').stdout).differences, [{change: 'changed', path: 'sub-b.txt'}])
  writeFileSync(cache, lines.join('\n'))
  writeFileSync(join(dir, 'sub-b.txt'), 'more texT')
  utimesSync(join(dir, 'sub-b.txt'), old, old)
  assert.equal(check(dir, key, '--cache', cache).status, 1)
  for (const spoilt of ['', 'nonsense', 'polder digests 1\nx y z\n', Buffer.alloc(1000)]) {
    writeFileSync(cache, spoilt)
    assert.equal(check(dir, key, '--cache', cache).status, 1)
  }
})

test('links are followed where that was asked for, and loops end', () => {
  const key = newKey(), dir = newModel()
  symlinkSync('config.json', join(dir, 'link.json'))
  assert.match(sign(dir, key).stderr, /"link.json" is a link/)
  assert.equal(sign(dir, key, '--allow-links').status, 0)
  assert.equal(check(dir, key).status, 0)
  symlinkSync('.', join(dir, 'loop'))
  assert.notEqual(sign(dir, key, '--allow-links').status, 0)
  const dangling = newModel()
  symlinkSync('nowhere', join(dangling, 'x'))
  assert.equal(sign(dangling, key, '--allow-links').status, 1)
})

test('what cannot be signed is said', () => {
  const key = newKey(), dir = newModel()
  const {privateKey} = generateKeyPairSync('rsa', {modulusLength: 2048})
  writeFileSync(at('rsa.pem'), privateKey.export({type: 'pkcs8', format: 'pem'}))
  writeFileSync(at('locked.pem'), createPrivateKey(readFileSync(key.private)).export({type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'x'}))
  openssl('ecparam', '-name', 'secp256k1', '-genkey', '-noout', '-out', 'koblitz.pem')
  assert.match(sign(dir, {private: at('rsa.pem')}).stderr, /P-256, P-384 or P-521/)
  assert.match(sign(dir, {private: at('koblitz.pem')}).stderr, /P-256, P-384 or P-521/)
  assert.match(sign(dir, {private: at('locked.pem')}).stderr, /encrypted/)
  assert.match(sign(dir, {private: key.public}).stderr, /no private key/)
  assert.equal(run(['sign', dir]).status, 2)
  assert.equal(run(['verify-model', dir]).status, 2)
  assert.equal(run(['verify-model', dir, '--key', key.public, '--chain', key.public]).status, 2)
  assert.equal(run(['sign', at('nowhere'), '--key', key.private]).status, 1)
  mkdirSync(at('nothing'))
  assert.match(run(['sign', at('nothing'), '--key', key.private]).stderr, /no file to sign/)
  writeFileSync(join(dir, 'a\nb'), 'x')
  assert.match(sign(dir, key).stderr, /a name that can't be signed/)
  rmSync(join(dir, 'a\nb'))
  spawnSync('mkfifo', [join(dir, 'pipe')])
  assert.match(sign(dir, key).stderr, /neither a file nor a folder/)
})

test('the signature may lie elsewhere, and what is named is left out', () => {
  const key = newKey(), dir = newModel(), signature = at('elsewhere.sig')
  assert.equal(sign(dir, key, '--signature', signature, '--ignore', 'sub/deeper/').status, 0)
  assert.equal(check(dir, key, '--signature', signature).status, 0)
  appendFileSync(join(dir, 'sub', 'deeper', 'a.txt'), 'changed')
  assert.equal(check(dir, key, '--signature', signature).status, 0)
  writeFileSync(join(dir, 'later.txt'), '')
  assert.equal(check(dir, key, '--signature', signature).status, 1)
  assert.equal(check(dir, key, '--signature', signature, '--ignore', 'later.txt').status, 0)
})

test('one file is a model too', () => {
  const key = newKey(), one = at('one.bin'), signature = at('one.sig')
  writeFileSync(one, 'weights')
  assert.equal(run(['sign', one, '--key', key.private, '--signature', signature]).status, 0)
  assert.equal(run(['verify-model', one, '--key', key.public, '--signature', signature]).status, 0)
  writeFileSync(one, 'weightS')
  assert.equal(run(['verify-model', one, '--key', key.public, '--signature', signature]).status, 1)
})

test('help is there', () => {
  assert.match(run(['help', 'sign']).stdout, /sign a model/)
  assert.match(run(['verify-model', '--help']).stdout, /--chain/)
})
