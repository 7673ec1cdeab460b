import { afterEach, beforeEach, expect, test } from 'vitest'
import { jwtKeys, publicJwks } from '../../../src/core/tokens/jwt-keys.ts'
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

test('a key pair is imported once, whoever asks: twenty RS256 tokens cost three imports', async () => {
  const env = {
    SIMPLE_JWT_ALGORITHM: 'RS256',
    SIMPLE_JWT_SIGNING_KEY: rsaKey.private,
    // With an older key, which no other test has: files share what was imported.
    SIMPLE_JWT_VERIFYING_KEY_FALLBACKS: [rsaKey.public],
  }
  const settings = settingsOf(env)
  await signTwentyAndVerify(() => settings)
  expect(imports).toBe(3)
  await signTwentyAndVerify(() => ({ ...settings }))
  await signTwentyAndVerify(() => settingsOf(env))
  expect(imports).toBe(3)
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

test('a fallback counts where SECRET_KEY signs JWTs and the setting lets it', async () => {
  const old = 'an-old-secret-key-of-more-than-thirty-two-bytes'
  const signing = 'the-signing-secret-0123456789-abcdefghijk'
  const token = await signClaims(settingsOf({ SECRET_KEY: old }), CLAIMS)
  const kindUnder = async (env: Readonly<Record<string, unknown>>): Promise<string> => {
    const settings = settingsOf({ SECRET_KEY_FALLBACKS: [old], ...env })
    const deps = { settings, now: TEST_TIME, randomBytes: countingBytes }
    return (await verifyToken(deps, token, 'access')).kind
  }
  expect(await kindUnder({})).toBe('verified')
  expect(await kindUnder({ SECRET_KEY_FALLBACKS_VERIFY_JWTS: 'false' })).toBe('refused')
  expect(await kindUnder({ SIMPLE_JWT_SIGNING_KEY: signing })).toBe('refused')
})

test('a key pair that verifies by another key is believed by that alone', async () => {
  const [own, other] = vectors.asymmetric.RS256
  if (own === undefined || other === undefined) throw new Error('two keys are recorded')
  const settings = settingsOf({
    SIMPLE_JWT_ALGORITHM: 'RS256',
    SIMPLE_JWT_SIGNING_KEY: own.private,
    SIMPLE_JWT_VERIFYING_KEY: other.public,
  })
  const deps = { settings, now: TEST_TIME, randomBytes: countingBytes }
  expect((await verifyToken(deps, other.token, 'access')).kind).toBe('verified')
  expect((await verifyToken(deps, own.token, 'access')).kind).toBe('refused')
  // What verifies can be published, too.
  expect((await publicJwks(settings)).keys).toHaveLength(1)
})

test('no secret can be read out of a key again', async () => {
  const secret = 'a-secret-that-is-imported-here-alone-0123456'
  const { signing, verifying } = await jwtKeys(settingsOf({ SIMPLE_JWT_SIGNING_KEY: secret }))
  for (const key of [signing.key, ...verifying]) expect(key.extractable).toBe(false)
})

test('settings keep their keys, whatever other deployments do', async () => {
  const settings = settingsOf({
    SIMPLE_JWT_SIGNING_KEY: 'a-secret-that-is-kept-0123456789-abcdefgh',
  })
  const keys = jwtKeys(settings)
  for (let index = 0; index < 20; index += 1) {
    await jwtKeys(settingsOf({ SIMPLE_JWT_SIGNING_KEY: `passing-${index}-${'x'.repeat(32)}` }))
  }
  expect(jwtKeys(settings)).toBe(keys)
})

test('remembers the keys of sixteen deployments, and then forgets them all', async () => {
  const use = async (index: number): Promise<boolean> => {
    imports = 0
    await jwtKeys(settingsOf({ SIMPLE_JWT_SIGNING_KEY: `secret-${index}-${'x'.repeat(32)}` }))
    return imports === 0
  }
  // The one before is gone where this one was the seventeenth; then it is the second of the next sixteen.
  const forgets = async (index: number): Promise<boolean> => {
    expect(await use(index)).toBe(false)
    expect(await use(index)).toBe(true)
    return !(await use(index - 1))
  }
  // Other tests have keys there, too: from the first time on that all are forgotten, it is known how many.
  await use(0)
  let index = 1
  while (!(await forgets(index))) index += 1
  let forgotten = 0
  for (const end = index + 240; index < end;) {
    index += 1
    if (await forgets(index)) forgotten += 1
  }
  expect(forgotten).toBe(16)
})
