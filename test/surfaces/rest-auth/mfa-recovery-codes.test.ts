import { expect, test } from 'vitest'
import { aUser, createTestApp, type TestApp } from '../../support/app.ts'
import {
  FACTORS,
  firstStep,
  RECOVERY_CODES,
  seedFactor,
  verify,
} from '../../support/second-factor.ts'

const KEY = '0123456789abcdef0123456789abcdef01234567'
const ALICE = { Authorization: `Token ${KEY}` }

type Codes = { readonly codes: readonly string[] }

async function factorApp(env: Readonly<Record<string, string>> = {}): Promise<TestApp> {
  const users = [aUser({ tokenKey: KEY })]
  const app = await createTestApp({ env: { ...FACTORS, ...env }, users })
  await seedFactor(app)
  return app
}

async function shown(app: TestApp): Promise<readonly string[]> {
  const response = await app.request('/mfa/recovery-codes/', { headers: ALICE })
  expect(response.status).toBe(200)
  return ((await response.json()) as Codes).codes
}

async function regenerated(app: TestApp): Promise<readonly string[]> {
  const response = await app.post('/mfa/recovery-codes/regenerate/', {}, ALICE)
  expect(response.status).toBe(200)
  return ((await response.json()) as Codes).codes
}

test('codes are shown when they are made, and never again', async () => {
  const app = await factorApp()
  expect(await regenerated(app)).toHaveLength(10)
  expect(await shown(app)).toEqual([])
})

test('or for ever, where the setting says so', async () => {
  const app = await factorApp({ MFA_RECOVERY_CODES_SHOW_ONCE: 'false' })
  expect(await shown(app)).toEqual(RECOVERY_CODES)
  const codes = await regenerated(app)
  expect(await shown(app)).toEqual(codes)
  await verify(app, await firstStep(app), codes[4] ?? '')
  expect(await shown(app)).toEqual(codes.toSpliced(4, 1))
})

test('new codes kill the old ones, and the owner is told', async () => {
  const app = await factorApp()
  const codes = await regenerated(app)
  const old = await verify(app, await firstStep(app), RECOVERY_CODES[0] ?? '')
  expect(await old.json()).toEqual({ code: ['Invalid code.'] })
  expect((await verify(app, await firstStep(app), codes[0] ?? '')).status).toBe(200)
  await app.settle()
  expect(app.mailbox.map(({ subject }) => subject)).toEqual(['[example.com] New Recovery Codes'])
})

test('there are as many as the setting says', async () => {
  const app = await factorApp({ MFA_RECOVERY_CODE_COUNT: '3' })
  expect(await regenerated(app)).toHaveLength(3)
})

test('there are none without a second factor', async () => {
  const app = await createTestApp({ env: FACTORS, users: [aUser({ tokenKey: KEY })] })
  const response = await app.post('/mfa/recovery-codes/regenerate/', {}, ALICE)
  expect(response.status).toBe(400)
  expect(await response.json()).toEqual({ detail: 'MFA is not enabled.' })
})
