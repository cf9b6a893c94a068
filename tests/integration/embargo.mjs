// The life of a matter under embargo, with a word of its own in every place where text of it can stand, and who may read each word when.
//
//	const matter = new Matter(hub)
//	await matter.people()
//	for (const phase of PHASES) { await matter[phase](); … matter.leaks(role, answer) … }
import assert from 'node:assert/strict'
import {audiencesOf, plant} from './canary.mjs'
import {Browser} from './browser.mjs'
import {eventually} from './hub.mjs'
import {Caller, createUser, nobody, token} from './people.mjs'

// In the order of an embargo's life. Before the first of them there is nothing.
export const PHASES = ['received', 'proposed', 'active', 'claimed', 'exited', 'published', 'told']
const [RECEIVED, PROPOSED, ACTIVE, , , PUBLISHED, TOLD] = PHASES.keys()

// Role of the hub of each who asks. finder: the anonymous one, by receipt. second: another finder of the same, by name. consenting, declining, silent: each
// a person of a vendor that is asked in. judge: an adjudicator who sits on the panel of a dispute; adjudicator: one who does not.
export const ROLES = {public: null, finder: null, second: 'member', member: 'member', guest: 'guest', consenting: 'member', declining: 'member', silent: 'member',
  coordinator: 'coordinator', administrator: 'owner', adjudicator: 'adjudicator', judge: 'adjudicator'}
const VENDORS = ['consenting', 'declining', 'silent']
const ALL = Object.keys(ROLES)

// Who belongs to which audiences of what, from which phase on. The audience `public` of a record is whoever reads the record; once it is published, everyone.
const owner = ['owner', 'parties', 'public'], coordinates = ['coordinators', 'parties', 'regulator', 'downstream', 'public'], party = ['parties', 'public']
const READS = {
  // A vendor that consents reads the reports. A finder reads no other finder's; nor does whoever is only asked in.
  report1: {finder: [RECEIVED, owner], coordinator: [RECEIVED, coordinates], consenting: [PROPOSED, party]},
  // Whoever sits on the panel of a dispute reads what is disputed as a party does.
  report2: {second: [RECEIVED, owner], coordinator: [RECEIVED, coordinates], consenting: [PROPOSED, party], judge: [ACTIVE, ['panel', ...party]]},
  // Finders take part in the case that handles their report.
  case: {coordinator: [PROPOSED, [...owner, ...coordinates]], finder: [PROPOSED, party], second: [PROPOSED, party], consenting: [PROPOSED, party],
    declining: [PROPOSED, ['invited']], silent: [PROPOSED, ['invited']]},
  // What is kept from the public alone, adjudicators read once it is published.
  advisory: {coordinator: [ACTIVE, [...owner, ...coordinates]], adjudicator: [PUBLISHED, ['panel', 'public']], judge: [PUBLISHED, ['panel', 'public']]},
  lesson: {coordinator: [ACTIVE, [...owner, ...coordinates]]},
  // The other side of a dispute are the parties of the record.
  dispute: {second: [ACTIVE, owner], coordinator: [ACTIVE, [...coordinates, 'owner']], consenting: [ACTIVE, party], judge: [ACTIVE, ['panel', ...party]]},
}
// What becomes public when, and what the redaction that is chosen keeps from the public.
const PUBLIC_FROM = {advisory: PUBLISHED, case: TOLD, lesson: TOLD, report1: TOLD}
const LEVEL = 'summary-only'

export class Matter {
  constructor(hub) {
    this.hub = hub
    this.words = new Map() // word → {what, readers(phase) → roles}
    this.literals = []     // [text, what, roles]: for ids, which have a shape of their own
    this.phase = -1
    this.seen = new Map()  // word → set of roles that were shown it
    this.ids = {}
    this.requests = 0
  }

  // ---- words ----

