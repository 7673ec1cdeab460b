import { expect, test } from 'vitest'
import {
  isFrameAllowed,
  readClientData,
  readCredential,
  readNewCredential,
} from '../../../src/core/second-factor/webauthn/credential.ts'
import { encodeBase64Url } from '../../../src/crypto.ts'

const ID = encodeBase64Url(new Uint8Array(16))
const GOOD = { id: ID, rawId: ID, type: 'public-key', response: { transports: ['usb'] } }

test('reads what a browser hands over', () => {
  const transports = ['nfc']
  const clientExtensionResults = { credProps: { rk: true } }
  expect(readCredential({ ...GOOD, transports, clientExtensionResults })).toEqual({
    id: ID,
    rawId: ID,
    type: 'public-key',
    response: { transports: ['usb'] },
    isDiscoverable: true,
    transports: ['usb'],
    topTransports: ['nfc'],
  })
})

test.each<[unknown, boolean | undefined]>([
  [{ credProps: { rk: false } }, false],
  [{ credProps: { rk: 'true' } }, undefined],
  [{ credProps: [] }, undefined],
  [{ credProps: null }, undefined],
  [{ rk: true }, undefined],
  [null, undefined],
  ['credProps', undefined],
])('of the extensions %j it is discoverable: %j', (clientExtensionResults, isDiscoverable) => {
  expect(readCredential({ ...GOOD, clientExtensionResults })).toMatchObject({ isDiscoverable })
})

test.each([undefined, null, 'platform', 'cross-platform', 1, {}, true])(
  'takes the attachment %j',
  (authenticatorAttachment) => {
    expect(readCredential({ ...GOOD, authenticatorAttachment })).toBeDefined()
  },
)

test.each([
  null,
  undefined,
  'text',
  7,
  [GOOD],
  { ...GOOD, id: undefined },
  { ...GOOD, rawId: undefined },
  { ...GOOD, id: 7, rawId: 7 },
  { ...GOOD, id: 'AAAA' },
  { ...GOOD, type: 'password' },
  { ...GOOD, type: undefined },
  { ...GOOD, response: undefined },
  { ...GOOD, response: null },
  { ...GOOD, response: [] },
  { ...GOOD, id: '', rawId: '' },
  { ...GOOD, id: '!', rawId: '!' },
  { ...GOOD, authenticatorAttachment: 'usb' },
  { ...GOOD, authenticatorAttachment: '' },
  { ...GOOD, id: `${ID}=`, rawId: `${ID}=` },
])('takes %j for none', (value) => {
  expect(readCredential(value)).toBeUndefined()
})

test('takes a raw id with padding for the same', () => {
  expect(readCredential({ ...GOOD, rawId: `${ID}==` })).toEqual(readCredential(GOOD))
})

test('a new one may come as its JSON text, with nothing beside it', () => {
  const given = { ...GOOD, transports: ['nfc'] }
  expect(readNewCredential(given)).toEqual(readCredential(given))
  expect(readNewCredential(JSON.stringify(given))).toEqual({
    ...readCredential(GOOD),
    topTransports: undefined,
  })
  for (const text of ['', 'x', '{}', 'null', '"{}"', JSON.stringify([GOOD])]) {
    expect(readNewCredential(text)).toBeUndefined()
  }
})

test.each([
  [1, true],
  [1023, true],
  [1024, false],
])('an id of %i bytes is taken: %j', (length, isTaken) => {
  const id = encodeBase64Url(new Uint8Array(length))
  expect(readCredential({ ...GOOD, id, rawId: id }) !== undefined).toBe(isTaken)
})

const signed = (data: unknown) =>
  readClientData(encodeBase64Url(new TextEncoder().encode(JSON.stringify(data))))

test.each<[unknown, unknown]>([
  [
    { challenge: 'c', crossOrigin: true, topOrigin: 'https://a.example' },
    { challenge: 'c', isCrossOrigin: true, topOrigin: 'https://a.example' },
  ],
  [{ challenge: 7, crossOrigin: 'true', topOrigin: 7 }, { isCrossOrigin: false }],
  [{}, { isCrossOrigin: false }],
  [null, undefined],
  [[], undefined],
  ['x', undefined],
])('of what is signed in %j it reads %j', (data, read) => {
  const found = signed(data)
  if (read === undefined) expect(found).toBeUndefined()
  else expect(found).toEqual(read)
})

test.each([undefined, null, 7, {}, '!', 'ew', ''])('reads nothing in %j', (text) => {
  expect(readClientData(text)).toBeUndefined()
})

test.each<[boolean, string | undefined, boolean]>([
  [false, undefined, true],
  [false, 'https://a.example', false],
  [true, 'https://a.example', true],
  [true, 'https://b.example', false],
  [true, undefined, false],
])('across origins: %j, under %j: allowed is %j', (isCrossOrigin, topOrigin, isAllowed) => {
  const data = { challenge: 'c', isCrossOrigin, topOrigin }
  expect(isFrameAllowed(data, ['https://a.example'])).toBe(isAllowed)
})
