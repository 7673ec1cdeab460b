import { describe, expect, test } from 'vitest'
import { auditEvents } from '../../../src/db/schema/audit.ts'
import { users } from '../../../src/db/schema/users.ts'
import { passkeys } from '../../../src/db/schema/passkeys.ts'
import { credentialId, makeCredential } from '../../conformance/authenticator.ts'
import type { JsonObject } from '../../conformance/json.ts'
import { waitedFor } from '../../cost/waited.ts'
import { aUser, createTestApp, type TestApp } from '../../support/app.ts'
import {
  assertionOf,
  beginPasskeyLogin,
  FACTORS,
  passkeyLogin,
  seedFactor,
  seedKey,
} from '../../support/second-factor.ts'

const KEY = '0123456789abcdef0123456789abcdef01234567'
const ALICE = { Authorization: `Token ${KEY}` }
const PREFERRED = { PASSKEY_USER_VERIFICATION: 'preferred' }
/** Flags of an authenticator that asked for a touch and nothing else. */
const PRESENT = { flags: 1 }
const FAILED = { non_field_errors: ['Authentication verification failed.'] }

type Options = {
  readonly challenge: string
  readonly rp: { readonly id: string }
  readonly user: { readonly id: string }
  readonly excludeCredentials: readonly unknown[]
}

function passkeyApp(
  env: Readonly<Record<string, string>> = {},
  user: Parameters<typeof aUser>[0] = {},
): Promise<TestApp> {
  return createTestApp({
    env: { ...FACTORS, ...env },
    users: [aUser({ tokenKey: KEY, ...user })],
  })
}

async function begin(app: TestApp, headers: Readonly<Record<string, string>> = {}) {
  const response = await app.post('/passkeys/register/begin/', {}, { ...ALICE, ...headers })
  expect(response.status).toBe(200)
  return (await response.json()) as Options
}

async function register(
  app: TestApp,
  key: string,
  more: JsonObject = {},
  body: JsonObject = {},
): Promise<Response> {
  const { challenge } = await begin(app)
  const credential = makeCredential({ action: 'create', key, challenge, ...more })
  return app.post('/passkeys/register/complete/', { credential, ...body }, ALICE)
}

async function list(app: TestApp): Promise<readonly JsonObject[]> {
  const response = await app.request('/passkeys/', { headers: ALICE })
  expect(response.status).toBe(200)
  return (await response.json()) as readonly JsonObject[]
}