  add(word, what, readers) {
    this.words.set(word, {what, readers})
    return word
  }
  // A word for what those audiences of something read.
  for(what, where, audiences) {
    return this.add(`zqmmx${this.words.size}x`, what, (phase) => this.audience(where, audiences, phase))
  }
  // A word for some by name.
  only(what, ...roles) {
    return this.add(`zqnnx${this.words.size}x`, what, () => roles)
  }
  audience(where, audiences, phase) {
    const everyone = audiences.includes('public') && phase >= (PUBLIC_FROM[where] ?? Infinity)
    return everyone ? ALL : Object.entries(READS[where]).filter(([, [from, mine]]) => phase >= from && mine.some((one) => audiences.includes(one))).map(([role]) => role)
  }
  // The body of a record of a kind in which each text is a word; redacted: pointers that the level keeps from the public.
  body(kind, where, ...without) {
    const {schema, ...more} = this.kinds[kind], properties = {...schema.properties}
    // Where a record came from only importers write; aliases have a shape of their own.
    for (const name of ['source', 'aliases', ...without]) delete properties[name]
    const definition = {...more, schema: {...schema, properties}}
    const planted = plant(definition, this.common, `zq${where.replace(/\d/, '').slice(0, 1)}${where.match(/\d/)?.[0] === '2' ? 'b' : 'a'}`)
    const level = definition.redaction?.[LEVEL]
    const shown = level && ((pointer) => audiencesOf({shown: level.show}, pointer).length > 0)
    for (const {word, pointer} of planted.words) {
      let audiences = audiencesOf(definition.visibility, pointer)
      if (shown && !shown(pointer)) audiences = audiences.filter((one) => !level.from.includes(one)).concat(audiences.includes('public') ? ['parties', 'owner', 'coordinators', 'panel', 'regulator'] : [])
      this.add(word, `${where}${pointer}`, (phase) => this.audience(where, audiences, phase))
    }
    return planted.body
  }

  // As whom a role asks, each way that it has: by session (or receipt) for pages, by token (or receipt) for the API, and the other way round.
  ways(role) {
    const cookie = this.cookies[role], {token} = this.callers[role]
    if (role === 'finder') return this.receipt ? [{how: 'receipt', pages: {cookie}, api: {receipt: this.receipt}}] : []
    if (role === 'public') return [{how: 'nothing', pages: {}, api: {}}]
    return [{how: 'session', pages: {cookie}, api: {cookie}}, {how: 'token', api: {authorization: `Bearer ${token}`}}]
  }

  // What an answer shows to somebody that they may not read: [what, …]. Names that the request itself brought are no news.
  leaks(role, {path, headers, text}, said = path) {
    const everything = JSON.stringify(headers) + text, found = []
    for (const [word] of everything.matchAll(/zq[a-z]{2}x\d+x/g)) {
      const known = this.words.get(word)
      if (!known || said.includes(word)) continue
      if (known.readers(this.phase).includes(role)) this.seen.set(word, (this.seen.get(word) ?? new Set()).add(role))
      else found.push(`${known.what} (${word})`)
    }
    for (const [literal, what, roles, where] of this.literals)
      if (everything.includes(literal) && !said.includes(literal) && !roles.includes(role) && !(this.phase >= PUBLIC_FROM[where])) found.push(`${what} (${literal})`)
    return found
  }
  // An id that those roles may read, and everyone once what it names is public.
  literal(text, what, roles, where) {
    assert.ok(text, what)
    this.literals.push([text, what, roles, where])
    return text
  }

  // ---- people ----

