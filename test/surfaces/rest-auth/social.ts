import { expect } from 'vitest'
import { emailAddresses } from '../../../src/db/schema/addresses.ts'
import { socialAccounts } from '../../../src/db/schema/social.ts'
import { users } from '../../../src/db/schema/users.ts'
import { memberOf } from '../../support/answer.ts'
import { createTestApp, type TestApp } from '../../support/app.ts'
import { SOCIAL_ENV } from '../../support/providers/exchanges.ts'

export const FB = { access_token: 'fb-token' }
export const TW = { access_token: 'tw-token', token_secret: 'tw-secret-token' }
export const KEY = { key: expect.stringMatching(/^[0-9a-f]{40}$/) }
export const TAKEN = 'User is already registered with this e-mail address.'
export const FAY_BODY = {
  pk: 1,
  username: 'fay',
  email: 'fay@example.com',
  first_name: 'Fay',
  last_name: 'Book',
}

/** A refusal as an answer. */
export function refusal(message: string): { readonly status: number; readonly body: unknown } {
  return { status: 400, body: { non_field_errors: [message] } }
}

/** The app with Facebook and Twitter. */
export async function anApp(
  env: Readonly<Record<string, string>> = {},
  seeded: Parameters<typeof createTestApp>[0] = {},
): Promise<TestApp> {
  return createTestApp({ env: { ...SOCIAL_ENV, ...env }, ...seeded })
}

/** Everything that a login may have written. */
export async function stored(app: TestApp): Promise<{
  readonly users: readonly string[]
  readonly addresses: readonly string[]
  readonly accounts: readonly string[]
}> {
  await app.settle()
  const { db } = app.deps()
  const people = await db.select().from(users).orderBy(users.id)
  const addresses = await db.select().from(emailAddresses).orderBy(emailAddresses.id)
  const accounts = await db.select().from(socialAccounts).orderBy(socialAccounts.id)
  return {
    users: people.map((user) => `${user.username} <${user.email}>`),
    addresses: addresses.map(
      (it) => `${it.userId} ${it.email} ${it.isVerified ? 'verified' : 'unverified'}`,
    ),
    accounts: accounts.map((it) => `${it.userId} ${it.provider} ${it.uid}`),
  }
}

/** Whose token it is. */
export async function meOf(app: TestApp, key: string): Promise<unknown> {
  const response = await app.request('user/', { headers: { Authorization: `Token ${key}` } })
  return response.json()
}

/** Logs in by password; answers the header of later requests. */
export async function tokenOf(
  app: TestApp,
  username: string,
): Promise<Readonly<Record<string, string>>> {
  const key = await memberOf(
    app.post('login/', { username, password: 'right-horse-staple' }),
    'key',
  )
  return { Authorization: `Token ${key}` }
}
