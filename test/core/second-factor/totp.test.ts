import { describe, expect, test } from 'vitest'
import { decodeBase32, encodeBase32 } from '../../../src/core/second-factor/base32.ts'
import {
  matchingStep,
  newTotpSecret,
  totpCode,
  totpStep,
} from '../../../src/core/second-factor/totp.ts'
import { totpUrl } from '../../../src/core/second-factor/totp-url.ts'
import { settingsOf } from '../../support/settings.ts'

const SECRET = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ'

describe('base32', () => {
  /** RFC 4648 §10. */
  const vectors = [
    ['', ''],
    ['f', 'MY'],
    ['fo', 'MZXQ'],
    ['foo', 'MZXW6'],
    ['foob', 'MZXW6YQ'],
    ['fooba', 'MZXW6YTB'],
    ['foobar', 'MZXW6YTBOI'],
  ] as const

  test.each(vectors)('of %j is %j', (text, encoded) => {
    const bytes = new TextEncoder().encode(text)
    expect(encodeBase32(bytes)).toBe(encoded)
    expect(decodeBase32(encoded)).toEqual(bytes)
  })

  test('is read in small letters and with padding', () => {
    expect(decodeBase32('mzxw6===')).toEqual(new TextEncoder().encode('foo'))
  })

  test('has neither digits below two nor signs', () => {
    expect(decodeBase32('MZXW0')).toBeUndefined()
    expect(decodeBase32('MZ XW')).toBeUndefined()
  })
})

describe('a one-time code', () => {
  /** RFC 6238 appendix B, SHA-1: eight digits. */
  const vectors = [
    [59, '94287082'],
    [1_111_111_109, '07081804'],
    [1_111_111_111, '14050471'],
    [1_234_567_890, '89005924'],
    [2_000_000_000, '69279037'],
    [20_000_000_000, '65353130'],
  ] as const

  test.each(vectors)('at second %i is that of RFC 6238', async (second, code) => {
    const secret = new TextEncoder().encode('12345678901234567890')
    const step = totpStep(new Date(second * 1000), 30)
    expect(await totpCode(secret, step, 8)).toBe(code)
    expect(await totpCode(secret, step, 6)).toBe(code.slice(2))
  })

  test('is found in the period before, and not in the next one', async () => {
    const settings = settingsOf({ MFA_TOTP_DIGITS: '8' })
    const at = (second: number) => new Date(second * 1000)
    const match = (second: number) =>
      matchingStep(settings, { secret: SECRET, code: '14050471' }, at(second))
    expect(await match(1_111_111_111)).toBe(37_037_037)
    expect(await match(1_111_111_109)).toBeUndefined()
    expect(await match(1_111_111_139.999)).toBe(37_037_037)
    expect(await match(1_111_111_140)).toBe(37_037_037)
    expect(await match(1_111_111_169.999)).toBe(37_037_037)
    expect(await match(1_111_111_170)).toBeUndefined()
  })

  test('lives for its period only, where the settings say so', async () => {
    const settings = settingsOf({ MFA_TOTP_DIGITS: '8', MFA_TOTP_TOLERANCE: '0' })
    const match = (second: number) =>
      matchingStep(settings, { secret: SECRET, code: '14050471' }, new Date(second * 1000))
    expect(await match(1_111_111_139.999)).toBe(37_037_037)
    expect(await match(1_111_111_140)).toBeUndefined()
  })

  test('is taken early as dj-rest-auth takes it', async () => {
    const settings = settingsOf({ DJANGO_COMPATIBILITY: 'exact', MFA_TOTP_DIGITS: '8' })
    const now = new Date(1_111_111_081_000)
    expect(await matchingStep(settings, { secret: SECRET, code: '14050471' }, now)).toBe(37_037_037)
  })

  test('may be typed in full-width digits', async () => {
    const settings = settingsOf({ MFA_TOTP_DIGITS: '8' })
    const now = new Date(1_111_111_111_000)
    expect(await matchingStep(settings, { secret: SECRET, code: '１４０５０４７１' }, now)).toBe(
      37_037_037,
    )
  })

  test.each(['', '1405047', '140504710', '-4050471', 'abcdefgh'])('is not %j', async (code) => {
    const settings = settingsOf({ MFA_TOTP_DIGITS: '8' })
    const now = new Date(1_111_111_111_000)
    expect(await matchingStep(settings, { secret: SECRET, code }, now)).toBeUndefined()
  })

  test.each(['', '1', 'not base32'])('matches no secret %j', async (secret) => {
    const now = new Date(1_111_111_111_000)
    expect(await matchingStep(settingsOf({}), { secret, code: '050471' }, now)).toBeUndefined()
  })
})

test('a new secret has 160 random bits', () => {
  const secret = newTotpSecret((length) => new Uint8Array(length).fill(255))
  expect(secret).toBe('7'.repeat(32))
})

describe('the URL for authenticator apps', () => {
  const owner = { username: 'alice', email: 'alice.x+tag@example.com' }

  test('names the address', () => {
    expect(totpUrl(settingsOf({}), owner, SECRET)).toBe(
      `otpauth://totp/alice.x%2Btag%40example.com?secret=${SECRET}`,
    )
  })

  test.each(['', 'None', 'null', null])('an issuer of %j is none', (MFA_TOTP_ISSUER) => {
    const url = totpUrl(settingsOf({ MFA_TOTP_ISSUER }), owner, SECRET)
    expect(url).toBe(totpUrl(settingsOf({}), owner, SECRET))
  })

  test('names issuer, digits and period where they are not the usual ones', () => {
    const settings = settingsOf({
      MFA_TOTP_ISSUER: "My App: Ünï & Co/1 (it's)",
      MFA_TOTP_DIGITS: '8',
      MFA_TOTP_PERIOD: '60',
    })
    expect(totpUrl(settings, { username: 'a/b?c', email: '' }, SECRET)).toBe(
      `otpauth://totp/My%20App%3A%20%C3%9Cn%C3%AF%20%26%20Co/1%20%28it%27s%29:a/b%3Fc?secret=${SECRET}&issuer=My%20App%3A%20%C3%9Cn%C3%AF%20%26%20Co%2F1%20%28it%27s%29&digits=8&period=60`,
    )
  })
})
