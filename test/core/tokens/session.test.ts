import { expect, test } from 'vitest'
import { sessionAuthHash } from '../../../src/core/tokens/authentication.ts'
import {
  isAnonymousSession,
  newAnonymousSession,
  newSession,
} from '../../../src/core/tokens/session.ts'
import { isLastingKey } from '../../../src/core/tokens/lasting-key.ts'
import { settingsOfLogin } from '../../../src/settings/remember.ts'
import { countingBytes, settingsOf } from '../../support/settings.ts'
import vectors from '../../vectors/signing.json' with { type: 'json' }

const deps = { settings: settingsOf(), randomBytes: countingBytes }

test('binds a session to the password hash as Django does', async () => {
  for (const { secret, password, hash } of vectors.session_hashes) {
    expect(await sessionAuthHash(password, secret)).toBe(hash)
  }
})

test('makes keys like Django’s and stores their hash only', async () => {
  const { key, stored } = await newSession(deps, 'hash')
  expect(key).toMatch(/^[a-z0-9]{32}$/)
  expect(stored.keyHash).toMatch(/^[0-9a-f]{64}$/)
  expect(JSON.stringify(stored)).not.toContain(key)
})

test('goes on under the old key when there is one', async () => {
  const { key } = await newSession(deps, 'hash', 'an-old-key')
  expect(key).toBe('an-old-key')
})

test('a login that ends with the browser has marked keys, and goes on under none that lasts', async () => {
  const forgotten = { ...deps, settings: settingsOfLogin(deps.settings, false) }
  const { key } = await newSession(forgotten, 'hash')
  expect(key).toMatch(/^[a-z0-9]{32}\.s$/)
  expect([isLastingKey(key), isLastingKey('.s.'), isLastingKey('x')]).toEqual([false, true, true])
  expect((await newSession(forgotten, 'hash', 'old.s')).key).toBe('old.s')
  expect((await newSession(forgotten, 'hash', 'old')).key).not.toBe('old')
  expect((await newSession(deps, 'hash', 'old.s')).key).not.toBe('old.s')
})

test('knows the keys of nobody’s sessions, and no others', async () => {
  const key = await newAnonymousSession(deps)
  expect(key).toMatch(/^[a-z0-9]{32}$/)
  expect(await isAnonymousSession(deps.settings, key)).toBe(true)
  const other = settingsOf({ SECRET_KEY: 'another-secret-key-of-more-than-32-bytes' })
  expect(await isAnonymousSession(other, key)).toBe(false)
  for (const given of ['', 'x', key.slice(1), `${key}0`, (await newSession(deps, 'hash')).key]) {
    expect(await isAnonymousSession(deps.settings, given)).toBe(false)
  }
})

test('a key of nobody’s session proves itself by this half alone', async () => {
  const random = (first: number) => (length: number) =>
    Uint8Array.from({ length }, (_, index) => index + first)
  const [one, two] = await Promise.all(
    [1, 2].map((first) => newAnonymousSession({ ...deps, randomBytes: random(first) })),
  )
  const swapped = `${one?.slice(0, 16)}${two?.slice(16)}`
  expect(await isAnonymousSession(deps.settings, swapped)).toBe(false)
})

test('and is of letters and digits alone, whatever the random bytes are', async () => {
  for (let first = 0; first < 40; first += 1) {
    const randomBytes = (length: number) =>
      Uint8Array.from({ length }, (_, index) => (index * 7 + first) % 256)
    const key = await newAnonymousSession({ ...deps, randomBytes })
    expect(key).toMatch(/^[a-z0-9]{32}$/)
  }
})
