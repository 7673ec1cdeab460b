import { eq } from 'drizzle-orm'
import { describe, expect, test } from 'vitest'
import { auditEvents } from '../../../src/db/schema/audit.ts'
import { emailOutbox } from '../../../src/db/schema/mail.ts'
import { users } from '../../../src/db/schema/users.ts'
import { callHook } from '../../../src/core/hooks/call-hook.ts'
import type { Hooks } from '../../../src/hooks.ts'
import { parseSettings } from '../../../src/settings/parse.ts'
import { aUser, createTestApp } from '../../support/app.ts'

const SECRET = `whsec_${Buffer.from('k'.repeat(32)).toString('base64')}`
const URL = 'https://risk.example.com/ask'
const PASSWORD = 'right-horse-staple'
const REGISTRATION = {
  username: 'ada',
  email: 'ada@example.com',
  password1: PASSWORD,
  password2: PASSWORD,
}

/** `HOOKS` with one hook over HTTP. */
function remote(name: string, more: object = {}): Record<string, string> {
  const hook = { url: URL, secrets: [SECRET], on_failure: 'deny', ...more }
  return { HOOKS: JSON.stringify({ [name]: hook }), ACCOUNT_EMAIL_VERIFICATION: 'none' }
}

function answering(body: unknown, status = 200) {
  return {
    method: 'POST',
    url: URL,
    status,
    body: typeof body === 'string' ? body : JSON.stringify(body),
    contentType: 'application/json',
  }
}

const claimsOf = (token: unknown): Record<string, unknown> =>
  JSON.parse(Buffer.from(String(token).split('.')[1] ?? '', 'base64url').toString())

describe('before a registration', () => {
  test('code sets names, or denies with a sentence, and is not asked about bad input', async () => {
    const asked: unknown[] = []
    const hooks: Hooks = {
      beforeRegistration: {
        onFailure: 'deny',
        run: (event) => {
          asked.push(event)
          return event.email.endsWith('@example.com')
            ? { allow: true, set: { first_name: 'Ada' } }
            : { allow: false, message: 'By invitation only.' }
        },
      },
    }
    const app = await createTestApp({ hooks, env: { ACCOUNT_EMAIL_VERIFICATION: 'none' } })
    const weak = await app.post('/registration/', {
      ...REGISTRATION,
      password1: '1',
      password2: '1',
    })
    expect([weak.status, asked]).toEqual([400, []])
    const denied = await app.post('/registration/', { ...REGISTRATION, email: 'a@else.example' })
    expect(denied.status).toBe(400)
    expect(await denied.json()).toEqual({ non_field_errors: ['By invitation only.'] })
    expect(await app.deps().db.select().from(users)).toEqual([])
    expect((await app.post('/registration/', REGISTRATION)).status).toBe(201)
    expect(await app.deps().db.select().from(users)).toMatchObject([
      { username: 'ada', firstName: 'Ada', isStaff: false },
    ])
    expect(asked.at(-1)).toEqual({
      username: 'ada',
      email: 'ada@example.com',
      how: 'password',
      client: { address: '192.0.2.1', country: '', user_agent: '' },
    })
  })

  test('a URL is asked once, signed, and its answer counts', async () => {
    const app = await createTestApp({ env: remote('before_registration') })
    app.outside.setExchanges([answering({ allow: false, message: 'No.' })])
    const denied = await app.post('/registration/', REGISTRATION)
    expect(await denied.json()).toEqual({ non_field_errors: ['No.'] })
    const [call] = app.outside.calls
    expect(call?.headers.get('webhook-id')).toMatch(/^hook_[0-9a-f]{32}$/)
    expect(call?.headers.get('webhook-signature')).toMatch(/^v1,/)
    expect(JSON.parse(call?.body ?? '')).toMatchObject({
      type: 'before_registration',
      data: { username: 'ada', email: 'ada@example.com' },
    })
    expect(call?.body).not.toContain(PASSWORD)
  })
})

