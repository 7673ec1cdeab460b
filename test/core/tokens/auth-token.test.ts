import { expect, test } from 'vitest'
import {
  newAuthToken,
  newDeviceAuthToken,
  openAuthToken,
  storedAuthToken,
} from '../../../src/core/tokens/auth-token.ts'
import { settingsOfLogin } from '../../../src/settings/remember.ts'
import { countingBytes, settingsOf } from '../../support/settings.ts'

const OLD = 'an-older-secret-key-of-more-than-32-bytes'
const randomBytes = (length: number) => crypto.getRandomValues(new Uint8Array(length))
const deps = { settings: settingsOf(), randomBytes }
const KEY = '0123456789abcdef0123456789abcdef01234567'

test('makes keys of 40 hexadecimal digits', async () => {
  const made = await newAuthToken({ ...deps, randomBytes: countingBytes })
  expect(made.key).toBe('0102030405060708090a0b0c0d0e0f1011121314')
})

test('the key of a device says whether its login outlives the browser', async () => {
  const key = '0102030405060708090a0b0c0d0e0f1011121314'
  const made = await newDeviceAuthToken({ ...deps, randomBytes: countingBytes })
  expect(made.key).toBe(key)
  const settings = settingsOfLogin(deps.settings, false)
  expect((await newDeviceAuthToken({ settings, randomBytes: countingBytes })).key).toBe(`${key}.s`)
})

test('stores neither the key nor anything that opens without the secret', async () => {
  const { keyHash, sealedKey } = await storedAuthToken(deps, KEY)
  // SHA-256 of the key, as `sha256sum` prints it.
  expect(keyHash).toBe('deb87fabd17715bb31ad4cf4ffb9494eeb15f8d33d85b031a301c64ab3417eaa')
  expect(sealedKey).not.toContain(KEY)
  const stranger = settingsOf({ SECRET_KEY: OLD })
  expect(await openAuthToken(stranger, sealedKey)).toBeUndefined()
})

test('seals one key differently each time', async () => {
  const first = await storedAuthToken(deps, KEY)
  const second = await storedAuthToken(deps, KEY)
  expect(second.keyHash).toBe(first.keyHash)
  expect(second.sealedKey).not.toBe(first.sealedKey)
})

test('opens with the secret of now or of before, and says which', async () => {
  const { sealedKey } = await storedAuthToken(
    { ...deps, settings: settingsOf({ SECRET_KEY: OLD }) },
    KEY,
  )
  expect(await openAuthToken(settingsOf({ SECRET_KEY_FALLBACKS: OLD }), sealedKey)).toEqual({
    key: KEY,
    isSealedByOldSecret: true,
  })
  expect(await openAuthToken(settingsOf({ SECRET_KEY: OLD }), sealedKey)).toEqual({
    key: KEY,
    isSealedByOldSecret: false,
  })
})

test.each(['', 'x', 'AAAA', '!', 'A'.repeat(200)])('opens nothing in %j', async (sealed) => {
  expect(await openAuthToken(deps.settings, sealed)).toBeUndefined()
})

test('opens nothing whose seal was touched', async () => {
  const { sealedKey } = await storedAuthToken(deps, KEY)
  const at = sealedKey.length - 8
  const other = sealedKey[at] === 'A' ? 'B' : 'A'
  const touched = sealedKey.slice(0, at) + other + sealedKey.slice(at + 1)
  expect(await openAuthToken(deps.settings, touched)).toBeUndefined()
})
