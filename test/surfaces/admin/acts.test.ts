import { decodeJwt } from 'jose'
import { eq } from 'drizzle-orm'
import { describe, expect, test } from 'vitest'
import { auditEvents } from '../../../src/db/schema/audit.ts'
import { emailAddresses } from '../../../src/db/schema/addresses.ts'
import { emailOutbox } from '../../../src/db/schema/mail.ts'
import { users } from '../../../src/db/schema/users.ts'
import { adminWorld } from './world.ts'

const ALICE = 1
const ROOT = 3

test('another address is noted with the one before', async () => {
  const { app, db, as } = await adminWorld()
  const root = await as('root')
  await root('POST', `users/${ALICE}/set-email/`, { email: 'new@example.com' })
  await app.settle()
  const events = await db.select().from(auditEvents).where(eq(auditEvents.kind, 'email_changed'))
  expect(events).toMatchObject([
    {
      detail: {
        before: { email: 'alice@example.com' },
        after: { email: 'new@example.com', is_verified: false },
      },
    },
  ])
})

test('an act that changes nothing says so and is not noted', async () => {
  const { db, as } = await adminWorld()
  const root = await as('root')
  for (const name of ['enable', 'unlock', 'verify-email', 'reset-factors']) {
    const { body } = await root('POST', `users/${ALICE}/${name}/`)
    expect([name, body]).toEqual([name, { changed: false }])
  }
  expect(await db.select().from(auditEvents).where(eq(auditEvents.userId, ALICE))).toEqual([])
})

describe('making, changing and deleting', () => {
  test('an account without password gets a link, and no rights', async () => {
    const { app, db, as } = await adminWorld()
    const root = await as('root')
    const made = await root('POST', 'users/', {
      username: 'eve',
      email: 'eve@example.com',
      email_verified: true,
      send_reset: true,
    })
    expect(made).toMatchObject({ status: 201, body: { id: 5, username: 'eve', mailed: true } })
    await app.settle()
    expect(app.mailbox.map(({ to }) => to)).toEqual(['eve@example.com'])
    const [row] = await db.select().from(users).where(eq(users.id, 5))
    expect(row).toMatchObject({ isStaff: false, isSuperuser: false })
    const [event] = await db.select().from(auditEvents).where(eq(auditEvents.userId, 5))
    expect(event).toMatchObject({ kind: 'registered', detail: { by: { kind: 'staff', id: ROOT } } })
    expect(await root('POST', 'users/', { username: 'EVE' })).toMatchObject({
      status: 400,
      body: { code: 'invalid', fields: { username: ['username_taken'] } },
    })
  })

  test('names change by the rules that owners have', async () => {
    const { db, as } = await adminWorld()
    const root = await as('root')
    const change = (body: unknown) => root('PATCH', `users/${ALICE}/`, body)
    expect(await change({ username: 'bob' })).toMatchObject({
      status: 400,
      body: { code: 'invalid', fields: { username: ['username_taken'] } },
    })
    expect(await db.select().from(auditEvents).where(eq(auditEvents.userId, ALICE))).toEqual([])
    for (const body of [{}, { username: 'alice' }, { first_name: '' }]) {
      expect((await change(body)).body).toEqual({ changed: false })
    }
    expect((await change({ username: 'alicia', first_name: 'A' })).body).toEqual({ changed: true })
    const events = await db.select().from(auditEvents).where(eq(auditEvents.userId, ALICE))
    expect(events).toMatchObject([
      {
        kind: 'profile_changed',
        detail: {
          before: { username: 'alice', first_name: '' },
          after: { username: 'alicia', first_name: 'A' },
        },
      },
    ])
  })

  test('an address that somebody has verified is refused, and nothing is mailed', async () => {
    const { app, db, as } = await adminWorld()
    const root = await as('root')
    const taken = await root('POST', `users/${ALICE}/set-email/`, { email: 'bob@example.com' })
    expect(taken.body).toMatchObject({ code: 'invalid', fields: { email: ['email_taken'] } })
    await app.settle()
    expect(await db.select().from(emailOutbox)).toEqual([])
    expect(
      await db.select().from(emailAddresses).where(eq(emailAddresses.userId, ALICE)),
    ).toMatchObject([{ email: 'alice@example.com', isVerified: true }])
  })

  test('a deleted account is gone', async () => {
    const { db, as } = await adminWorld()
    const root = await as('root')
    expect((await root('DELETE', `users/${ALICE}/`)).status).toBe(204)
    expect((await root('DELETE', `users/${ALICE}/`)).body).toMatchObject({ code: 'not_found' })
    expect(await db.select().from(users).where(eq(users.id, ALICE))).toEqual([])
  })
})

