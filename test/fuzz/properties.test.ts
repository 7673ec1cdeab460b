import fc from 'fast-check'
import { expect, test } from 'vitest'
import { clientBlock } from '../../src/core/limits/client-block.ts'
import { foldUsername } from '../../src/core/users/fold.ts'
import { verifyToken, signClaims } from '../../src/core/tokens/jwt.ts'
import { makeDeviceToken, readDeviceToken } from '../../src/core/limits/known-device.ts'
import { isResetTokenGood, makeResetToken } from '../../src/core/tokens/reset-token.ts'
import { signObject, verifyObject } from '../../src/core/tokens/signing.ts'
import { seal, unseal } from '../../src/crypto.ts'
import { readCookies, setCookie } from '../../src/web/cookies.ts'
import { readBody } from '../../src/web/body.ts'
import { JsonSyntaxError, parseJson } from '../../src/web/json.ts'
import { parseSettings } from '../../src/settings/parse.ts'
import { parseRates, parseScopeRate } from '../../src/settings/rates.ts'

const SECRET = 'test-secret-key-0123456789-abcdefghijklmnopqrstuvwxyz'
const OTHER = 'other-secret-key-0123456789-abcdefghijklmnopqrstuvwxyz'
const now = new Date('2027-03-04T05:06:07.250Z')
const randomBytes = (length: number) => crypto.getRandomValues(new Uint8Array(length))
const settings = parseSettings({ SECRET_KEY: SECRET, TURSO_DATABASE_URL: 'http://127.0.0.1:1' })
const deps = { settings, now, randomBytes }
const RUNS = { numRuns: 300, seed: 20_261_124 }

/** The text with one character changed, where that changes anything. */
const change = fc.tuple(fc.nat(), fc.constantFrom('A', 'b', '0', '.', ':', '-', '_', ' '))
function changed(text: string, [at, character]: readonly [number, string]): string {
  const index = at % text.length
  return text.slice(0, index) + character + text.slice(index + 1)
}

test('a sealed text opens with its secret and purpose alone, and not when a character differs', async () => {
  const property = fc.asyncProperty(fc.string({ unit: 'grapheme' }), change, async (text, edit) => {
    const sealed = await seal({ secret: SECRET, randomBytes }, 'a', text)
    expect(await unseal([OTHER, SECRET], 'a', sealed)).toEqual({ text, secretIndex: 1 })
    expect(await unseal([SECRET], 'b', sealed)).toBeUndefined()
    expect(await unseal([OTHER], 'a', sealed)).toBeUndefined()
    const forged = changed(sealed, edit)
    const opened = forged === sealed ? undefined : await unseal([SECRET], 'a', forged)
    // The last character of base64url may carry unused bits: another spelling of the same bytes.
    if (opened !== undefined)
      expect([forged.slice(0, -1), opened.text]).toEqual([sealed.slice(0, -1), text])
  })
  await fc.assert(property, RUNS)
})

test('signed objects come back whole, until their time is over, and never when changed', async () => {
  const property = fc.asyncProperty(
    fc.jsonValue(),
    fc.nat(10_000),
    change,
    async (value, age, edit) => {
      const text = await signObject(value, { salt: 'salt', secret: SECRET, now })
      const later = new Date(now.getTime() + age * 1000)
      const read = (given: string, secrets: readonly string[]) =>
        verifyObject(given, { salt: 'salt', secrets, maxAgeSeconds: 5_000, now: later })
      const expected = age <= 5_000 ? JSON.parse(JSON.stringify(value)) : undefined
      expect(await read(text, [OTHER, SECRET])).toEqual(expected)
      expect(await read(text, [OTHER])).toBeUndefined()
      const forged = changed(text, edit)
      if (forged !== text) expect(await read(forged, [SECRET])).toBeUndefined()
    },
  )
  await fc.assert(property, RUNS)
})