describe('registering', () => {
  test('takes the credential as its JSON text, too (py_webauthn does)', async () => {
    const app = await passkeyApp()
    const { challenge } = await begin(app)
    const credential = JSON.stringify(makeCredential({ action: 'create', key: 'a', challenge }))
    const response = await app.post('/passkeys/register/complete/', { credential }, ALICE)
    expect(response.status).toBe(201)
  })

  test('keeps a passkey, tells the owner, and logs in with it', async () => {
    const app = await passkeyApp()
    const response = await register(app, 'laptop')
    expect(response.status).toBe(201)
    expect(await response.json()).toMatchObject({
      name: 'Passkey',
      transports: ['internal'],
      discoverable: true,
      last_used_at: null,
    })
    await app.settle()
    expect(app.mailbox.map(({ subject }) => subject)).toEqual(['[example.com] Passkey Added'])
    const events = await app.deps().db.select({ kind: auditEvents.kind }).from(auditEvents)
    expect(events).toEqual([{ kind: 'passkey_added' }])
    const { user } = await begin(app)
    const login = await passkeyLogin(app, 'laptop', { counter: 1, user_handle: user.id })
    expect(await login.json()).toHaveProperty('key')
    expect((await list(app))[0]).toMatchObject({ last_used_at: expect.any(String) as unknown })
  })

  test('gives a user handle that tells nothing of the user (§14.6.1), the same one every time', async () => {
    const app = await passkeyApp()
    const { user } = await begin(app)
    expect(Buffer.from(user.id, 'base64url')).toHaveLength(16)
    await register(app, 'laptop')
    expect((await begin(app)).user.id).toBe(user.id)
  })

  test('a handle outlives the secret that it was made with', async () => {
    const app = await passkeyApp()
    const { user } = await begin(app)
    await register(app, 'laptop')
    const rotated = await createTestApp({
      data: 'kept',
      env: {
        ...FACTORS,
        SECRET_KEY: 'another-secret-key-0123456789-abcdefghijklmnopqrstuvwxyz',
        SECRET_KEY_FALLBACKS: app.settings.SECRET_KEY,
      },
    })
    expect((await begin(rotated)).user.id).toBe(user.id)
    await register(rotated, 'phone')
    const rows = await rotated.deps().db.select({ handle: passkeys.userHandle }).from(passkeys)
    expect(rows).toEqual([{ handle: user.id }, { handle: user.id }])
  })

  test('names what the user has, with the transports that the browser told', async () => {
    const app = await passkeyApp()
    await register(app, 'laptop')
    expect((await begin(app)).excludeCredentials).toEqual([
      { id: expect.any(String) as unknown, type: 'public-key', transports: ['internal'] },
    ])
  })

  test('keeps what the browser says of discoverability', async () => {
    const app = await passkeyApp()
    const patch = { clientExtensionResults: { credProps: { rk: false } } }
    expect(await (await register(app, 'laptop', { patch })).json()).toMatchObject({
      discoverable: false,
    })
  })

  test.each(['', '  '])('a name of %j is none', async (name) => {
    const app = await passkeyApp()
    expect(await (await register(app, 'laptop', {}, { name })).json()).toMatchObject({
      name: 'Passkey',
    })
  })

  test('demands user verification', async () => {
    const app = await passkeyApp()
    expect((await register(app, 'laptop', { flags: 65 })).status).toBe(400)
    expect((await register(app, 'laptop', { flags: 69 })).status).toBe(201)
  })

  test.each([false, null])('is for verified addresses: %s', async (emailVerified) => {
    const app = await passkeyApp({}, { emailVerified })
    const response = await register(app, 'laptop')
    expect(response.status).toBe(400)
    expect(await response.json()).toEqual({ non_field_errors: ['E-mail is not verified.'] })
  })

  test('a challenge works once', async () => {
    const app = await passkeyApp()
    const { challenge } = await begin(app)
    const complete = (key: string): Promise<Response> =>
      app.post(
        '/passkeys/register/complete/',
        { credential: makeCredential({ action: 'create', key, challenge }) },
        ALICE,
      )
    expect((await complete('laptop')).status).toBe(201)
    expect(await (await complete('phone')).json()).toEqual({
      non_field_errors: ['Registration challenge has expired. Please start over.'],
    })
  })

  test('a challenge expires', async () => {
    const app = await passkeyApp({ PASSKEY_CHALLENGE_TIMEOUT: '60' })
    const { challenge } = await begin(app)
    app.clock.advance(61)
    const credential = makeCredential({ action: 'create', key: 'laptop', challenge })
    const response = await app.post('/passkeys/register/complete/', { credential }, ALICE)
    expect(response.status).toBe(400)
  })

  test('attestation packed, signed by the passkey itself, is checked', async () => {
    const app = await passkeyApp()
    expect((await register(app, 'laptop', { attestation: 'packed' })).status).toBe(201)
    const forged = { attestation: 'packed', signed_by: 'thief' }
    expect((await register(app, 'phone', forged)).status).toBe(400)
  })
})