  // Everybody, with what is public; a login is a word, so that name and address are.
  async people() {
    const {hub} = this
    this.common = (await hub.json('/api/v1/schemas/common')).body
    this.kinds = Object.fromEntries(['report', 'case', 'advisory', 'lesson'].map((kind) => [kind, hub.polder('kinds', kind, '--json')]))
    this.callers = {public: nobody(hub), finder: nobody(hub)}
    this.cookies = {public: '', finder: ''}
    this.logins = {}
    for (const [role, of] of Object.entries(ROLES)) {
      if (!of) continue
      // A judge is named to both sides of the dispute that they judge.
      const login = this.logins[role] = this.only(`name of ${role}`, role, 'coordinator', 'administrator', ...(role === 'judge' ? ['second', 'consenting'] : []))
      createUser(hub, login, of)
      this.callers[role] = token(hub, login, role === 'administrator' ? 'write,admin' : 'write')
      this.cookies[role] = (await new Browser(hub).signIn(login)).cookie
    }
    this.coordinator = this.callers.coordinator
    const make = async (kind, body) => (await this.coordinator.done(201, 'POST', '/records', {kind, body})).body.uid
    for (const role of VENDORS) {
      const uid = this.ids[role] = await make('organization', {name: `Vendor that is ${role}`, type: 'company'})
      await this.move(uid, 'publish')
      hub.polder('admin', 'set-role', this.logins[role], 'member', '--organization', uid)
    }
    this.ids.hidden = await make('organization', {name: this.only('an organization that is not public', 'coordinator'), type: 'company'})
    this.ids.system = await make('system', {name: 'Example Chat', type: 'model'})
    await this.coordinator.done(201, 'POST', `/records/${this.ids.system}/links`, {rel: 'developed-by', target: this.ids.consenting})
    await this.move(this.ids.system, 'publish')
    this.ids.policy = await make('policy', {title: 'A policy', scope: {text: 'All'}, channels: [{type: 'form', address: 'https://example.org/'}],
      safe_harbor: {level: 'full', anti_hacking: {granted: true}, anti_circumvention: {granted: true}, terms_exempted: {granted: true}, good_faith: {granted: true, judged_by: 'organization'}}})
    await this.coordinator.done(201, 'POST', `/records/${this.ids.policy}/links`, {rel: 'issued-by', target: this.ids.consenting})
    await this.coordinator.done(201, 'POST', `/records/${this.ids.policy}/links`, {rel: 'governs', target: this.ids.system})
    await this.move(this.ids.policy, 'publish')
    const {text} = await this.callers.administrator.hub.request('/admin', {headers: {cookie: this.cookies.administrator}})
    this.accounts = [...new Set(text.match(/U-\w{4}-\w{4}/g))]
    hub.polder('admin', 'seats', this.logins.judge, '--sector', 'academia')
  }
  // A webhook of each who has to do with it, and one of the hub, at an address that is the role's.
  async hook(url) {
    const made = (role, more = {}) => this.callers[role].done(201, 'POST', '/webhooks', {url: `${url}/${role}`, ...more})
    this.hooks = []
    for (const role of [...VENDORS, 'second', 'judge', 'coordinator']) this.hooks.push((await made(role)).body.id)
    this.hooks.push((await made('administrator', {owner: 'hub'})).body.id)
  }
  move(uid, move, more = {}) {
    return this.coordinator.done(200, 'POST', `/records/${uid}/moves`, {move, ...more})
  }
  act(role, uid, act, args = {}) {
    return this.callers[role].done(200, 'POST', `/records/${uid}/acts`, {act, args})
  }
  say(role, uid, what, where, audiences, more = {}) {
    return this.callers[role].done(201, 'POST', `/records/${uid}/comments`, {text: this.for(what, where, audiences), audiences, ...more})
  }
  async attach(role, uid, what, where, audiences) {
    const name = this.for(`name of a file: ${what}`, where, audiences), bytes = this.for(`bytes of a file: ${what}`, where, audiences)
    await this.callers[role].done(201, 'POST', `/records/${uid}/files?name=${name}.txt&audiences=${audiences}`, bytes, {'content-type': 'text/plain'})
  }

  // All that a crawl may know: whoever asks for it need not be able to.
  async known() {
    const digests = new Set()
    for (const uid of Object.values(this.ids)) for (const file of (await this.coordinator.get(`/records/${uid}`)).body?.files ?? []) digests.add(file.sha256)
    return {ids: Object.values(this.ids), digests: [...digests], organizations: [...VENDORS, 'hidden'].map((name) => this.ids[name]), grants: this.grant ? [this.grant] : [], people: this.accounts, hooks: this.hooks}
  }

  // ---- the embargo's life ----