describe('before a login', () => {
  test('claims go into the tokens, and none stands in for ours', async () => {
    const hooks: Hooks = {
      beforeLogin: {
        onFailure: 'deny',
        run: () => ({
          allow: true,
          claims: { plan: 'gold', user_id: '9', exp: 1, act: { sub: '1' } },
        }),
      },
    }
    const app = await createTestApp({
      hooks,
      users: [aUser()],
      env: { USE_JWT: 'true', JWT_AUTH_HTTPONLY: 'false' },
    })
    const login = await app.post('/login/', { username: 'alice', password: PASSWORD })
    const { access, refresh } = await login.json()
    for (const token of [access, refresh]) {
      expect(claimsOf(token)).toMatchObject({ plan: 'gold', user_id: '1' })
      expect(claimsOf(token)).not.toHaveProperty('act')
    }
    const refreshed = await (await app.post('/token/refresh/', { refresh })).json()
    expect(claimsOf(refreshed.access)).toMatchObject({ plan: 'gold' })
  })

  test('claims make no login longer, nor stronger than it was', async () => {
    const claims = {
      auth_time: 9e15,
      remember: false,
      acr: 'aal2',
      amr: ['mfa'],
      cnf: {},
      azp: 'x',
    }
    const hooks: Hooks = {
      beforeLogin: { onFailure: 'deny', run: () => ({ allow: true, claims }) },
    }
    const env = { USE_JWT: 'true', JWT_AUTH_HTTPONLY: 'false', JWT_AUTH_METHOD_CLAIMS: 'true' }
    const app = await createTestApp({
      hooks,
      users: [aUser()],
      env: { ...env, LOGIN_LIFETIME_SECONDS: '3600' },
    })
    const loggedInAt = Math.floor(app.deps().now.getTime() / 1000)
    const login = await app.post('/login/', { username: 'alice', password: PASSWORD })
    const { refresh } = await login.json()
    const said = claimsOf(refresh)
    expect(said).toMatchObject({ auth_time: loggedInAt, acr: 'aal1', amr: ['pwd'] })
    for (const name of ['remember', 'cnf', 'azp']) expect(said).not.toHaveProperty(name)
    app.clock.advance(3_000)
    const later = await (await app.post('/token/refresh/', { refresh })).json()
    expect(Number(claimsOf(later.refresh)['exp'])).toBeLessThanOrEqual(loggedInAt + 3_600)
  })

  test('is asked about who was proved alone, and a refusal is noted', async () => {
    const asked: unknown[] = []
    const hooks: Hooks = {
      beforeLogin: {
        onFailure: 'allow',
        run: (event) => {
          asked.push(event)
          return { allow: false }
        },
      },
    }
    const app = await createTestApp({ hooks, users: [aUser()] })
    for (const username of ['alice', 'nobody']) {
      await app.post('/login/', { username, password: 'wrong-horse' })
    }
    expect(asked).toEqual([])
    const denied = await app.post('/login/', { username: 'alice', password: PASSWORD })
    expect(await denied.json()).toEqual({
      non_field_errors: ['This is not possible at the moment.'],
    })
    expect(asked).toMatchObject([{ user_id: 1, how: 'password' }])
    await app.settle()
    const events = await app.deps().db.select().from(auditEvents).where(eq(auditEvents.userId, 1))
    expect(events.map(({ kind }) => kind)).toContain('login_denied')
    expect(events.map(({ kind }) => kind)).not.toContain('login')
  })
})

describe('a hook that fails', () => {
  const faults: readonly (readonly [string, ReturnType<typeof answering> | undefined])[] = [
    ['is away', undefined],
    ['answers 500', answering({ allow: true }, 500)],
    ['redirects', answering({ allow: true }, 302)],
    ['answers no JSON', answering('yes')],
    ['says neither yes nor no', answering({ allow: 'yes' })],
    ['answers too much', answering({ allow: true, message: 'x'.repeat(20_000) })],
  ]

  test.each(faults)(
    'and %s does what on_failure says, and the log names it',
    async (_, exchange) => {
      for (const [onFailure, status] of [
        ['deny', 503],
        ['allow', 200],
      ] as const) {
        const app = await createTestApp({
          users: [aUser()],
          env: remote('before_login', { on_failure: onFailure }),
        })
        app.outside.setExchanges(exchange === undefined ? [] : [exchange])
        const login = await app.post('/login/', { username: 'alice', password: PASSWORD })
        expect([onFailure, login.status]).toEqual([onFailure, status])
        if (status === 503) expect(login.headers.get('Retry-After')).toBe('5')
        expect(app.log).toContainEqual(
          expect.objectContaining({ event: 'hook_failed', hook: 'before_login' }),
        )
        await app.settle()
      }
    },
  )

  test('and is slow is waited for as long as it may be, and no longer', async () => {
    const hooks: Hooks = {
      beforeLogin: { onFailure: 'deny', timeoutMs: 30, run: () => new Promise(() => undefined) },
    }
    const app = await createTestApp({ hooks, users: [aUser()] })
    const login = await app.post('/login/', { username: 'alice', password: PASSWORD })
    expect(login.status).toBe(503)
    expect(app.log).toContainEqual(expect.objectContaining({ error: 'TimeoutError' }))
  })
})

