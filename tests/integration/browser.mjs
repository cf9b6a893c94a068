// A browser without JavaScript: one cookie, pages with their forms, forms sent as they stand with what is typed over them.
import assert from 'node:assert/strict'
import http from 'node:http'
import {tags, unescaped} from './hub.mjs'
import {createUser, password} from './people.mjs'

export {createUser, password}

// The controls of the form in `html` that has `attribute` in its start tag, as a browser would send them: [name, value] in order.
export function formOf(html, attribute) {
  const at = [...html.matchAll(/<form\b[^>]*>/g)].find((m) => m[0].includes(attribute))
  assert.ok(at, `no form with ${attribute}`)
  const inside = html.slice(at.index + at[0].length, html.indexOf('</form>', at.index))
  const pairs = []
  for (const m of inside.matchAll(/<(input|textarea|select)\b((?:[^>"]|"[^"]*")*)>/g)) {
    const a = Object.fromEntries([...m[2].matchAll(/([\w-]+)(?:="([^"]*)")?/g)].map(([, name, value]) => [name, unescaped(value ?? '')]))
    if (!a.name || 'disabled' in a) continue
    if (m[1] === 'textarea') {
      const end = inside.indexOf('</textarea>', m.index)
      pairs.push([a.name, unescaped(inside.slice(m.index + m[0].length, end)).replace(/^\n/, '')])
    } else if (m[1] === 'select') {
      const options = inside.slice(m.index, inside.indexOf('</select>', m.index))
      const all = [...options.matchAll(/<option\b((?:[^>"]|"[^"]*")*)>/g)].map(([, text]) => ({value: unescaped(text.match(/value="([^"]*)"/)[1]), selected: /\bselected\b/.test(text)}))
      const one = all.find((o) => o.selected) ?? all[0]
      if (one) pairs.push([a.name, one.value])
    } else if (['checkbox', 'radio'].includes(a.type) ? 'checked' in a : a.type !== 'submit') {
      pairs.push([a.name, a.value ?? ''])
    }
  }
  return {action: unescaped(at[0].match(/action="([^"]*)"/)[1]), pairs}
}

// Typed over: a value, a list of values (checkboxes), or null (taken away).
export function typed(pairs, over) {
  const out = pairs.filter(([name]) => !(name in over))
  for (const [name, value] of Object.entries(over)) for (const v of value === null ? [] : [value].flat()) out.push([name, v])
  return out
}

export class Browser {
  constructor(hub) {
    this.hub = hub
    this.cookie = ''
  }
  request(path, {pairs, parts, headers = {}} = {}) {
    const {host, port} = this.hub
    let body, type = 'application/x-www-form-urlencoded'
    if (pairs) body = Buffer.from(new URLSearchParams(pairs).toString())
    if (parts) {
      const boundary = 'x' + Math.random().toString(36).slice(2)
      type = `multipart/form-data; boundary=${boundary}`
      body = Buffer.concat([...parts.flatMap(({name, value, file, media}) => [Buffer.from(`--${boundary}\r\ncontent-disposition: form-data; name="${name}"${file === undefined ? '' : `; filename="${file}"`}\r\n${media ? `content-type: ${media}\r\n` : ''}\r\n`), Buffer.from(value), Buffer.from('\r\n')]), Buffer.from(`--${boundary}--\r\n`)])
    }
    return new Promise((done, failed) => {
      const request = http.request({host, port, path, method: body ? 'POST' : 'GET', agent: false, headers: {
        accept: 'text/html', host: `${host}:${port}`, ...(this.cookie && {cookie: this.cookie}),
        ...(body && {'content-type': type, 'content-length': body.length, origin: `http://${host}:${port}`}), ...headers}}, (r) => {
        const chunks = []
        r.on('data', (chunk) => chunks.push(chunk))
        r.on('end', () => {
          const set = r.headers['set-cookie']?.[0].match(/^([^=]+)=([^;]*)/)
          if (set) this.cookie = set[2] ? `${set[1]}=${set[2]}` : ''
          done({status: r.statusCode, headers: r.headers, text: Buffer.concat(chunks).toString()})
        })
      })
      request.on('error', failed)
      request.end(body)
    })
  }
  get(path) {
    return this.request(path)
  }
  // Follows redirects to the page that comes of it.
  async follow(answer) {
    for (let i = 0; i < 5 && [301, 303, 308].includes(answer.status); i++) answer = await this.get(answer.headers.location)
    return answer
  }
  // The form of a page, sent with what is typed over it.
  async send(html, attribute, over = {}) {
    const form = formOf(html, attribute)
    return this.request(form.action.split('#')[0], {pairs: typed(form.pairs, over)})
  }
  async signIn(login) {
    const page = await this.get('/sign-in')
    const answer = await this.send(page.text, 'action="/sign-in"', {login, password})
    assert.equal(answer.status, 303, answer.text)
    return this
  }
  // The form for a record, with what is typed, and one of its buttons.
  write(html, over, button = 'save') {
    return this.send(html, 'data-form', {...over, _do: button})
  }
}

export const has = (html, name) => tags(html).some((t) => t.attributes.name === name)
export const plain = (html) => unescaped(html.replace(/<[^>]*>/g, ' ').replace(/\s+/g, ' '))