  async received() {
    const {hub, ids} = this
    const report = (where, ...without) => {
      const body = this.body('report', where, 'assessment', ...without)
      body.classification = {...body.classification, type: 'security-incident', csam: false, csam_acknowledged: undefined}
      body.disclosure = {...body.disclosure, embargo_wanted: false}
      body.confirmed = true
      return body
    }
    const anonymous = report('report1', 'reporter')
    const sent = await nobody(hub).done(201, 'POST', '/reports', {how: 'anonymous', body: anonymous})
    this.receipt = this.literal(sent.body.receipt, 'the receipt code', ['finder'])
    ids.report1 = this.literal(sent.body.uid ?? sent.body.id, 'uid of the first report', ['finder', 'coordinator', 'consenting'], 'report1')
    const browser = new Browser(hub)
    assert.equal((await browser.send((await browser.get('/receipt')).text, 'action="/receipt"', {code: this.receipt})).status, 303)
    this.cookies.finder = browser.cookie
    const said = {receipt: this.receipt}
    const mine = (what) => this.for(what, 'report1', ['owner', 'coordinators'])
    await nobody(hub).done(201, 'POST', '/receipt/messages', {text: mine('message of the finder')}, said)
    await nobody(hub).done(201, 'POST', `/receipt/files?name=${this.for('name of the file of the finder', 'report1', ['owner', 'coordinators', 'parties'])}.txt`,
      this.for('bytes of the file of the finder', 'report1', ['owner', 'coordinators', 'parties']), {...said, 'content-type': 'text/plain'})
    ids.report2 = (await this.callers.second.done(201, 'POST', '/records', {kind: 'report', body: report('report2')})).body.uid
    this.literal(ids.report2, 'uid of the second report', ['second', 'coordinator', 'consenting', 'judge'])
    await this.callers.second.done(201, 'POST', `/records/${ids.report2}/links`, {rel: 'affects', target: ids.system})
    await this.callers.second.done(200, 'POST', `/records/${ids.report2}/moves`, {move: 'submit'})
    for (const [uid, where] of [[ids.report1, 'report1'], [ids.report2, 'report2']]) {
      await this.move(uid, 'acknowledge')
      await this.say('coordinator', uid, 'message to the finder', where, ['owner', 'coordinators'])
      await this.say('coordinator', uid, 'message among coordinators', where, ['coordinators'])
      await this.attach('coordinator', uid, 'of coordinators', where, ['coordinators'])
      await this.act('coordinator', uid, 'triage.decide', {table: 'harm-tier', values: this.triage ??= await this.answers('harm-tier'),
        note: this.for('note of the triage', where, ['owner', 'coordinators', 'parties'])})
    }
    await this.act('second', ids.report2, 'harbor.accept', {policy: ids.policy})
    const {grants} = (await this.callers.second.done(200, 'GET', `/records/${ids.report2}/grants`)).body
    this.grant = this.literal(grants[0].statement?.id ?? grants[0].id, 'id of the grant', ['second'])
    await this.act('second', ids.report2, 'harbor.threatened', {text: this.for('threat', 'report2', ['owner', 'coordinators'])})
    await this.act('coordinator', ids.report2, 'harbor.settled', {note: this.for('how the threat was settled', 'report2', ['owner', 'coordinators'])})
    this.literal((await this.coordinator.done(200, 'GET', `/records/${ids.report1}/history`)).text.match(/A-\w{4}-\w{4}/)?.[0], 'subject of the anonymous finder', ['finder', 'coordinator'])
  }
  // The first value of each point of a table.
  async answers(table) {
    const {body} = await this.coordinator.done(200, 'GET', `/tables/${table}`)
    return Object.fromEntries(body.points.map((p) => [p.id ?? p.name ?? p.key, p.values[0].id ?? p.values[0].name ?? p.values[0].key]))
  }

