import { expect, test } from 'vitest'
import { actAs } from '../../../src/core/sign-in/act-as.ts'
import { revokeClaim } from '../../../src/core/tokens/authentication.ts'
import { userColumns } from '../../../src/core/users/users.sql.ts'
import { auditEvents } from '../../../src/db/schema/audit.ts'
import { refreshFamilies } from '../../../src/db/schema/credentials.ts'
import { users } from '../../../src/db/schema/users.ts'
import { claimsOf } from '../../support/answer.ts'
import { aUser, createTestApp, type TestApp } from '../../support/app.ts'

const ACTOR = { id: 9, seconds: 600 }
const ENV = { USE_JWT: 'true', JWT_AUTH_HTTPONLY: 'false' }

async function userOf(app: TestApp) {
  const [user] = await app.deps().db.select(userColumns).from(users)
  if (user === undefined) throw new Error('nobody')
  return user
}

test('is a login that is listed, noted, and names who acts', async () => {
  const app = await createTestApp({
    env: { ...ENV, SIMPLE_JWT_CHECK_REVOKE_TOKEN: 'true' },
    users: [aUser()],
    client: { country: 'NL', city: 'Delft' },
  })
  const user = await userOf(app)
  const outcome = await actAs(app.deps(), user, ACTOR)
  if (outcome.kind !== 'issued') throw new Error(outcome.kind)
  const now = app.clock.now()
  const expiresAt = new Date(now.getTime() + 600_000)
  expect(outcome.expiresAt).toEqual(expiresAt)
  const claims = claimsOf(outcome.access)
  expect(claims).toMatchObject({
    token_type: 'access',
    user_id: '1',
    act: { sub: '9' },
    exp: Math.floor(now.getTime() / 1000) + 600,
    token_version: 0,
    hash_password: await revokeClaim(user.passwordHash),
  })
  expect(await app.deps().db.select().from(refreshFamilies)).toEqual([
    {
      family: claims['family'],
      userId: 1,
      name: '',
      userAgent: 'staff',
      country: 'NL',
      city: 'Delft',
      createdAt: now,
      lastUsedAt: now,
      revokedAt: null,
      expiresAt,
    },
  ])
  const [event] = await app.deps().db.select().from(auditEvents)
  expect(event).toMatchObject({ kind: 'impersonated', userId: 1 })
  expect(JSON.stringify(event?.detail)).toContain('600')
  const headers = { Authorization: `Bearer ${outcome.access}` }
  expect((await app.request('user/', { headers })).status).toBe(200)
})

test('of an account that is deactivated meanwhile is none', async () => {
  const app = await createTestApp({ env: ENV, users: [aUser()], client: { country: 'NL' } })
  const user = await userOf(app)
  expect((await actAs(app.deps(), user, ACTOR)).kind).toBe('issued')
  expect(await app.deps().db.select().from(refreshFamilies)).toMatchObject([{ city: '' }])
  await app.deps().db.update(users).set({ isActive: false })
  expect(await actAs(app.deps(), user, ACTOR)).toEqual({ kind: 'stale_proof' })
  expect(await app.deps().db.select().from(refreshFamilies)).toHaveLength(1)
  expect(await app.deps().db.select().from(auditEvents)).toHaveLength(1)
})
