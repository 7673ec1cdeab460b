import { expect, test } from 'vitest'
import { sessionAuthHash } from '../../../src/core/tokens/authentication.ts'
import {
  isAnonymousSession,
  newAnonymousSession,
  newSession,
} from '../../../src/core/tokens/session.ts'
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