  async proposed() {
    const {ids} = this
    for (const uid of [ids.report1, ids.report2]) {
      await this.move(uid, 'validate')
      await this.move(uid, 'accept')
    }
    const opened = await this.coordinator.done(201, 'POST', `/records/${ids.report1}/case`, {title: 'To be filled'})
    ids.case = this.literal(opened.body.uid, 'uid of the case', ['coordinator', 'finder', 'second', ...VENDORS], 'case')
    const body = this.body('case', 'case')
    Object.assign(body, {publication: {...body.publication, mode: 'manual', moment: undefined}})
    const {headers} = await this.coordinator.get(`/records/${ids.case}`)
    await this.coordinator.done(200, 'PUT', `/records/${ids.case}`, body, {'if-match': headers.etag})
    await this.coordinator.send('POST', `/records/${ids.case}/links`, {rel: 'affects', target: ids.system})
    const joined = await this.coordinator.post(`/records/${ids.report2}/case`, {case: ids.case})
    assert.ok(joined.status < 300, joined.text)
    await this.move(ids.case, 'triage')
    const parties = ['parties', 'owner', 'coordinators']
    const finder = (await this.coordinator.get(`/records/${ids.report1}/history`)).text.match(/A-\w{4}-\w{4}/)[0]
    await this.act('coordinator', ids.case, 'participant.change', {subject: finder, alias: this.for('alias of the finder', 'case', parties),
      reason: this.for('why the finder takes part', 'case', ['coordinators'])})
    await this.act('coordinator', ids.case, 'participant.propose', {subject: ids.hidden, part: 'deployer', reason: this.for('why somebody is proposed', 'case', ['coordinators'])})
    await this.act('coordinator', ids.case, 'embargo.propose', {until: new Date(Date.now() + 90 * 86400e3).toISOString(), time_zone: 'Europe/Amsterdam',
      reason: this.for('why an embargo', 'case', ['invited', ...parties]), terms: this.for('terms of the embargo', 'case', ['invited', ...parties])})
    for (const role of VENDORS)
      await this.act('coordinator', ids.case, 'participant.ask', {subject: ids[role], part: role === 'consenting' ? 'developer' : 'deployer',
        reason: this.for(`why ${role} is asked in`, 'case', ['coordinators'])})
    await this.act('consenting', ids.case, 'embargo.accept')
    await this.move(ids.case, 'coordinate')
    await this.act('declining', ids.case, 'embargo.reject', {reason: this.for('why an embargo is turned down', 'case', ['invited', ...parties])})
    await this.say('coordinator', ids.case, 'message to all', 'case', ['parties'])
    await this.say('coordinator', ids.case, 'message among coordinators', 'case', ['coordinators'])
    await this.coordinator.done(201, 'POST', `/records/${ids.case}/comments`, {text: this.only('message to one vendor', 'coordinator', 'consenting'), to: [ids.consenting]})
    await this.coordinator.done(201, 'POST', `/records/${ids.case}/comments`, {text: this.only('message to a finder', 'coordinator', 'finder'), to: [finder]})
    await this.attach('coordinator', ids.case, 'for all', 'case', ['parties'])
    await this.attach('coordinator', ids.case, 'among coordinators', 'case', ['coordinators'])
  }