describe('a hook that lies', () => {
  const yes = '{"allow":true}'
  const bytes = (text: string) => new TextEncoder().encode(text)
  /** A body that goes on for ever, until nobody reads it any more. */
  function endless(first: Uint8Array) {
    const told = { pulled: 0, isCancelled: false }
    const body = new ReadableStream<Uint8Array>(
      {
        start: (controller) => controller.enqueue(first),
        pull: (controller) => {
          told.pulled += 1
          controller.enqueue(bytes(' '.repeat(1_024)))
        },
        cancel: () => {
          told.isCancelled = true
        },
      },
      { highWaterMark: 0 },
    )
    return { body, told }
  }

  async function ask(response: Response) {
    const app = await createTestApp({ env: remote('before_login') })
    const fetch = () => Promise.resolve(response)
    return callHook({ ...app.deps(), fetch }, 'before_login', { event: {}, local: undefined })
  }

  test('about how long its answer is, is read no further than the bound', async () => {
    const { body, told } = endless(bytes(yes))
    expect(await ask(new Response(body, { headers: { 'Content-Length': '14' } }))).toBe('down')
    expect(told.pulled).toBeLessThan(30)
    expect(told.isCancelled).toBe(true)
  })

  test.each([
    ['two values', `${yes}{}`],
    ['a comment', `/* yes */${yes}`],
    ['a mark in front', `\ufeff${yes}`],
    ['a list', `[${yes}]`],
    ['a word', 'true'],
    ['a number for yes', '{"allow":1}'],
    ['a prototype', '{"__proto__":{"allow":true}}'],
    ['nothing', ''],
    ['HTML', '<p>{"allow":true}</p>'],
  ])('with %s says neither yes nor no', async (_, text) => {
    expect(await ask(new Response(bytes(text)))).toBe('down')
  })

  test('in bytes that are no text says neither', async () => {
    const broken = new Uint8Array([...bytes('{"allow":true,"message":"'), 0xff, ...bytes('"}')])
    expect(await ask(new Response(broken))).toBe('down')
    expect(await ask(new Response(bytes(yes)))).toEqual({ allow: true })
  })
})

test('before a mail: one that is refused is dropped, one that cannot be asked about waits', async () => {
  let verdict: 'yes' | 'no' | 'broken' = 'no'
  const hooks: Hooks = {
    beforeMail: {
      onFailure: 'deny',
      run: ({ kind, to }) => {
        expect([kind, to]).toEqual(['password_reset', 'alice@example.com'])
        if (verdict === 'broken') throw new Error('broken')
        return verdict === 'yes' ? { allow: true } : { allow: false }
      },
    },
  }
  const app = await createTestApp({
    hooks,
    users: [aUser()],
    env: { ACCOUNT_RATE_LIMITS: 'false' },
  })
  const waiting = async () => (await app.deps().db.select().from(emailOutbox)).length
  const reset = async () => {
    await app.post('/password/reset/', { email: 'alice@example.com' })
    await app.settle()
    return [app.mailbox.length, await waiting()]
  }
  expect(await reset()).toEqual([0, 0])
  verdict = 'broken'
  expect(await reset()).toEqual([0, 1])
  verdict = 'yes'
  expect(await reset()).toEqual([1, 1])
})

test('where nobody is asked, nothing is', async () => {
  const app = await createTestApp({ users: [aUser()] })
  const { waited } = await app.costOf(() =>
    app.post('/login/', { username: 'alice', password: PASSWORD }),
  )
  expect(waited.roundTrips).toBeLessThanOrEqual(2)
  expect(app.outside.calls).toEqual([])
})

test.each([
  ['{"before_nothing":{}}', 'HOOKS knows before_registration, before_login, before_mail'],
  [
    JSON.stringify({
      before_login: { url: 'http://risk.example.com', secrets: [SECRET], on_failure: 'deny' },
    }),
    'url must begin with https://',
  ],
  [
    JSON.stringify({
      before_login: { url: 'https://10.0.0.1/', secrets: [SECRET], on_failure: 'deny' },
    }),
    'url must have a name',
  ],
  [
    JSON.stringify({ before_login: { url: URL, secrets: ['x'], on_failure: 'deny' } }),
    'secrets must be',
  ],
  [JSON.stringify({ before_login: { url: URL, secrets: [SECRET] } }), 'on_failure must be'],
  [
    JSON.stringify({
      before_login: { url: URL, secrets: [SECRET], on_failure: 'deny', timeout_ms: 60_000 },
    }),
    'timeout_ms must be',
  ],
])('%s cannot work', (hooks, fault) => {
  const variables = {
    SECRET_KEY: 'test-secret-key-0123456789-abcdefghijklmnopqrstuvwxyz',
    TURSO_DATABASE_URL: 'http://127.0.0.1:1',
    HOOKS: hooks,
  }
  expect(() => parseSettings(variables)).toThrow(fault)
})

test.each(['uuid', 'integer'] as const)(
  'a login with USER_PK = %s is told with the id that tokens name',
  async (USER_PK) => {
    const asked: object[] = []
    const hooks: Hooks = {
      beforeLogin: {
        onFailure: 'deny',
        run: (event) => {
          asked.push(event)
          return { allow: true }
        },
      },
    }
    const env = { USE_JWT: 'true', USER_PK }
    const app = await createTestApp({ env, hooks, users: [aUser()] })
    const body = { username: 'alice', password: PASSWORD }
    for (let time = 0; time < 2; time += 1) {
      const response = await app.post('login/', body)
      const { access, user } = (await response.json()) as { access: string; user: { pk: unknown } }
      await app.settle()
      const { client: _, ...told } = asked[time] as Record<string, unknown>
      expect(told).toEqual({
        user_id: 1,
        ...(USER_PK === 'uuid' ? { pk: claimsOf(access)['user_id'] } : {}),
        how: 'password',
      })
      expect(String(user.pk)).toBe(claimsOf(access)['user_id'])
    }
  },
)
