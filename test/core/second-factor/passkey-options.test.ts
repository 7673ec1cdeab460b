import { createHmac } from 'node:crypto'
import { expect, test } from 'vitest'
import {
  allauthHandle,
  creationOptions,
  descriptorOf,
  disguisedCredentials,
  knownTransports,
  newUserHandle,
  plainUserHandle,
  requestOptions,
} from '../../../src/core/second-factor/passkey-options.ts'
import type { RelyingParty } from '../../../src/core/second-factor/webauthn/relying-party.ts'
import { REQUIRED_ENV, settingsOf } from '../../support/settings.ts'

const ENV = { PASSKEY_CHALLENGE_TIMEOUT: '300', PASSKEY_USER_VERIFICATION: 'preferred' }
const settings = settingsOf(ENV)
const SILENT = settingsOf({
  ...ENV,
  PASSKEY_TELLS_DISCOVERABLE: 'false',
  PASSKEY_USES_TRANSPORTS: 'false',
})
/** As dj-rest-auth has it. */
const EXACT = settingsOf({ DJANGO_COMPATIBILITY: 'exact' })

const PARTY: RelyingParty = {
  id: 'app.example',
  name: 'App',
  ids: ['app.example'],
  origins: ['https://app.example'],
  topOrigins: [],
  requiresUserVerification: false,
  algorithms: [-7, -257],
}
const ADA = {
  id: 7,
  username: 'ada',
  email: '',
  firstName: 'Ada',
  lastName: 'Lovelace',
  isActive: true,
  lastLoginAt: null,
  tokensRevokedAt: null,
}
const KEY = { credentialId: 'AAAA', transports: ['usb', 'nfc'] }

const bytesOf = (text: string) => Buffer.from(text, 'base64url')
const macOf = (text: string) => createHmac('sha256', REQUIRED_ENV.SECRET_KEY).update(text).digest()

test('a registration asks for a key of one of the algorithms, and for none that is there', () => {
  const request = { challenge: 'c', userHandle: 'h', own: [{ ...KEY, userHandle: 'h' }], user: ADA }
  const options = {
    rp: { name: 'App', id: 'app.example' },
    user: { id: 'h', name: 'ada', displayName: 'Ada Lovelace' },
    challenge: 'c',
    pubKeyCredParams: [
      { type: 'public-key', alg: -7 },
      { type: 'public-key', alg: -257 },
    ],
    timeout: 300_000,
    excludeCredentials: [{ id: 'AAAA', type: 'public-key', transports: ['usb', 'nfc'] }],
    authenticatorSelection: {
      residentKey: 'preferred',
      requireResidentKey: false,
      userVerification: 'preferred',
    },
    attestation: 'none',
    extensions: { credProps: true },
  }
  expect(creationOptions(settings, PARTY, request)).toEqual(options)
  const silent = creationOptions(SILENT, PARTY, { ...request, own: [] })
  expect(Object.keys(silent)).not.toContain('extensions')
})

test.each([
  ['', '', 'ada'],
  ['Ada', '', 'Ada'],
  ['', 'Lovelace', 'Lovelace'],
])('whose names are %j and %j is shown as %s', (firstName, lastName, displayName) => {
  const user = { ...ADA, firstName, lastName }
  const request = { challenge: 'c', userHandle: 'h', own: [], user }
  expect(creationOptions(settings, PARTY, request)).toMatchObject({ user: { displayName } })
})

test('a login asks for a key of those that are named', () => {
  const allowed = [{ id: 'AAAA', type: 'public-key' }] as const
  expect(requestOptions(settings, PARTY, { challenge: 'c', allowed })).toEqual({
    challenge: 'c',
    timeout: 300_000,
    rpId: 'app.example',
    allowCredentials: allowed,
    userVerification: 'preferred',
  })
})

test('transports are those of the standard, each once', () => {
  const known = ['usb', 'smart-card', 'nfc', 'internal', 'hybrid', 'cable', 'ble']
  expect(knownTransports([...known, 'usb', 'USB', 'telepathy', '', 7, null])).toEqual(known)
  for (const value of [undefined, null, 'usb', { 0: 'usb', length: 1 }]) {
    expect(knownTransports(value)).toEqual([])
  }
})

