import { afterEach, beforeEach, expect, test } from 'vitest'
import { signClaims, verifyToken } from '../../../src/core/tokens/jwt.ts'
import type { Settings } from '../../../src/settings/parse.ts'
import { TEST_TIME } from '../../support/clock.ts'
import { countingBytes, settingsOf } from '../../support/settings.ts'
import vectors from '../../vectors/jwt-tokens.json' with { type: 'json' }

const CLAIMS = { token_type: 'access', exp: 1_804_137_067, jti: 'an-id', user_id: '1' }
const [rsaKey] = vectors.asymmetric.RS256
if (rsaKey === undefined) throw new Error('a key is recorded')

/** WebCrypto's own function, which the tests count. */
const importKey = crypto.subtle.importKey.bind(crypto.subtle)
let imports = 0

beforeEach(() => {
  imports = 0
  Object.defineProperty(crypto.subtle, 'importKey', {
    configurable: true,
    value: (...given: Parameters<typeof importKey>) => {
      imports += 1
      return importKey(...given)
    },
  })
})

afterEach(() => {
  Object.defineProperty(crypto.subtle, 'importKey', { configurable: true, value: importKey })
})

async function signTwentyAndVerify(settingsOfCall: () => Settings): Promise<void> {
  for (let index = 0; index < 20; index += 1) {
    const settings = settingsOfCall()
    const token = await signClaims(settings, CLAIMS)
    const deps = { settings, now: TEST_TIME, randomBytes: countingBytes }
    expect(await verifyToken(deps, token, 'access')).toMatchObject({ kind: 'verified' })
  }
}

test('a key pair is imported once, whoever asks: twenty RS256 tokens cost two imports', async () => {
  const env = { SIMPLE_JWT_ALGORITHM: 'RS256', SIMPLE_JWT_SIGNING_KEY: rsaKey.private }
  const settings = settingsOf(env)
  await signTwentyAndVerify(() => settings)
  expect(imports).toBe(2)
  await signTwentyAndVerify(() => ({ ...settings }))
  await signTwentyAndVerify(() => settingsOf(env))
  expect(imports).toBe(2)
})

test('a secret is imported once, too', async () => {
  const settings = settingsOf({ SIMPLE_JWT_SIGNING_KEY: 'a-secret-of-this-test-0123456789-abcdef' })
  await signTwentyAndVerify(() => ({ ...settings }))
  // It, and none for the fallbacks: there are none.
  expect(imports).toBe(1)
})

test('other settings have other keys', async () => {
  const one = settingsOf({ SIMPLE_JWT_SIGNING_KEY: 'the-first-secret-0123456789-abcdefghijkl' })
  const other = settingsOf({ SIMPLE_JWT_SIGNING_KEY: 'the-second-secret-123456789-abcdefghijkl' })
  const token = await signClaims(one, CLAIMS)
  const deps = { settings: other, now: TEST_TIME, randomBytes: countingBytes }
  expect(await verifyToken(deps, token, 'access')).toMatchObject({ kind: 'refused' })
})
