import { expect, test } from 'vitest'
import {
  KNOWN_DEVICE_SECONDS,
  makeDeviceToken,
  newDeviceToken,
  readDeviceToken,
} from '../../../src/core/limits/known-device.ts'
import { sealToken, type TokenPurpose } from '../../../src/core/tokens/sealed-token.ts'
import { countingBytes, settingsOf } from '../../support/settings.ts'

const NOW = new Date('2027-03-04T05:06:07Z')
const ALICE = { id: 7, tokensRevokedAt: new Date(12) }
const deps = { settings: settingsOf(), now: NOW, randomBytes: countingBytes }
const DEVICE = { userId: 7, version: 12, deviceId: 'AQIDBAUG' }

const toBase64 = (text: string) =>
  text
    .replaceAll('-', '+')
    .replaceAll('_', '/')
    .replace(/[^\w+/]/g, '')

const at = (seconds: number) => ({ ...deps, now: new Date(NOW.getTime() + seconds * 1000) })

test('a token tells account, version and device', async () => {
  expect(await readDeviceToken(deps, await makeDeviceToken(deps, ALICE))).toEqual(DEVICE)
})

test('it lives for half a year', async () => {
  expect(KNOWN_DEVICE_SECONDS).toBe(15_552_000)
  const token = await makeDeviceToken(deps, ALICE)
  expect(await readDeviceToken(at(KNOWN_DEVICE_SECONDS), token)).toEqual(DEVICE)
  expect(await readDeviceToken(at(KNOWN_DEVICE_SECONDS + 1), token)).toBeUndefined()
})

test('what is sealed for another purpose is no device', async () => {
  const seal = (purpose: TokenPurpose) =>
    sealToken(deps, purpose, { content: DEVICE, lifetimeSeconds: 60 })
  expect(await readDeviceToken(deps, await seal('known-device'))).toEqual(DEVICE)
  for (const purpose of ['mfa-trust', 'login-code'] as const) {
    expect(await readDeviceToken(deps, await seal(purpose))).toBeUndefined()
  }
})

test('nobody can read the number of the account', async () => {
  const account = { ...ALICE, id: 987_654_321 }
  const token = await makeDeviceToken(deps, account)
  const plain = [token, ...token.split(/[.:]/)].map((part) => atob(toBase64(part)))
  for (const text of [token, ...plain]) expect(text).not.toContain('987654321')
  expect((await readDeviceToken(deps, token))?.userId).toBe(987_654_321)
})

test.each([
  [{}],
  [{ userId: 7, version: 12 }],
  [{ userId: '7', version: 12, deviceId: 'x' }],
  [{ userId: 7, version: '12', deviceId: 'x' }],
  [{ userId: 7.5, version: 12, deviceId: 'x' }],
  [{ userId: 7, version: 12.5, deviceId: 'x' }],
  [{ userId: 7, version: 12, deviceId: 5 }],
  [{ userId: null, version: null, deviceId: 'x' }],
])('%j is no device, though we sealed it', async (content) => {
  const token = await sealToken(deps, 'known-device', { content, lifetimeSeconds: 60 })
  expect(await readDeviceToken(deps, token)).toBeUndefined()
})

test('a device that the account knows gets no other token', async () => {
  const token = await makeDeviceToken(deps, ALICE)
  expect(await newDeviceToken(deps, token, ALICE)).toBeUndefined()
  expect(await newDeviceToken(deps, undefined, ALICE)).toBe(token)
  expect(await newDeviceToken(deps, 'nonsense', ALICE)).toBe(token)
})

test.each([
  { ...ALICE, id: 8 },
  { ...ALICE, tokensRevokedAt: new Date(13) },
  { ...ALICE, tokensRevokedAt: null },
])('a device of %j is another', async (owner) => {
  const token = await makeDeviceToken(deps, ALICE)
  expect(await newDeviceToken(deps, token, owner)).toBe(await makeDeviceToken(deps, owner))
})

test('without KNOWN_DEVICE_COOKIE there is none', async () => {
  const settings = settingsOf({ KNOWN_DEVICE_COOKIE: '' })
  expect(await newDeviceToken({ ...deps, settings }, undefined, ALICE)).toBeUndefined()
})
