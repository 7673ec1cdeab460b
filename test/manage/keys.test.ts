import { expect, test } from 'vitest'
import { headerOf, memberOf } from '../support/answer.ts'
import { aUser, createTestApp } from '../support/app.ts'
import { manage } from './console.ts'

const CONSOLE = { env: {}, directory: '/nowhere' }
const ALICE = { username: 'alice', password: 'right-horse-staple' }

async function newKeys(...options: readonly string[]): Promise<Record<string, string>> {
  const ran = await manage(CONSOLE, 'keys', '--json', ...options)
  expect(ran.code).toBe(0)
  const keys: Record<string, string> = JSON.parse(ran.out)
  return keys
}

test.each(['ES256', 'ES384', 'EdDSA', 'RS256'])('makes keys that sign %s', async (algorithm) => {
  const keys = await newKeys('--algorithm', algorithm)
  const app = await createTestApp({ env: { USE_JWT: 'true', ...keys }, users: [aUser()] })
  const access = await memberOf(app.post('login/', ALICE), 'access')
  expect(headerOf(access)).toMatchObject({ alg: algorithm })
  const headers = { Authorization: `Bearer ${access}` }
  expect((await app.request('user/', { headers })).status).toBe(200)
})

test('a new key in the place of another logs nobody out', async () => {
  const [old, next] = [await newKeys(), await newKeys()]
  const whole = { USE_JWT: 'true', JWT_AUTH_HTTPONLY: 'false' }
  const before = await createTestApp({ env: { ...whole, ...old }, users: [aUser()] })
  const refresh = await memberOf(before.post('login/', ALICE), 'refresh')
  await before.settle()
  const fallbacks = JSON.stringify([old['SIMPLE_JWT_VERIFYING_KEY']])
  const env = { ...whole, ...next, SIMPLE_JWT_VERIFYING_KEY_FALLBACKS: fallbacks }
  const after = await createTestApp({ env, data: 'kept' })
  expect((await after.post('token/refresh/', { refresh })).status).toBe(200)
})

test('prints lines for .dev.vars, and what to do with them beside', async () => {
  const ran = await manage(CONSOLE, 'keys')
  expect(ran.out).toMatch(
    /^SIMPLE_JWT_ALGORITHM="ES256"\nSIMPLE_JWT_SIGNING_KEY="-----BEGIN PRIVATE KEY-----\\n[^\n]*"\nSIMPLE_JWT_VERIFYING_KEY="[^\n]*"\n$/,
  )
  expect(ran.said).toContain('without logging anybody out')
  const wrong = await manage(CONSOLE, 'keys', '--algorithm', 'HS256')
  expect([wrong.code, wrong.out]).toEqual([2, ''])
})
