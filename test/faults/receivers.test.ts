import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { deliverWebhooks } from '../../src/core/events/deliver-webhooks.ts'
import { callHook } from '../../src/core/hooks/call-hook.ts'
import { webhookDeliveries } from '../../src/db/schema/webhooks.ts'
import { startFaultProxy, type FaultProxy } from '../support/fault-proxy.ts'
import { aUser, createTestApp, type TestApp } from '../support/app.ts'
import { FAULTS } from './matrix.ts'

// A system of somebody else's, over real TCP: what hears of events, and what is asked before they happen.

let receiver: Receiver
let proxy: FaultProxy

/** What has arrived, by its id; `answer` is what it says to each. */
type Receiver = {
  readonly server: Server
  readonly url: string
  readonly heard: string[]
  answer: { status: number; body: string; headers: Readonly<Record<string, string>> }
}

const YES = { status: 200, body: '{"allow":true}', headers: {} }

beforeAll(async () => {
  const heard: string[] = []
  const server = createServer((incoming, outgoing) => {
    incoming.resume().on('end', () => {
      heard.push(String(incoming.headers['webhook-id']))
      outgoing.writeHead(receiver.answer.status, receiver.answer.headers)
      outgoing.end(receiver.answer.body)
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('No port was given.')
  receiver = { server, url: `http://127.0.0.1:${address.port}`, heard, answer: YES }
  proxy = await startFaultProxy(receiver.url)
})

afterAll(async () => {
  await proxy.stop()
  receiver.server.closeAllConnections()
  receiver.server.close()
})

const SECRETS = [`whsec_${btoa('0123456789abcdef0123456789abcdef')}`]
/** What a test can wait for, where a receiver hangs. */
const DEADLINE_MS = 400

/** The address of the receiver is that of the proxy before it, over a deadline that a test can wait for. */
const toProxy: typeof fetch = (input, init) => {
  const { signal, ...rest } = init ?? {}
  const signals = [AbortSignal.timeout(DEADLINE_MS), ...(signal ? [signal] : [])]
  const url = input instanceof Request ? input.url : input
  return fetch(proxy.url + new URL(url).pathname, { ...rest, signal: AbortSignal.any(signals) })
}

describe('whatever happens to a call of a webhook’s receiver', () => {
  const MESSAGES = ['msg_1', 'msg_2', 'msg_3', 'msg_4', 'msg_5', 'msg_6']

  async function waiting(): Promise<TestApp> {
    receiver.heard.length = 0
    receiver.answer = YES
    const app = await createTestApp({
      env: {
        WEBHOOKS: JSON.stringify({
          crm: { url: 'https://crm.example.com/hooks', secrets: SECRETS },
        }),
      },
      now: new Date(),
    })
    const { db, now } = app.deps()
    const row = { endpoint: 'crm', type: 'login', data: {}, createdAt: now, nextAttemptAt: now }
    await db.insert(webhookDeliveries).values(MESSAGES.map((messageId) => ({ ...row, messageId })))
    return app
  }

  const run = (app: TestApp) => deliverWebhooks({ ...app.deps(), fetch: toProxy }, 200)
  const left = async (app: TestApp) => app.deps().db.select().from(webhookDeliveries)

  // 200 with garbage behind it is a receiver's yes: what it says besides is not read.
  test.each(FAULTS.filter(({ fault }) => fault.kind !== 'garbage'))(
    '$name: nothing is lost, and what comes twice comes under one id',
    { timeout: 60_000 },
    async ({ fault }) => {
      for (const broken of [0, 1, 5]) {
        const app = await waiting()
        proxy.choose((seen) => (seen === broken ? fault : { kind: 'none' }))
        await run(app)
        proxy.choose(() => ({ kind: 'none' }))
        for (let round = 0; round < 3 && (await left(app)).length > 0; round += 1) {
          app.clock.advance(3_600)
          await run(app)
        }
        expect(await left(app)).toEqual([])
        expect(new Set(receiver.heard)).toEqual(new Set(MESSAGES))
        // Only an answer that got lost after the receiver had heard makes a second call.
        const mayRepeat = 'when' in fault && fault.when === 'after'
        expect(receiver.heard.length).toBe(MESSAGES.length + (mayRepeat ? 1 : 0))
      }
    },
  )

  test('a receiver that is dead for hours hears of everything, once', async () => {
    const app = await waiting()
    proxy.choose(() => ({ kind: 'cut', when: 'before' }))
    for (let round = 0; round < 6; round += 1) {
      await run(app)
      app.clock.advance(3_600)
    }
    expect(receiver.heard).toEqual([])
    proxy.choose(() => ({ kind: 'none' }))
    for (let round = 0; round < 4; round += 1) {
      app.clock.advance(24 * 3_600)
      await run(app)
    }
    expect(receiver.heard.toSorted()).toEqual(MESSAGES)
    expect(await left(app)).toEqual([])
  })

  test.each([
    ['leads elsewhere', { ...YES, status: 302, headers: { Location: 'http://169.254.169.254/' } }],
    ['wants a century', { ...YES, status: 503, headers: { 'Retry-After': '3153600000' } }],
    ['wants nothing at all', { ...YES, status: 503, headers: { 'Retry-After': '-1' } }],
    ['says yes with a fault', { ...YES, status: 500, body: '{"ok":true}' }],
  ])('a receiver that lies (%s) is not believed, and is told later', async (_, answer) => {
    const app = await waiting()
    proxy.choose(() => ({ kind: 'none' }))
    receiver.answer = answer
    await run(app)
    const calls = receiver.heard.length
    expect(calls).toBeGreaterThan(0)
    expect(await left(app)).toHaveLength(MESSAGES.length)
    receiver.answer = YES
    receiver.heard.length = 0
    app.clock.advance(25 * 3_600)
    await run(app)
    expect(receiver.heard.toSorted()).toEqual(MESSAGES)
    expect(await left(app)).toEqual([])
  })

  test('two handlers at once tell nobody twice', async () => {
    const app = await waiting()
    proxy.choose(() => ({ kind: 'delay', ms: 20 }))
    await Promise.all([run(app), run(app), run(app)])
    expect(receiver.heard.toSorted()).toEqual(MESSAGES)
    expect(await left(app)).toEqual([])
  })
})

describe('whatever happens to a call of a hook', () => {
  test.each(FAULTS)(
    '$name: the answer comes in time, and is the one that the settings declare',
    async ({ fault }) => {
      for (const [onFailure, failed] of [
        ['deny', 'down'],
        ['allow', 'allowed'],
      ] as const) {
        receiver.answer = YES
        const hook = { url: 'https://risk.example.com/', secrets: SECRETS, timeout_ms: 300 }
        const app = await createTestApp({
          users: [aUser()],
          env: { HOOKS: JSON.stringify({ before_login: { ...hook, on_failure: onFailure } }) },
        })
        proxy.choose(() => fault)
        const begun = performance.now()
        const verdict = await callHook({ ...app.deps(), fetch: toProxy }, 'before_login', {
          event: {},
          local: undefined,
        })
        expect(performance.now() - begun).toBeLessThan(2_000)
        expect(verdict).toEqual(fault.kind === 'delay' ? { allow: true } : failed)
      }
    },
  )
})
