import { createHmac } from 'node:crypto'
import { expect, test } from 'vitest'
import {
  loginChallengesFor,
  newLoginChallenge,
  newRegistrationChallenge,
  readLoginSession,
  readRegistrationChallenge,
} from '../../../src/core/second-factor/passkey-challenge.ts'
import type { Settings } from '../../../src/settings/parse.ts'
import { countingBytes, REQUIRED_ENV, settingsOf } from '../../support/settings.ts'

const NOW = new Date('2027-03-04T05:06:07.500Z')
const NEW_SECRET = 'another-secret-key-of-more-than-32-bytes'
const settings = settingsOf({ PASSKEY_CHALLENGE_TIMEOUT: '300' })
const deps = { settings, now: NOW, randomBytes: countingBytes }
const rotated = settingsOf({
  SECRET_KEY: NEW_SECRET,
  SECRET_KEY_FALLBACKS: REQUIRED_ENV.SECRET_KEY,
})
const stranger = settingsOf({ SECRET_KEY: NEW_SECRET })

const at = (ms: number) => ({ ...deps, now: new Date(NOW.getTime() + ms) })
const as = (others: Settings) => ({ ...deps, settings: others })
const macOf = (text: string, secret: string = REQUIRED_ENV.SECRET_KEY) =>
  createHmac('sha256', secret).update(text).digest()

const END = new Date(NOW.getTime() + 300_000)
/** Sixteen random bytes, and six of the end in milliseconds. */
const HEAD = Buffer.from(
  `0102030405060708090a0b0c0d0e0f10${END.getTime().toString(16).padStart(12, '0')}`,
  'hex',
)
const CHALLENGE = Buffer.concat([
  HEAD,
  macOf(`passkey-register:7:${HEAD.toString('base64url')}`),
]).toString('base64url')
const PENDING = {
  challenge: CHALLENGE,
  spentId: `passkey-register:${HEAD.toString('base64url')}`,
  expiresAt: END,
}

test('a registration’s challenge is random, dated, and the user’s by a MAC', async () => {
  expect(await newRegistrationChallenge(deps, 7)).toBe(CHALLENGE)
})

test('it is read until it ends, under the secret of now or of before, and with anything behind it', async () => {
  expect(await readRegistrationChallenge(at(299_999), 7, CHALLENGE)).toEqual(PENDING)
  expect(await readRegistrationChallenge(at(300_000), 7, CHALLENGE)).toBeUndefined()
  expect(await readRegistrationChallenge(as(rotated), 7, CHALLENGE)).toEqual(PENDING)
  expect(await readRegistrationChallenge(as(stranger), 7, CHALLENGE)).toBeUndefined()
  expect(await readRegistrationChallenge(deps, 7, `${CHALLENGE}x`)).toEqual(PENDING)
})

test('it is none of another user, and none that is touched or cut', async () => {
  expect(await readRegistrationChallenge(deps, 8, CHALLENGE)).toBeUndefined()
  for (const place of [0, 25, 71]) {
    const other = CHALLENGE[place] === 'A' ? 'B' : 'A'
    const touched = CHALLENGE.slice(0, place) + other + CHALLENGE.slice(place + 1)
    expect(await readRegistrationChallenge(deps, 7, touched)).toBeUndefined()
  }
  for (const text of ['', '!', 'AAAA', CHALLENGE.slice(0, -4), `!${CHALLENGE.slice(1)}`]) {
    expect(await readRegistrationChallenge(deps, 7, text)).toBeUndefined()
  }
})

/** Twelve random bytes, and four of the end in seconds. */
const SESSION = `0102030405060708090a0b0c${Math.floor(END.getTime() / 1000).toString(16)}`

const loginChallenge = (begunFor: string, secret?: string) =>
  macOf(`passkey-login:${SESSION}:${begunFor}`, secret).toString('base64url')

test.each([7, 'nobody', 'anybody'] as const)(
  'a login’s challenge is derived from its session and whom it is for: %s',
  async (begunFor) => {
    expect(await newLoginChallenge(deps, begunFor)).toEqual({
      sessionId: SESSION,
      challenge: loginChallenge(String(begunFor)),
    })
  },
)

test('a passkey may answer what was begun for its user, or for anybody', async () => {
  const own = [loginChallenge('anybody'), loginChallenge('7')]
  expect(await loginChallengesFor(deps, SESSION, 7)).toEqual(own)
  expect(await loginChallengesFor(as(rotated), SESSION, 7)).toEqual([
    loginChallenge('anybody', NEW_SECRET),
    loginChallenge('7', NEW_SECRET),
    ...own,
  ])
})

test('a session is read until it ends, and no longer one than any that is given out', () => {
  const expiresAt = new Date('2027-03-04T05:11:07Z')
  const read = { spentId: `passkey-login:${SESSION}`, expiresAt }
  expect(readLoginSession(deps, SESSION)).toEqual(read)
  expect(readLoginSession(at(299_499), SESSION)).toEqual(read)
  expect(readLoginSession(at(299_500), SESSION)).toBeUndefined()
  for (const none of ['', 'x', SESSION.slice(0, 24)]) {
    expect(readLoginSession(deps, none)).toBeUndefined()
  }
  // Its end is a whole second: of one that is given out now, not before.
  expect(readLoginSession(at(-500), SESSION)).toEqual(read)
  expect(readLoginSession(at(-501), SESSION)).toBeUndefined()
})