describe('several sites', () => {
  const SITES = {
    PASSKEY_RP_ID: 'app.example,example.org',
    PASSKEY_RP_ORIGINS: 'https://app.example,https://www.example.org',
  }

  test.each([
    ['https://app.example', 'app.example'],
    ['https://www.example.org', 'example.org'],
    ['https://notexample.org', 'app.example'],
  ])('a page on %s gets %s', async (origin, id) => {
    const app = await passkeyApp(SITES)
    expect((await begin(app, { Origin: origin })).rp.id).toBe(id)
  })

  test('and its passkeys log in there', async () => {
    const app = await passkeyApp(SITES)
    const there = { rp_id: 'example.org', client_data: { origin: 'https://www.example.org' } }
    expect((await register(app, 'laptop', there)).status).toBe(201)
    expect((await passkeyLogin(app, 'laptop', { ...there, counter: 1 })).status).toBe(200)
  })

  test('no page elsewhere is believed', async () => {
    const app = await passkeyApp(SITES)
    await seedKey(app, 'laptop')
    const evil = { client_data: { origin: 'https://app.example.evil.example' } }
    expect(await (await passkeyLogin(app, 'laptop', evil)).json()).toEqual(FAILED)
    expect(await (await passkeyLogin(app, 'laptop', { rp_id: 'evil.example' })).json()).toEqual(
      FAILED,
    )
  })

  test('a frame in another page is believed only where the settings name that page', async () => {
    const framed = { client_data: { crossOrigin: true, topOrigin: 'https://shop.example' } }
    const app = await passkeyApp()
    await seedKey(app, 'laptop')
    expect(await (await passkeyLogin(app, 'laptop', framed)).json()).toEqual(FAILED)
    const trusting = await createTestApp({
      data: 'kept',
      env: { ...FACTORS, PASSKEY_TOP_ORIGINS: 'https://shop.example' },
    })
    expect((await passkeyLogin(trusting, 'laptop', framed)).status).toBe(200)
    const unnamed = { client_data: { crossOrigin: true } }
    expect(await (await passkeyLogin(trusting, 'laptop', unnamed)).json()).toEqual(FAILED)
  })
})

