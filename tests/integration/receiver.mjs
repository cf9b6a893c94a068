// What a webhook calls, for a test: keeps what comes, and answers each path as it is told to. The verification is written from the specification
// (Standard Webhooks 1.0), without any of the program's code: docs/WEBHOOKS.md shows the same lines to receivers.
import assert from 'node:assert/strict'
import {createHmac, timingSafeEqual} from 'node:crypto'
import http from 'node:http'
import {eventually} from './hub.mjs'

export function verify(secret, headers, body, now = Date.now() / 1000) {
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64')
  const [id, timestamp, signatures] = ['webhook-id', 'webhook-timestamp', 'webhook-signature'].map((name) => headers[name])
  if (!id || !timestamp || !signatures || Math.abs(now - Number(timestamp)) > 300) return false
  const expected = createHmac('sha256', key).update(`${id}.${timestamp}.`).update(body).digest()
  return signatures.split(' ').some((one) => {
    const [version, value] = one.split(',')
    const given = Buffer.from(value ?? '', 'base64')
    return version === 'v1' && given.length === expected.length && timingSafeEqual(given, expected)
  })
}

export class Receiver {
  calls = []
  answers = {}
  // more: options of https.createServer, for one that speaks TLS.
  async start(create = http.createServer, more = {}) {
    this.server = create(more, (request, response) => {
      const parts = []
      request.on('error', () => {}).on('data', (part) => parts.push(part)).on('end', () => {
        const path = request.url
        const body = Buffer.concat(parts)
        this.calls.push({path, method: request.method, headers: request.headers, body, json: body.length ? JSON.parse(body) : undefined})
        const answer = this.answers[path] ?? (() => response.writeHead(204).end())
        if (typeof answer === 'number') response.writeHead(answer).end('')
        else answer(response, request)
      })
    })
    this.server.on('clientError', () => {}).on('tlsClientError', () => {})
    await new Promise((done) => this.server.listen(0, '127.0.0.1', done))
    this.port = this.server.address().port
    this.url = `http://127.0.0.1:${this.port}`
    return this
  }
  stop() {
    this.server.closeAllConnections?.()
    return new Promise((done) => this.server.close(done))
  }
  at(path) {
    return this.calls.filter((one) => one.path === path)
  }
  // So many calls of a path, when they have come.
  async comes(path, n = 1, milliseconds = 15000) {
    await eventually(() => this.at(path).length >= n, `${n} calls of ${path}`, milliseconds)
    assert.equal(this.at(path).length, n, JSON.stringify(this.at(path).map((one) => one.json)))
    return this.at(path)[n - 1]
  }
}
