import { expect, test } from 'vitest'
import { aUser, createTestApp } from '../../support/app.ts'
import { codeOf, FACTORS, firstStep, seedFactor, verify } from '../../support/second-factor.ts'

const KEY = '0123456789abcdef0123456789abcdef01234567'
const ALICE = { Authorization: `Token ${KEY}` }

test('tells whether the second factor is on, when it was used and how many codes are left', async () => {
  const app = await createTestApp({ env: FACTORS, users: [aUser({ tokenKey: KEY })] })
  const status = async (): Promise<unknown> =>
    (await app.request('/mfa/status/', { headers: ALICE })).json()
  const off = { mfa_enabled: false, created_at: null, last_used_at: null, recovery_codes_left: 0 }
  expect(await status()).toEqual(off)
  await seedFactor(app)
  const on = { ...off, mfa_enabled: true, created_at: '2027-03-04T05:06:07.250000Z' }
  expect(await status()).toEqual({ ...on, recovery_codes_left: 2 })
  app.clock.advance(60)
  await verify(app, await firstStep(app), '0123-4567')
  const used = { ...on, last_used_at: '2027-03-04T05:07:07.250000Z', recovery_codes_left: 1 }
  expect(await status()).toEqual(used)
  app.clock.advance(60)
  await verify(app, await firstStep(app), codeOf(app))
  expect(await status()).toEqual({ ...used, last_used_at: '2027-03-04T05:08:07.250000Z' })
})
