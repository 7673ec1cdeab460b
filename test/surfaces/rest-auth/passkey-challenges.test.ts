import { expect, test } from 'vitest'
import { emailAddresses } from '../../../src/db/schema/addresses.ts'
import { users } from '../../../src/db/schema/users.ts'
import { aUser, createTestApp, type TestApp } from '../../support/app.ts'
import {
  assertionOf,
  beginPasskeyLogin,
  FACTORS,
  seedFactor,
  seedKey,
} from '../../support/second-factor.ts'

// What spends the challenge of a login by passkey, and what leaves it alone.

const MANDATORY = {
  ACCOUNT_EMAIL_VERIFICATION: 'mandatory',
  PASSKEY_LOGIN_FOLLOWS_VERIFICATION: 'true',
}

/** Flags of an authenticator that asked for a touch and nothing else. */
const PRESENT = { flags: 1 }

type Login = () => Promise<Response>

async function begunLogin(app: TestApp, more = {}): Promise<Login> {
  await seedKey(app, 'a')
  const { challenge, session_id } = await beginPasskeyLogin(app)
  const credential = assertionOf('a', challenge, more)
  return () => app.post('/passkeys/login/complete/', { credential, session_id })
}

async function answerOf(response: Response): Promise<readonly [number, unknown]> {
  return [response.status, await response.json()]
}

const SPENT = [
  400,
  { non_field_errors: ['Authentication challenge has expired. Please start over.'] },
]

test('a login spends it', async () => {
  const login = await begunLogin(await createTestApp({ users: [aUser()], env: FACTORS }))
  expect((await login()).status).toBe(200)
  expect(await answerOf(await login())).toEqual(SPENT)
})

test('of two at once one logs in, and the other one is told that it is spent', async () => {
  const app = await createTestApp({ users: [aUser()], env: FACTORS })
  const login = await begunLogin(app)
  const answers = await Promise.all((await Promise.all([login(), login()])).map(answerOf))
  const [first, second] = answers.toSorted(([a], [b]) => a - b)
  expect(first?.[0]).toBe(200)
  expect(second).toEqual(SPENT)
})

test('a first step spends it, though a code is still to come', async () => {
  const env = { ...FACTORS, PASSKEY_USER_VERIFICATION: 'preferred' }
  const app = await createTestApp({ users: [aUser()], env })
  await seedFactor(app)
  const login = await begunLogin(app, PRESENT)
  const [status, body] = await answerOf(await login())
  expect(status).toBe(200)
  expect(body).toMatchObject({ mfa_required: true })
  expect(await answerOf(await login())).toEqual(SPENT)
})

test.each([
  [
    'whose address is not verified',
    MANDATORY,
    (app: TestApp) => app.deps().db.update(emailAddresses).set({ isVerified: false }),
    (app: TestApp) => app.deps().db.update(emailAddresses).set({ isVerified: true }),
  ],
  [
    'that is inactive',
    {},
    (app: TestApp) => app.deps().db.update(users).set({ isActive: false }),
    (app: TestApp) => app.deps().db.update(users).set({ isActive: true }),
  ],
])('an account %s leaves it alone', async (_, env, refuse, accept) => {
  const app = await createTestApp({ users: [aUser()], env: { ...FACTORS, ...env } })
  const login = await begunLogin(app)
  await refuse(app)
  expect((await login()).status).toBe(400)
  await accept(app)
  expect((await login()).status).toBe(200)
})

test.each([
  ['optional', 'true'],
  ['mandatory', 'false'],
])(
  'an unverified address keeps nobody out with verification %s, followed: %s',
  async (ACCOUNT_EMAIL_VERIFICATION, PASSKEY_LOGIN_FOLLOWS_VERIFICATION) => {
    const env = { ...FACTORS, ACCOUNT_EMAIL_VERIFICATION, PASSKEY_LOGIN_FOLLOWS_VERIFICATION }
    const app = await createTestApp({ users: [aUser({ emailVerified: false })], env })
    expect((await (await begunLogin(app))()).status).toBe(200)
  },
)