test.each([
  ['becomes staff', { isStaff: true }, ALICE],
  ['of the actor, who is staff no more,', { isStaff: false, isSuperuser: false }, ROOT],
])('an account that %s between the look and the act is left alone', async (_, change, id) => {
  const { app, db, as } = await adminWorld()
  const root = await as('root')
  let asked = 0
  app.outside.interceptDatabase(async (request, pass) => {
    asked += 1
    if (asked === 2) {
      app.outside.interceptDatabase(undefined)
      await db.update(users).set(change).where(eq(users.id, id))
    }
    return pass(request)
  })
  const answer = await root('POST', `users/${ALICE}/disable/`)
  expect([answer.status, answer.body['code']]).toEqual([409, 'conflict'])
  const [row] = await db.select().from(users).where(eq(users.id, ALICE))
  expect(row?.isActive).toBe(true)
  expect(await db.select().from(auditEvents).where(eq(auditEvents.userId, ALICE))).toEqual([])
})

describe('acting as somebody', () => {
  test('is for minutes, says so in the token, in the list of logins and in the log', async () => {
    const { app, db, as } = await adminWorld()
    const root = await as('root')
    const { body } = await root('POST', `users/${ALICE}/impersonate/`)
    expect(body['expires_at']).toBe(new Date(app.clock.now().getTime() + 900_000).toISOString())
    const access = String(body['access'])
    const claims = JSON.parse(Buffer.from(access.split('.')[1] ?? '', 'base64url').toString())
    expect(claims).toMatchObject({ act: { sub: String(ROOT) }, token_type: 'access', user_id: '1' })
    expect(claims.exp - claims.iat).toBe(900)
    const headers = { Authorization: `Bearer ${access}` }
    const logins = await (await app.request('/sessions/', { headers })).json()
    expect(logins).toMatchObject([{ user_agent: 'staff', is_current: true }])
    expect((await app.post('/logout/', {}, headers)).status).toBe(200)
    expect((await app.request('/user/', { headers })).status).toBe(401)
    await app.settle()
    const events = await db.select().from(auditEvents).where(eq(auditEvents.userId, ALICE))
    expect(events).toMatchObject([
      {
        kind: 'impersonated',
        detail: { by: { kind: 'staff', id: ROOT }, after: { seconds: 900 } },
      },
    ])
  })

  test('is for the client that is named, at whose API it is of use', async () => {
    const JWT_CLIENTS = JSON.stringify({
      shop: { aud: 'https://api.shop.example', sub: 'username' },
    })
    const { app, as } = await adminWorld({ env: { JWT_CLIENTS } })
    const root = await as('root')
    const path = `users/${ALICE}/impersonate/`
    const { body } = await root('POST', path, { client_id: 'shop' })
    const access = String(body['access'])
    expect(decodeJwt(access)).toMatchObject({
      client_id: 'shop',
      aud: 'https://api.shop.example',
      sub: 'alice',
      act: { sub: String(ROOT) },
    })
    const headers = { Authorization: `Bearer ${access}` }
    expect((await app.request('/user/', { headers })).status).toBe(200)
    const unknown = await root('POST', path, { client_id: 'nobody' })
    expect([unknown.status, unknown.body['fields']]).toEqual([
      400,
      { client_id: ['unknown_client'] },
    ])
    const usual = await root('POST', path)
    expect(decodeJwt(String(usual.body['access']))['client_id']).toBeUndefined()
  })

  test('ends with the logins of the account, after its time, and with its deactivation', async () => {
    const { app, as } = await adminWorld({
      env: { SIMPLE_JWT_ACCESS_TOKEN_LIFETIME: '3600' },
    })
    const root = await as('root')
    const token = async () => {
      const { body } = await root('POST', `users/${ALICE}/impersonate/`)
      const headers = { Authorization: `Bearer ${String(body['access'])}` }
      return async () => (await app.request('/user/', { headers })).status
    }
    const first = await token()
    expect(await first()).toBe(200)
    await root('POST', `users/${ALICE}/end-logins/`)
    expect(await first()).toBe(401)
    const second = await token()
    app.clock.advance(901)
    expect(await second()).toBe(401)
    await root('POST', `users/${ALICE}/disable/`)
    const refused = await root('POST', `users/${ALICE}/impersonate/`)
    expect(refused.body).toMatchObject({ code: 'invalid', fields: { is_active: ['inactive'] } })
  })

  test('is not possible where logins are no JWTs', async () => {
    const { as } = await adminWorld({ env: { USE_JWT: 'false' } })
    const root = await as('root')
    const refused = await root('POST', `users/${ALICE}/impersonate/`)
    expect(refused.body).toMatchObject({ code: 'invalid', fields: { '': ['needs_jwt'] } })
  })
})