describe('logging in', () => {
  test('without user verification is refused where it is required', async () => {
    const app = await passkeyApp()
    await seedKey(app, 'laptop')
    expect(await (await passkeyLogin(app, 'laptop', PRESENT)).json()).toEqual(FAILED)
  })

  test('with user verification counts as both factors', async () => {
    const app = await passkeyApp()
    await seedKey(app, 'laptop')
    await seedFactor(app)
    expect(await (await passkeyLogin(app, 'laptop')).json()).toHaveProperty('key')
  })

  test('without it as one: the code is asked for', async () => {
    const app = await passkeyApp(PREFERRED)
    await seedKey(app, 'laptop')
    expect(await (await passkeyLogin(app, 'laptop', PRESENT)).json()).toHaveProperty('key')
    await seedFactor(app)
    expect(await (await passkeyLogin(app, 'laptop', PRESENT)).json()).toEqual({
      ephemeral_token: expect.any(String) as unknown,
      mfa_required: true,
    })
  })

  test('follows mandatory verification of the address', async () => {
    const env = { ACCOUNT_EMAIL_VERIFICATION: 'mandatory' }
    const app = await passkeyApp(env, { emailVerified: false })
    await seedKey(app, 'laptop')
    expect(await (await passkeyLogin(app, 'laptop')).json()).toEqual({
      non_field_errors: ['E-mail is not verified.'],
    })
  })

  test('a counter that does not go up is refused; none at all is not', async () => {
    const app = await passkeyApp()
    await seedKey(app, 'laptop')
    expect((await passkeyLogin(app, 'laptop')).status).toBe(200)
    expect((await passkeyLogin(app, 'laptop')).status).toBe(200)
    expect((await passkeyLogin(app, 'laptop', { counter: 7 })).status).toBe(200)
    expect(await (await passkeyLogin(app, 'laptop', { counter: 7 })).json()).toEqual(FAILED)
    expect(await (await passkeyLogin(app, 'laptop', { counter: 0 })).json()).toEqual(FAILED)
    expect((await passkeyLogin(app, 'laptop', { counter: 8 })).status).toBe(200)
  })

  test('a passkey says the same of its backups for ever (§7.2 step 19)', async () => {
    const app = await passkeyApp()
    await register(app, 'laptop', { flags: 77 })
    expect((await passkeyLogin(app, 'laptop', { flags: 13, counter: 1 })).status).toBe(200)
    const changed = await passkeyLogin(app, 'laptop', { flags: 5, counter: 2 })
    expect(await changed.json()).toEqual(FAILED)
  })

  test('understands the handle of imported passkeys', async () => {
    const app = await passkeyApp()
    await seedKey(app, 'laptop')
    const handle = (id: string): string => Buffer.from(id).toString('base64url')
    expect((await passkeyLogin(app, 'laptop', { user_handle: handle('1') })).status).toBe(200)
    expect((await passkeyLogin(app, 'laptop', { user_handle: 'MQ==' })).status).toBe(200)
    const other = await passkeyLogin(app, 'laptop', { user_handle: handle('2') })
    expect(await other.json()).toEqual(FAILED)
  })

  test('takes a raw id with padding, and an attachment that is no text', async () => {
    const app = await passkeyApp()
    await seedKey(app, 'laptop')
    const rawId = `${credentialId('laptop').toString('base64url')}=`
    for (const patch of [{ rawId }, { authenticatorAttachment: 5 }]) {
      expect((await passkeyLogin(app, 'laptop', { patch })).status).toBe(200)
    }
    const patch = { rawId, id: rawId }
    expect(await (await passkeyLogin(app, 'laptop', { patch })).json()).toEqual(FAILED)
  })

  test('a challenge for one user is no good for another', async () => {
    const app = await createTestApp({
      env: FACTORS,
      users: [aUser(), aUser({ username: 'bob' })],
    })
    await seedKey(app, 'laptop')
    await seedKey(app, 'phone', { username: 'bob' })
    const begun = await beginPasskeyLogin(app, { username: 'bob' })
    const complete = async (key: string): Promise<number> => {
      const credential = assertionOf(key, begun.challenge)
      const body = { credential, session_id: begun.session_id }
      return (await app.post('/passkeys/login/complete/', body)).status
    }
    expect(await complete('laptop')).toBe(400)
    expect(await complete('phone')).toBe(200)
  })

  test('failures leave the challenge alone; a success spends it', async () => {
    const app = await passkeyApp()
    await seedKey(app, 'laptop')
    const begun = await beginPasskeyLogin(app)
    const complete = (more: JsonObject): Promise<Response> =>
      app.post('/passkeys/login/complete/', {
        credential: assertionOf('laptop', begun.challenge, more),
        session_id: begun.session_id,
      })
    expect((await complete({ signed_by: 'thief' })).status).toBe(400)
    expect((await complete({})).status).toBe(200)
    expect(await (await complete({})).json()).toEqual({
      non_field_errors: ['Authentication challenge has expired. Please start over.'],
    })
  })

  test('a session id that nobody gave is refused', async () => {
    const app = await passkeyApp()
    await seedKey(app, 'laptop')
    const begun = await beginPasskeyLogin(app)
    const response = await app.post('/passkeys/login/complete/', {
      credential: assertionOf('laptop', begun.challenge),
      session_id: 'f'.repeat(32),
    })
    expect(response.status).toBe(400)
  })
})

describe('own passkeys', () => {
  test('are renamed and deleted, and the owner is told', async () => {
    const app = await passkeyApp()
    const id = await seedKey(app, 'laptop')
    const renamed = await app.request(`/passkeys/${id}/`, {
      method: 'PATCH',
      headers: { ...ALICE, 'Content-Type': 'application/json' },
      body: JSON.stringify({ name: 'Laptop' }),
    })
    expect(await renamed.json()).toEqual({ name: 'Laptop' })
    const deleted = await app.request(`/passkeys/${id}/`, { method: 'DELETE', headers: ALICE })
    expect(deleted.status).toBe(204)
    expect(await list(app)).toEqual([])
    await app.settle()
    expect(app.mailbox.map(({ subject }) => subject)).toEqual(['[example.com] Passkey Removed'])
  })

  test('the last way in stays', async () => {
    const app = await passkeyApp({}, { password: null })
    const [first, last] = [await seedKey(app, 'laptop'), await seedKey(app, 'phone')]
    const remove = async (id: number): Promise<number> =>
      (await app.request(`/passkeys/${id}/`, { method: 'DELETE', headers: ALICE })).status
    expect(await remove(first)).toBe(204)
    expect(await remove(last)).toBe(400)
    expect(await list(app)).toHaveLength(1)
  })
})