test('no text is taken for a device, a link or a JWT that we did not make', async () => {
  const subject = {
    id: 1,
    passwordHash: 'x',
    lastLoginAt: null,
    email: 'a@b.example',
    addresses: [],
  }
  const property = fc.asyncProperty(fc.string({ maxLength: 200, unit: 'binary' }), async (text) => {
    expect(await readDeviceToken(deps, text)).toBeUndefined()
    expect(
      await isResetTokenGood(subject, text, { secrets: [SECRET], timeoutSeconds: 1e9, now }),
    ).toBe(false)
    expect((await verifyToken(deps, text, 'any')).kind).toBe('refused')
  })
  await fc.assert(property, RUNS)
  const made = await makeDeviceToken(deps, { id: 7, tokensRevokedAt: new Date(9) })
  const deviceId = expect.stringMatching(/^[\w-]{8}$/)
  expect(await readDeviceToken(deps, made)).toEqual({ userId: 7, version: 9, deviceId })
})

test('a JWT is good as it was signed, and with no character changed', async () => {
  const exp = Math.floor(now.getTime() / 1000) + 60
  const claims = { token_type: 'access', exp, jti: '0'.repeat(32), user_id: '1' }
  const token = await signClaims(settings, claims)
  expect((await verifyToken(deps, token, 'access')).kind).toBe('verified')
  const property = fc.asyncProperty(change, async (edit) => {
    const forged = changed(token, edit)
    const isSameBytes = forged.slice(0, -1) === token.slice(0, -1)
    if (!isSameBytes) expect((await verifyToken(deps, forged, 'any')).kind).toBe('refused')
  })
  await fc.assert(property, RUNS)
})

test('a reset link dies with whatever it is bound to', async () => {
  const word = fc.string({ minLength: 1, maxLength: 20 })
  const subject = fc.record({
    id: fc.integer({ min: 1, max: 1e9 }),
    passwordHash: word,
    lastLoginAt: fc.option(fc.date({ min: new Date(0), max: now, noInvalidDate: true })),
    email: fc.emailAddress(),
    addresses: fc.array(fc.emailAddress(), { maxLength: 2 }),
  })
  const property = fc.asyncProperty(subject, word, async (one, other) => {
    const token = await makeResetToken(one, SECRET, now)
    const isGood = (given: typeof one, at = now) =>
      isResetTokenGood(given, token, { secrets: [SECRET], timeoutSeconds: 3_600, now: at })
    expect(await isGood(one)).toBe(true)
    expect(await isGood(one, new Date(now.getTime() + 3_602_000))).toBe(false)
    expect(await isGood({ ...one, passwordHash: one.passwordHash + other })).toBe(false)
    expect(await isGood({ ...one, email: `x${one.email}` })).toBe(false)
    expect(await isGood({ ...one, lastLoginAt: new Date(now.getTime() + 5_000) })).toBe(false)
    expect(await isGood({ ...one, addresses: [...one.addresses, 'zz@zz.example'] })).toBe(false)
  })
  await fc.assert(property, RUNS)
})

