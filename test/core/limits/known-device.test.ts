import { expect, test } from 'vitest'
import {
  KNOWN_DEVICE_SECONDS,
  makeDeviceToken,
  newDeviceToken,
  readDeviceToken,
} from '../../../src/core/limits/known-device.ts'
import { signObject } from '../../../src/core/tokens/signing.ts'
import { countingBytes, settingsOf } from '../../support/settings.ts'

const NOW = new Date('2027-03-04T05:06:07Z')
const ALICE = { id: 7, tokensRevokedAt: new Date(12) }
const deps = { settings: settingsOf(), now: NOW, randomBytes: countingBytes }
const DEVICE = { userId: 7, version: 12, deviceId: 'AQIDBAUG' }

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

test('what is signed for another purpose is no device', async () => {
  const sign = (salt: string) =>
    signObject([7, 12, 'x'], { salt, secret: deps.settings.SECRET_KEY, now: NOW })
  expect(await readDeviceToken(deps, await sign('known-device'))).toBeDefined()
  for (const salt of ['', 'account']) {
    expect(await readDeviceToken(deps, await sign(salt))).toBeUndefined()
  }
})

test.each([
  [7],
  [{}],
  [[]],
  [[7, 12]],
  [['7', 12, 'x']],
  [[7, '12', 'x']],
  [[7.5, 12, 'x']],
  [[7, 12.5, 'x']],
  [[7, 12, 5]],
  [[null, null, 'x']],
])('%j is no device, though we signed it', async (value) => {
  const token = await signObject(value, {
    salt: 'known-device',
    secret: deps.settings.SECRET_KEY,
    now: NOW,
  })
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