  async active() {
    const {ids} = this, all = ['parties', 'owner', 'coordinators']
    await this.act('coordinator', ids.case, 'embargo.accept')
    const about = (what) => this.for(what, 'case', all)
    await this.act('consenting', ids.case, 'report.judge', {move: 'validate', reason: about('why the report holds')})
    await this.act('consenting', ids.case, 'fix.progress', {step: 'fix-ready', note: about('note on a fix')})
    await this.act('consenting', ids.case, 'status.set', {system: ids.system, status: 'affected', versions: about('versions'), mitigation: about('mitigation'), fix: about('fix')})
    await this.act('consenting', ids.case, 'statement.set', {text: about('statement of a vendor')})
    await this.act('coordinator', ids.case, 'task.add', {text: about('task of a vendor'), subject: ids.consenting})
    await this.act('coordinator', ids.case, 'task.add', {text: this.for('task of coordinators', 'case', ['coordinators'])})
    await this.act('coordinator', ids.case, 'triage.decide', {table: 'harm-tier', values: this.triage, note: about('note of the triage of the case')})
    await this.act('coordinator', ids.case, 'participant.dismiss', {subject: ids.hidden, reason: this.for('why somebody proposed is not asked', 'case', ['coordinators'])})
    await this.say('consenting', ids.case, 'message of a vendor', 'case', ['parties'])
    for (const kind of ['advisory', 'lesson']) {
      await this.act('coordinator', ids.case, `${kind}.draft`, kind === 'advisory' ? {title: 'A draft'} : {})
      const {links} = (await this.coordinator.get(`/records/${ids.case}`)).body
      ids[kind] = JSON.stringify(links.filter((one) => (one.rel ?? one.relation) === (kind === 'advisory' ? 'publishes' : 'taught'))).match(/R-\w{4}-\w{4}/)?.[0] ??
        (await this.coordinator.get(`/records/${ids.case}/history`)).text.match(/R-\w{4}-\w{4}/g).find((id) => !Object.values(ids).includes(id))
      assert.ok(ids[kind], JSON.stringify(links))
      const body = this.body(kind, kind), {headers} = await this.coordinator.get(`/records/${ids[kind]}`)
      await this.coordinator.done(200, 'PUT', `/records/${ids[kind]}`, body, {'if-match': headers.etag})
      await this.say('coordinator', ids[kind], 'message on a draft', kind, ['coordinators'])
      await this.attach('coordinator', ids[kind], 'of a draft', kind, ['parties'])
    }
    this.literal(ids.lesson, 'uid of the lesson', ['coordinator', 'finder', 'second', 'consenting'], 'lesson')
    await this.coordinator.done(200, 'PUT', `/records/${ids.advisory}/visibility`, {level: LEVEL})
    // A dispute on the second report, up to its panel.
    const both = (what) => this.for(what, 'dispute', ['owner', 'parties', 'coordinators', 'panel'])
    const filed = await this.callers.second.done(201, 'POST', `/records/${ids.report2}/disputes`, {question: 'tier', statement: both('statement of a dispute'), wants: both('what a dispute wants')})
    ids.dispute = this.literal(filed.body.uid, 'uid of the dispute', ['second', 'coordinator', 'judge', 'consenting'])
    await this.act('coordinator', ids.dispute, 'dispute.decide', {outcome: 'reject', reasons: both('reasons of the first level')})
    await this.act('second', ids.dispute, 'dispute.escalate', {reason: both('why it goes to the panel')})
    await this.act('judge', ids.dispute, 'seat.declare', {conflict: false})
    await this.act('judge', ids.dispute, 'panel.vote', {choice: 'uphold', reasons: this.only('reasons of a vote', 'judge')})
  }

  async claimed() {
    const about = (what) => this.for(what, 'case', ['parties', 'owner', 'coordinators'])
    await this.act('consenting', this.ids.case, 'fact.report', {fact: 'exploit-public', evidence: `https://example.org/${about('evidence of a claim')}`, reason: about('reason of a claim')})
  }
  async exited() {
    const about = (what) => this.for(what, 'case', ['parties', 'owner', 'coordinators'])
    await this.act('coordinator', this.ids.case, 'fact.confirm', {fact: 'exploit-public', evidence: `https://example.org/${about('evidence of a fact')}`, reason: about('reason of a fact')})
  }
  async published() {
    const {ids} = this, {headers, body} = await this.coordinator.get(`/records/${ids.case}`)
    const plan = {...body.body.publication, mode: 'at-moment', moment: new Date(Date.now() + 300).toISOString()}
    this.phase = PUBLISHED
    await this.coordinator.done(200, 'PATCH', `/records/${ids.case}`, {publication: plan}, {'if-match': headers.etag})
    await eventually(async () => (await nobody(this.hub).get(`/records/${ids.advisory}`)).status === 200, 'the advisory is published by plan', 10000)
  }  // All that can be told is.
  async told() {
    await this.move(this.ids.case, 'publish')
    await this.move(this.ids.report1, 'publish')
    await this.move(this.ids.lesson, 'publish')
  }
}