test('a cookie that is set is the cookie that is read', () => {
  const name = fc.stringMatching(/^[\w!#$%&'*+.^`|~-]{1,20}$/)
  const value = fc.stringMatching(/^[\w.:~+/=-]{1,60}$/)
  const property = fc.property(name, value, fc.string({ maxLength: 30 }), (one, text, noise) => {
    const options = {
      path: '/',
      domain: undefined,
      httpOnly: true,
      secure: true,
      sameSite: 'Lax',
      maxAgeSeconds: 60,
    }
    const pair = setCookie({ name: one, value: text }, options, now).split(';')[0] ?? ''
    const clean = noise.replace(/[^\x20-\x7e]|[;=]/g, '').trim()
    const headers = { cookie: clean === '' ? pair : `${clean}; ${pair}` }
    expect(readCookies(new Request('https://a.example/', { headers }))[one]).toBe(text)
  })
  fc.assert(property, RUNS)
})

test('cookie headers of any kind are read without a crash, and change no prototype', () => {
  const property = fc.property(fc.string({ maxLength: 300 }), (text) => {
    const printable = text.replace(/[^\x20-\x7e]/g, '')
    const headers = { cookie: `__proto__=x; constructor=y; ${printable}` }
    readCookies(new Request('https://a.example/', { headers }))
    expect(({} as Record<string, unknown>)['x']).toBeUndefined()
  })
  fc.assert(property, RUNS)
})

test('what is JSON for JavaScript is JSON for us, with the same shape, and nothing else crashes', () => {
  const whole = fc.property(fc.json(), (text) => {
    expect(() => parseJson(text)).not.toThrow()
  })
  const broken = fc.property(fc.json(), change, (text, edit) => {
    const given = changed(text, edit)
    try {
      parseJson(given)
    } catch (error) {
      expect(error).toBeInstanceOf(JsonSyntaxError)
    }
  })
  fc.assert(whole, RUNS)
  fc.assert(broken, RUNS)
})

test('a body is a record, something else, or an error with 400, 413 or 415', async () => {
  const types = [
    'application/json',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'multipart/form-data',
    'text/plain',
  ]
  const property = fc.asyncProperty(
    fc.uint8Array({ maxLength: 2_000 }),
    fc.constantFrom(...types),
    async (bytes, type) => {
      const request = new Request('https://a.example/', {
        method: 'POST',
        headers: { 'content-type': type },
        body: new Uint8Array(bytes),
      })
      const outcome = await readBody(request, 1_024).then(
        (body) => ('values' in body ? Object.getPrototypeOf(body.values) : null) as unknown,
        (error: unknown) => (error as { readonly status: number }).status,
      )
      expect([null, Object.prototype, 400, 413, 415]).toContain(outcome)
      if (bytes.length > 1_024) expect(outcome).toBe(413)
    },
  )
  await fc.assert(property, RUNS)
})

test('rates are read back as they were written; nothing else is a rate', () => {
  const UNITS = { s: 1, m: 60, h: 3600, d: 86_400 } as const
  const rate = fc.record({
    limit: fc.nat(1_000_000),
    units: fc.option(fc.integer({ min: 1, max: 10_000 })),
    unit: fc.constantFrom(...(Object.keys(UNITS) as (keyof typeof UNITS)[])),
    per: fc.constantFrom(undefined, 'ip', 'user', 'key'),
  })
  const written = fc.property(fc.array(rate, { minLength: 1, maxLength: 4 }), (rates) => {
    const text = rates
      .map(
        ({ limit, units, unit, per }) =>
          `${limit}/${units ?? ''}${unit}${per === undefined ? '' : `/${per}`}`,
      )
      .join(', ')
    expect(parseRates(text)).toEqual(
      rates.map(({ limit, units, unit, per }) => ({
        limit,
        windowSeconds: (units ?? 1) * UNITS[unit],
        per: per ?? 'ip',
      })),
    )
  })
  fc.assert(written, RUNS)
  const anything = fc.property(fc.string({ maxLength: 20 }), (text) => {
    for (const one of parseRates(text) ?? []) expect(one.windowSeconds).toBeGreaterThan(0)
    const scope = parseScopeRate(text)
    if (scope !== undefined) expect(text).toMatch(/^\d+\/[smhd]/)
  })
  fc.assert(anything, RUNS)
})

test('an address is its own block with IPv4, and its /64 with IPv6 however it is spelled', () => {
  const v4 = fc.property(fc.ipV4(), (address) => {
    expect(clientBlock(address)).toBe(address)
    expect(clientBlock(`::ffff:${address}`)).toBe(address)
  })
  const group = fc.integer({ min: 0, max: 0xffff })
  const eight = fc.array(group, { minLength: 8, maxLength: 8 })
  const v6 = fc.property(eight, eight, (one, other) => {
    const spell = (groups: readonly number[], pad: number) =>
      groups.map((each) => each.toString(16).padStart(pad, '0')).join(':')
    const neighbour = [...one.slice(0, 4), ...other.slice(4)]
    expect(clientBlock(spell(neighbour, 4).toUpperCase())).toBe(clientBlock(spell(one, 1)))
    const isSameSubscriber = one.slice(0, 4).join() === other.slice(0, 4).join()
    expect(clientBlock(spell(one, 1)) === clientBlock(spell(other, 1))).toBe(isSameSubscriber)
  })
  fc.assert(v4, RUNS)
  fc.assert(v6, RUNS)
  expect(clientBlock('2001:db8::1')).toBe('2001:db8:0:0::/64')
  expect(clientBlock('::1')).toBe('0:0:0:0::/64')
})

test('folding an address or a name twice changes nothing more, and case never matters', () => {
  const property = fc.property(
    fc.oneof(fc.emailAddress(), fc.string({ unit: 'grapheme' })),
    (text) => {
      const folded = foldUsername(text)
      expect(foldUsername(folded)).toBe(folded)
      expect(foldUsername(text.toUpperCase())).toBe(folded)
    },
  )
  fc.assert(property, RUNS)
})
