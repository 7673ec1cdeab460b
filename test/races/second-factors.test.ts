import { expect, test } from 'vitest'
import { aUser, createTestApp, type TestApp } from '../support/app.ts'
import {
  assertionOf,
  beginPasskeyLogin,
  codeOf,
  FACTORS,
  firstStep,
  RECOVERY_CODES,
  seedFactor,
  seedKey,
  verify,
} from '../support/second-factor.ts'

const AT_ONCE = 50

/** How many of so many requests, all sent before the first answer, were let in. */
async function winners(send: () => Promise<Response>): Promise<number> {
  const answers = await Promise.all(Array.from({ length: AT_ONCE }, send))
  const statuses = answers.map(({ status }) => status)
  expect(statuses.filter((status) => ![200, 400, 429, 503].includes(status))).toEqual([])
  return statuses.filter((status) => status === 200).length
}

async function withFactor(): Promise<TestApp> {
  // Guesses are counted before they are judged, five a user: of codes no more race; of assertions all do.
  const env = { ...FACTORS, DATABASE_TIMEOUT_MS: '60000' }
  const app = await createTestApp({ env, users: [aUser()] })
  await seedFactor(app)
  return app
}

test('of fifty uses of one ephemeral token and one code one wins', async () => {
  const app = await withFactor()
  const token = await firstStep(app)
  const code = codeOf(app)
  expect(await winners(() => verify(app, token, code))).toBe(1)
})

test('of fifty uses of one code under tokens of their own one wins', async () => {
  const app = await withFactor()
  const tokens: string[] = []
  for (let index = 0; index < 5; index += 1) tokens.push(await firstStep(app))
  const code = codeOf(app)
  let next = 0
  expect(await winners(() => verify(app, tokens[(next += 1) % 5] ?? '', code))).toBe(1)
})

test('of fifty uses of one recovery code one wins', async () => {
  const app = await withFactor()
  const token = await firstStep(app)
  expect(await winners(() => verify(app, token, RECOVERY_CODES[0] ?? ''))).toBe(1)
})

test('of fifty uses of one assertion of a passkey one wins', async () => {
  const app = await withFactor()
  await seedKey(app, 'laptop')
  const { challenge, session_id } = await beginPasskeyLogin(app)
  const body = { credential: assertionOf('laptop', challenge, { counter: 1 }), session_id }
  expect(await winners(() => app.post('/passkeys/login/complete/', body))).toBe(1)
})