describe('own passkeys, in one round trip', () => {
  const JWT = { USE_JWT: 'true', JWT_AUTH_HTTPONLY: 'false' }

  async function asJwt(
    app: TestApp,
    username = 'alice',
  ): Promise<{ readonly Authorization: string }> {
    const login = await app.post('/login/', { username, password: 'right-horse-staple' })
    const { access } = (await login.json()) as { readonly access: string }
    await app.settle()
    return { Authorization: `Bearer ${access}` }
  }

  const rename = (
    app: TestApp,
    headers: Readonly<Record<string, string>>,
    body: unknown = { name: 'Phone' },
  ) =>
    app.request('/passkeys/1/', {
      method: 'PATCH',
      headers: { ...headers, 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
    })
  const remove = (app: TestApp, headers: HeadersInit) =>
    app.request('/passkeys/1/', { method: 'DELETE', headers })

  test('by a JWT', async () => {
    const app = await passkeyApp(JWT)
    await seedKey(app, 'laptop')
    const headers = await asJwt(app)
    const renamed = await waitedFor(app, () => rename(app, headers))
    expect(await renamed.response.json()).toEqual({ name: 'Phone' })
    expect(renamed.roundTrips).toBe(1)
    const removed = await waitedFor(app, () => remove(app, headers))
    expect([removed.response.status, removed.roundTrips]).toEqual([204, 1])
    await app.settle()
    expect(app.mailbox.map(({ to }) => to)).toEqual(['alice@example.com'])
  })

  test('a JWT of an ended login, or from before a logout everywhere, does nothing', async () => {
    const app = await passkeyApp({ ...JWT, SESSION_MANAGEMENT: 'true' })
    await seedKey(app, 'laptop')
    const [first, second] = [await asJwt(app), await asJwt(app)]
    expect((await app.post('/logout/', {}, first)).status).toBe(200)
    expect((await rename(app, first)).status).toBe(401)
    expect((await app.post('/logout/all/', {}, second)).status).toBe(200)
    expect((await remove(app, second)).status).toBe(401)
    expect(await app.deps().db.select({ name: passkeys.name }).from(passkeys)).toEqual([
      { name: 'Passkey' },
    ])
  })

  test('others, the deactivated and the unproved are told why', async () => {
    const app = await createTestApp({
      env: { ...FACTORS, ...JWT },
      users: [aUser(), aUser({ username: 'bob', email: 'bob@example.com' })],
    })
    await seedKey(app, 'laptop')
    const bob = await asJwt(app, 'bob')
    expect((await rename(app, bob)).status).toBe(404)
    expect((await remove(app, bob)).status).toBe(404)
    const alice = await asJwt(app)
    expect(await (await rename(app, alice, { name: '' })).json()).toEqual({
      name: ['This field may not be blank.'],
    })
    expect((await rename(app, {})).status).toBe(401)
    app.clock.advance(299)
    expect((await rename(app, alice)).status).toBe(200)
    app.clock.advance(1)
    // The access token lives no longer, either: its own proof is what is asked for.
    const longer = await createTestApp({
      env: { ...FACTORS, ...JWT, SIMPLE_JWT_ACCESS_TOKEN_LIFETIME: '3600' },
      users: [aUser()],
    })
    await seedKey(longer, 'laptop')
    const old = await asJwt(longer)
    longer.clock.advance(301)
    expect((await remove(longer, old)).status).toBe(403)
    await longer.deps().db.update(users).set({ isActive: false })
    expect((await rename(longer, old)).status).toBe(401)
  })

  test('where the rate is limited, a refused try counts once', async () => {
    const app = await passkeyApp({ DEFAULT_THROTTLE_RATES: '{"dj_rest_auth": "2/m"}' })
    await seedKey(app, 'laptop')
    expect((await rename(app, ALICE, { name: '' })).status).toBe(400)
    expect((await rename(app, ALICE)).status).toBe(200)
    expect((await rename(app, ALICE)).status).toBe(429)
  })
})