test.each<[unknown, object]>([
  [['usb'], { transports: ['usb'] }],
  [['usb', 'x'], { transports: ['usb'] }],
  [['x'], {}],
  [null, {}],
])('of transports %j a key tells %j', (transports, told) => {
  const passkey = { credentialId: 'AAAA', transports: transports as string[] }
  const named = { id: 'AAAA', type: 'public-key' }
  expect(descriptorOf(settings, passkey)).toStrictEqual({ ...named, ...told })
  expect(descriptorOf(SILENT, passkey)).toStrictEqual(named)
})

test('handles are those that Django’s packages give, or tell nothing', async () => {
  expect([plainUserHandle(71), plainUserHandle('a-b')]).toEqual(['NzE', 'YS1i'])
  expect([allauthHandle(71), allauthHandle('a-b-c')]).toEqual(['MXo', 'YWJj'])
  expect(await newUserHandle(settings, 71)).toBe(
    macOf('passkey-user:71').subarray(0, 16).toString('base64url'),
  )
  expect(await newUserHandle(EXACT, 71)).toBe('NzE')
})

/** By their lengths: what imaginary keys tell of themselves. */
const KINDS: Readonly<Record<number, readonly string[]>> = {
  16: ['hybrid,internal', ''],
  20: ['hybrid,internal'],
  32: ['internal', ''],
  48: ['nfc,usb'],
  64: ['usb', ''],
}

test('an account’s keys are hidden among imaginary ones, in no order of their making', async () => {
  const own = (id: string, transports?: readonly string[]) =>
    ({ id, type: 'public-key', ...(transports && { transports }) }) as const
  const kinds = new Set<string>()
  for (let index = 0; index < 40; index += 1) {
    const found = await disguisedCredentials(settings, `name-${index}`, [])
    expect(found).toEqual(await disguisedCredentials(settings, `name-${index}`, []))
    expect(found).toHaveLength(8)
    const ids = found.map(({ id }) => id)
    expect(ids).toEqual(ids.toSorted())
    for (const { id, type, transports = [], ...more } of found) {
      expect([type, more]).toEqual(['public-key', {}])
      expect(KINDS[bytesOf(id).length]).toContain(transports.join())
      kinds.add(`${bytesOf(id).length} ${transports.join()}`)
    }
  }
  expect(kinds.size).toBe(8)
  const told = await disguisedCredentials(settings, 'name-0', [])
  expect(told.filter(({ transports }) => transports?.length === 0)).toEqual([])
  for (const one of await disguisedCredentials(SILENT, 'ada', [])) {
    expect(Object.keys(one)).toEqual(['id', 'type'])
  }
  // Transports that imaginary ones do not have would tell it from them.
  const shown = await disguisedCredentials(settings, 'ada', [
    own('!common', ['usb', 'nfc']),
    own('!rare', ['ble', 'usb']),
    own('!silent'),
    own('!empty', []),
  ])
  expect(shown).toHaveLength(8)
  expect(shown.filter(({ id }) => id.startsWith('!'))).toStrictEqual([
    own('!common', ['nfc', 'usb']),
    own('!empty'),
    own('!rare'),
    own('!silent'),
  ])
  const many = Array.from({ length: 10 }, (_, index) => own(`!${index}`))
  const newest = await disguisedCredentials(settings, 'ada', many)
  expect(newest.map(({ id }) => id)).toEqual(many.slice(2).map(({ id }) => id))
})

test('an imaginary key is made of a name, its place and the secret', async () => {
  const found = await disguisedCredentials(settings, 'ada', [])
  const bytes = Array.from({ length: 8 }, (_, index) =>
    Buffer.concat([
      macOf(`passkey-imaginary:${index}:ada`),
      macOf(`passkey-imaginary-id:${index}:ada`),
    ]),
  )
  for (const { id } of found) {
    const own = bytesOf(id)
    expect(bytes.filter((whole) => whole.subarray(0, own.length).equals(own))).toHaveLength(1)
  }
})
