import { createHmac } from 'node:crypto'
import { decodeJwt } from 'jose'
import { describe, expect, test } from 'vitest'
import {
  accessClaimsOf,
  genuineClaims,
  newRefreshClaims,
  refreshLifetimeSeconds,
  signClaims,
  verifyToken,
  type Claims,
  type TokenFaultCode,
} from '../../../src/core/tokens/jwt.ts'
import { publicJwks } from '../../../src/core/tokens/jwt-keys.ts'
import type { Settings } from '../../../src/settings/parse.ts'
import { headerOf, signTestToken } from '../../support/answer.ts'
import { TEST_TIME } from '../../support/clock.ts'
import { countingBytes, settingsOf } from '../../support/settings.ts'
import vectors from '../../vectors/jwt-tokens.json' with { type: 'json' }

const EXACT = { DJANGO_COMPATIBILITY: 'exact' }
const NOW_SECONDS = 1_804_136_767
const CLAIMS = {
  token_type: 'access',
  exp: NOW_SECONDS + 300,
  iat: NOW_SECONDS,
  jti: 'an-id',
  user_id: '1',
}

function check(settings: Settings, token: string, type: 'access' | 'refresh' | 'any' = 'access') {
  return verifyToken({ settings, now: TEST_TIME, randomBytes: countingBytes }, token, type)
}

async function checkClaims(claims: Claims, env: Record<string, unknown> = {}): Promise<unknown> {
  const settings = settingsOf({ ...EXACT, ...env })
  return check(settings, await signTestToken(settings, claims))
}

const refused = (code: TokenFaultCode) => ({ kind: 'refused', code })
const verified = (claims: unknown) => ({ kind: 'verified', claims })

describe('symmetric', () => {
  test.each(Object.entries(vectors.symmetric))('%s: believes PyJWT', async (algorithm, token) => {
    const settings = settingsOf({ SECRET_KEY: vectors.secret, SIMPLE_JWT_ALGORITHM: algorithm })
    expect(await check(settings, token)).toEqual(verified(vectors.claims))
  })

  test.each(Object.keys(vectors.symmetric))('%s: signs as PyJWT', async (algorithm) => {
    const settings = settingsOf({ SECRET_KEY: vectors.secret, SIMPLE_JWT_ALGORITHM: algorithm })
    const token = await signClaims(settings, vectors.claims)
    expect(headerOf(token)).toEqual({ alg: algorithm, typ: 'JWT' })
    expect(await check(settings, token)).toEqual(verified(vectors.claims))
  })

  test('the algorithm is the configured one, whatever the token says', async () => {
    const settings = settingsOf({ ...EXACT, SECRET_KEY: vectors.secret })
    expect(await check(settings, vectors.symmetric.HS512)).toEqual(refused('jwt_invalid'))
  })

  test('SIMPLE_JWT_SIGNING_KEY signs in the place of SECRET_KEY', async () => {
    const settings = settingsOf({ SIMPLE_JWT_SIGNING_KEY: vectors.secret })
    expect(await check(settings, vectors.symmetric.HS256)).toEqual(verified(vectors.claims))
    const bySecret = await signTestToken(settings, CLAIMS)
    expect((await check(settings, bySecret)).kind).toBe('refused')
  })

  test('SECRET_KEY_FALLBACKS verify and never sign', async () => {
    const settings = settingsOf({ SECRET_KEY_FALLBACKS: vectors.secret })
    expect(await check(settings, vectors.symmetric.HS256)).toEqual(verified(vectors.claims))
    const token = await signClaims(settings, CLAIMS)
    expect(await check(settingsOf(), token)).toEqual(verified(CLAIMS))
  })

  test('has no public keys', async () => {
    expect(await publicJwks(settingsOf())).toEqual({ keys: [] })
  })
})

describe.each(Object.entries(vectors.asymmetric))('%s', (algorithm, [own, other]) => {
  if (own === undefined || other === undefined) throw new Error('two keys are recorded')
  const base = { ...EXACT, SIMPLE_JWT_ALGORITHM: algorithm }
  const ours = { ...base, SIMPLE_JWT_SIGNING_KEY: own.private }

  test('believes PyJWT', async () => {
    expect(await check(settingsOf(ours), own.token)).toEqual(verified(vectors.claims))
  })

  test('does not believe another key', async () => {
    expect(await check(settingsOf(ours), other.token)).toEqual(refused('jwt_invalid'))
  })

  test('believes the other key while it is named as a fallback', async () => {
    const settings = settingsOf({ ...ours, SIMPLE_JWT_VERIFYING_KEY_FALLBACKS: [other.public] })
    expect(await check(settings, other.token)).toEqual(verified(vectors.claims))
    expect(await check(settings, own.token)).toEqual(verified(vectors.claims))
  })

  test('names its key, which the JWKS holds without private parts', async () => {
    const settings = settingsOf({ ...ours, SIMPLE_JWT_VERIFYING_KEY_FALLBACKS: [other.public] })
    const { kid } = headerOf(await signClaims(settings, CLAIMS))
    const { keys } = await publicJwks(settings)
    expect(keys.map((key) => key.kid)).toEqual([kid, expect.any(String)])
    expect(keys[0]?.kid).not.toBe(keys[1]?.kid)
    for (const key of keys) {
      expect(key).toMatchObject({ use: 'sig', alg: algorithm })
      expect(Object.keys(key)).not.toEqual(expect.arrayContaining(['d']))
      expect(Object.keys(key).filter((name) => /^(?:d|p|q|dp|dq|qi|k|oth)$/.test(name))).toEqual([])
    }
  })

  test('takes a PEM on one line', async () => {
    const oneLine = { ...base, SIMPLE_JWT_SIGNING_KEY: own.private.replaceAll('\n', '\\n') }
    expect(await check(settingsOf(oneLine), own.token)).toEqual(verified(vectors.claims))
  })

  test('SIMPLE_JWT_VERIFYING_KEY stands for the signing key’s own half', async () => {
    const settings = settingsOf({ ...ours, SIMPLE_JWT_VERIFYING_KEY: own.public })
    expect(await check(settings, await signClaims(settings, CLAIMS))).toEqual(verified(CLAIMS))
  })

  test('refuses a token that is signed with the public key as a secret', async () => {
    const settings = settingsOf(ours)
    const forged = await signTestToken(settings, CLAIMS, own.public)
    expect(await check(settings, forged)).toEqual(refused('jwt_invalid'))
  })

  test('a kid of our own on a foreign signature is no use', async () => {
    const settings = settingsOf(ours)
    const [header] = (await signClaims(settings, CLAIMS)).split('.')
    const [, payload, signature] = other.token.split('.')
    const mixed = [header, payload, signature].join('.')
    expect(await check(settings, mixed)).toEqual(refused('jwt_invalid'))
  })

  test('a key that the token brings along is not believed', async () => {
    const foreign = settingsOf({ ...base, SIMPLE_JWT_SIGNING_KEY: other.private })
    const [jwk] = (await publicJwks(foreign)).keys
    const { CompactSign, importPKCS8 } = await import('jose')
    const token = await new CompactSign(new TextEncoder().encode(JSON.stringify(CLAIMS)))
      .setProtectedHeader({ alg: algorithm, typ: 'JWT', ...(jwk === undefined ? {} : { jwk }) })
      .sign(await importPKCS8(other.private, algorithm))
    expect(await check(foreign, token)).toEqual(verified(CLAIMS))
    expect(await check(settingsOf(ours), token)).toEqual(refused('jwt_invalid'))
  })
})

describe('what makes a token good', () => {
  const without = (name: keyof typeof CLAIMS) =>
    Object.fromEntries(Object.entries(CLAIMS).filter(([key]) => key !== name))

  test.each<[string, Claims, TokenFaultCode]>([
    ['its end has come', { ...CLAIMS, exp: NOW_SECONDS }, 'jwt_expired'],
    ['it has no end', without('exp'), 'jwt_without_expiry'],
    ['its end is no number', { ...CLAIMS, exp: 'soon' }, 'jwt_invalid'],
    ['its end is text', { ...CLAIMS, exp: String(NOW_SECONDS + 60) }, 'jwt_invalid'],
    ['its end is true', { ...CLAIMS, exp: true }, 'jwt_expired'],
    ['its end is after the year 9999', { ...CLAIMS, exp: 253_402_300_800 }, 'jwt_invalid'],
    ['it is of the future', { ...CLAIMS, iat: NOW_SECONDS + 1 }, 'jwt_invalid'],
    ['it is not good yet', { ...CLAIMS, nbf: NOW_SECONDS + 1 }, 'jwt_invalid'],
    ['it has no id', without('jti'), 'jwt_without_id'],
    ['its id is a number', { ...CLAIMS, jti: 7 }, 'jwt_invalid'],
    ['its subject is a number', { ...CLAIMS, sub: 7 }, 'jwt_invalid'],
    ['it has no type', without('token_type'), 'jwt_without_type'],
    ['it is of the other type', { ...CLAIMS, token_type: 'refresh' }, 'jwt_of_wrong_type'],
  ])('refuses it when %s', async (_, claims, code) => {
    expect(await checkClaims(claims)).toEqual(refused(code))
  })

  test.each<[string, Claims]>([
    ['a second before its end', { ...CLAIMS, exp: NOW_SECONDS + 1 }],
    ['in the second it was made', { ...CLAIMS, iat: NOW_SECONDS, nbf: NOW_SECONDS }],
    ['with claims of other makers', { ...CLAIMS, roles: ['admin'], aud: 'somebody', iss: 'x' }],
  ])('takes it %s', async (_, claims) => {
    expect(await checkClaims(claims)).toEqual(verified(claims))
  })

  test.each<[string, Claims]>([
    ['it counts in digits', { ...CLAIMS, iat: String(NOW_SECONDS), nbf: ` +${NOW_SECONDS} ` }],
    ['it counts in a fraction', { ...CLAIMS, iat: NOW_SECONDS + 0.9, nbf: -1.5 }],
    ['it counts in less than nothing', { ...CLAIMS, iat: '-12' }],
    ['it says yes', { ...CLAIMS, iat: true, nbf: false }],
    ['it ends with the year 9999', { ...CLAIMS, exp: 253_402_300_799 }],
  ])('takes it when %s', async (_, claims) => {
    expect(await checkClaims(claims)).toEqual(verified(claims))
  })

  test.each([
    '12x',
    'x12',
    '1 2',
    '1e5',
    '0x1',
    '1.5',
    '',
    '+',
    '-',
    String(NOW_SECONDS + 1),
    ` +${NOW_SECONDS + 1} `,
    [5],
    {},
    null,
  ])('refuses it when it was made at %j', async (iat) => {
    expect(await checkClaims({ ...CLAIMS, iat })).toEqual(refused('jwt_invalid'))
    expect(await checkClaims({ ...CLAIMS, nbf: iat })).toEqual(refused('jwt_invalid'))
  })

  test.each([null, [], {}, '12x'])('refuses it when it ends at %j', async (exp) => {
    expect(await checkClaims({ ...CLAIMS, exp })).toEqual(refused('jwt_invalid'))
  })

  test('to the millisecond: made now it is good, ending now it is not', async () => {
    const settings = settingsOf(EXACT)
    const now = new Date(NOW_SECONDS * 1000)
    const judge = async (claims: Claims) => {
      const token = await signTestToken(settings, claims)
      return verifyToken({ settings, now, randomBytes: countingBytes }, token, 'access')
    }
    expect(await judge({ ...CLAIMS, nbf: NOW_SECONDS })).toMatchObject({ kind: 'verified' })
    expect(await judge({ ...CLAIMS, exp: NOW_SECONDS })).toEqual(refused('jwt_expired'))
  })

  test('SIMPLE_JWT_LEEWAY forgives a clock', async () => {
    const late = { ...CLAIMS, exp: NOW_SECONDS - 9, iat: NOW_SECONDS + 9 }
    const leeway = { SIMPLE_JWT_LEEWAY: '10' }
    expect(await checkClaims(late, leeway)).toEqual(verified(late))
    const later = { ...CLAIMS, exp: NOW_SECONDS - 10 }
    expect(await checkClaims(later, leeway)).toEqual(refused('jwt_expired'))
  })

  test('SIMPLE_JWT_ISSUER must be named', async () => {
    const issuer = { SIMPLE_JWT_ISSUER: 'https://auth.example.com' }
    const own = { ...CLAIMS, iss: 'https://auth.example.com' }
    expect(await checkClaims(own, issuer)).toEqual(verified(own))
    for (const iss of [undefined, 'https://other.example', ['https://auth.example.com'], 1]) {
      expect(await checkClaims({ ...CLAIMS, iss }, issuer)).toEqual(refused('jwt_invalid'))
    }
  })

  test('SIMPLE_JWT_AUDIENCE must be met', async () => {
    const audience = { SIMPLE_JWT_AUDIENCE: ['app', 'api'] }
    for (const aud of ['api', ['other', 'app']]) {
      expect(await checkClaims({ ...CLAIMS, aud }, audience)).toEqual(verified({ ...CLAIMS, aud }))
    }
    for (const aud of [undefined, 'other', [], ['app', 1], 7]) {
      expect(await checkClaims({ ...CLAIMS, aud }, audience)).toEqual(refused('jwt_invalid'))
    }
  })

  test('SIMPLE_JWT_AUDIENCE of one text is met by it whole', async () => {
    const audience = { SIMPLE_JWT_AUDIENCE: 'app' }
    expect(await checkClaims({ ...CLAIMS, aud: 'app' }, audience)).toMatchObject({
      kind: 'verified',
    })
    for (const aud of ['a', 'pp', '']) {
      expect(await checkClaims({ ...CLAIMS, aud }, audience)).toEqual(refused('jwt_invalid'))
    }
  })

  test('any type will do where any is asked for, or where no claim says it', async () => {
    const settings = settingsOf(EXACT)
    for (const claims of [without('token_type'), { ...CLAIMS, token_type: 'refresh' }]) {
      const token = await signTestToken(settings, claims)
      expect(await check(settings, token, 'any')).toEqual(verified(claims))
      expect((await check(settings, token)).kind).toBe('refused')
      const untyped = settingsOf({ ...EXACT, SIMPLE_JWT_TOKEN_TYPE_CLAIM: 'None' })
      expect(await check(untyped, token)).toEqual(verified(claims))
    }
  })

  test.each([
    [{ alg: 'HS256', crit: ['exp'], exp: 1 }],
    [{ alg: 'HS256', crit: [] }],
    [{ alg: 'HS256', b64: true }],
    [{ alg: 'HS256', b64: false, crit: ['b64'] }],
    [{ alg: 'HS384' }],
    [{ alg: 'none' }],
    [{}],
    [null],
    [7],
    ['HS256'],
  ])('refuses what is genuinely signed under the header %j', async (header) => {
    const settings = settingsOf(EXACT)
    expect(await check(settings, signByHand(settings, JSON.stringify(header)))).toEqual(
      refused('jwt_invalid'),
    )
  })

  test('a header of its own making is signed as ours are', async () => {
    const settings = settingsOf(EXACT)
    expect(await check(settings, signByHand(settings, '{"alg":"HS256"}'))).toEqual(verified(CLAIMS))
    for (const header of ['{', '', '[]']) {
      expect(await check(settings, signByHand(settings, header))).toEqual(refused('jwt_invalid'))
    }
  })

  test('names of claims are settings', async () => {
    const names = {
      SIMPLE_JWT_TOKEN_TYPE_CLAIM: 'typ',
      SIMPLE_JWT_JTI_CLAIM: 'id',
      SIMPLE_JWT_USER_ID_CLAIM: 'sub',
    }
    const claims = { typ: 'access', id: 'x', sub: '1', exp: NOW_SECONDS + 1 }
    expect(await checkClaims(claims, names)).toEqual(verified(claims))
    expect(await checkClaims(CLAIMS, names)).toEqual(refused('jwt_without_id'))
  })

  test.each([
    ['', 'nothing'],
    ['x', 'no dots'],
    ['a.b.c', 'no base64'],
    ['e30.e30.', 'no algorithm'],
    ['eyJhbGciOiJub25lIn0.e30.', 'no signature'],
    ['eyJhbGciOiJIUzI1NiIsImNyaXQiOlsiZXhwIl19.e30.x', 'a critical header'],
    ['eyJhbGciOiJIUzI1NiIsImI2NCI6ZmFsc2V9.e30.x', 'another encoding'],
  ])('refuses %j: %s', async (token) => {
    expect(await check(settingsOf(EXACT), token)).toEqual(refused('jwt_invalid'))
  })

  test.each([['"text"'], ['[1]'], ['null'], ['7'], ['{'], ['']])(
    'refuses the signed payload %j',
    async (payload) => {
      const settings = settingsOf(EXACT)
      const { CompactSign } = await import('jose')
      const token = await new CompactSign(new TextEncoder().encode(payload))
        .setProtectedHeader({ alg: 'HS256' })
        .sign(new TextEncoder().encode(settings.SECRET_KEY))
      expect(await check(settings, token)).toEqual(refused('jwt_invalid'))
    },
  )

  test('UNIFORM_JWT_ERRORS: every refusal sounds alike', async () => {
    const uniform = { DJANGO_COMPATIBILITY: 'safe' }
    for (const claims of [{ ...CLAIMS, exp: 1 }, without('jti'), without('token_type')]) {
      expect(await checkClaims(claims, uniform)).toEqual(refused('jwt_invalid_or_expired'))
    }
  })
})

/** HMAC of SHA-256 over any header, as somebody would make it who has the key and no scruples. */
function signByHand(settings: Settings, header: string): string {
  const content = [header, JSON.stringify(CLAIMS)]
    .map((part) => Buffer.from(part).toString('base64url'))
    .join('.')
  const mac = createHmac('sha256', settings.SECRET_KEY).update(content).digest('base64url')
  return `${content}.${mac}`
}

describe('what ends a login', () => {
  test('is a token of ours, whatever its times, type and id', async () => {
    const settings = settingsOf(EXACT)
    const expired = { user_id: '1', exp: 5, iat: NOW_SECONDS + 999 }
    expect(await genuineClaims(settings, await signTestToken(settings, expired))).toEqual(expired)
  })

  test('and none of anybody else', async () => {
    const settings = settingsOf({ ...EXACT, SIMPLE_JWT_ISSUER: 'us' })
    expect(await genuineClaims(settings, 'x')).toBeUndefined()
    for (const iss of [undefined, 'them']) {
      const token = await signTestToken(settings, { ...CLAIMS, iss })
      expect(await genuineClaims(settings, token)).toBeUndefined()
    }
    const ours = { ...CLAIMS, iss: 'us' }
    expect(await genuineClaims(settings, await signTestToken(settings, ours))).toEqual(ours)
  })
})

describe('JWT_CLIENTS', () => {
  const settings = settingsOf({
    ...EXACT,
    USE_JWT: 'true',
    SIMPLE_JWT_AUDIENCE: 'usual',
    SIMPLE_JWT_ISSUER: 'us',
    JWT_CLIENTS: { shop: { aud: 'shop-api', iss: 'shop-us' }, bare: {} },
  })

  test.each<[string | undefined, Claims]>([
    [undefined, { aud: 'usual', iss: 'us' }],
    ['shop', { aud: 'shop-api', iss: 'shop-us' }],
    ['bare', { aud: 'usual', iss: 'us' }],
  ])('a token for %s names and needs its audience and issuer', async (client_id, named) => {
    const claims = { ...CLAIMS, ...(client_id !== undefined && { client_id }) }
    const token = await signClaims(settings, claims)
    expect(await check(settings, token)).toEqual(verified({ ...claims, ...named }))
    for (const other of [{ aud: 'other' }, { iss: 'other' }]) {
      const forged = await signTestToken(settings, { ...claims, ...named, ...other })
      expect(await check(settings, forged)).toEqual(refused('jwt_invalid'))
    }
  })

  test('a token for a client that is not declared is none', async () => {
    const claims = { ...CLAIMS, client_id: 'gone', aud: 'usual', iss: 'us' }
    expect(await check(settings, await signTestToken(settings, claims))).toEqual(
      refused('jwt_invalid'),
    )
    expect(await genuineClaims(settings, await signTestToken(settings, claims))).toBeUndefined()
  })
})

describe('LOGIN_LIFETIME_SECONDS', () => {
  const settings = settingsOf({ LOGIN_LIFETIME_SECONDS: '100000' })
  const deps = { settings, now: TEST_TIME, randomBytes: countingBytes }

  test('writes the time of the login into tokens', () => {
    expect(newRefreshClaims(deps, '7')).toMatchObject({ auth_time: NOW_SECONDS })
    expect(newRefreshClaims({ ...deps, settings: settingsOf() }, '7')).not.toHaveProperty(
      'auth_time',
    )
  })

  test.each<[unknown, number]>([
    [NOW_SECONDS, 86_400],
    [NOW_SECONDS - 13_600, 86_400],
    [NOW_SECONDS - 50_000, 50_000],
    [undefined, 86_400],
    [String(NOW_SECONDS - 50_000), 86_400],
  ])('a login of %j lives for %i seconds more', (auth_time, seconds) => {
    expect(refreshLifetimeSeconds(settings, { auth_time }, TEST_TIME)).toBe(seconds)
  })
})

describe('new tokens', () => {
  const deps = { settings: settingsOf(), now: TEST_TIME, randomBytes: countingBytes }
  const JTI = '0102030405060708090a0b0c0d0e0f10'

  test('a refresh token has simplejwt’s claims', () => {
    expect(newRefreshClaims(deps, '7', { more: 1 })).toEqual({
      token_type: 'refresh',
      exp: NOW_SECONDS + 86_400,
      iat: NOW_SECONDS,
      jti: JTI,
      user_id: '7',
      more: 1,
    })
  })

  test('an access token copies what is no time, type or id', () => {
    const claims = { ...newRefreshClaims(deps, '7', { family: 'f' }), jti: 'old', iat: 1 }
    expect(accessClaimsOf(deps, claims)).toEqual({
      token_type: 'access',
      exp: NOW_SECONDS + 300,
      iat: NOW_SECONDS,
      jti: JTI,
      user_id: '7',
      family: 'f',
    })
  })

  test('say nothing of what is not set', async () => {
    const settings = settingsOf({ ...EXACT, SIMPLE_JWT_TOKEN_TYPE_CLAIM: 'None' })
    const untyped = { ...deps, settings }
    expect(Object.keys(newRefreshClaims(untyped, '7'))).toEqual(['exp', 'iat', 'jti', 'user_id'])
    const token = await signClaims(settings, accessClaimsOf(untyped, { user_id: '7' }))
    expect(Object.keys(decodeJwt(token)).sort()).toEqual(['exp', 'iat', 'jti', 'user_id'])
    expect(headerOf(token)).toEqual({ alg: 'HS256', typ: 'JWT' })
  })

  test('keep audience and issuer that they had, where none are set', async () => {
    const settings = settingsOf(EXACT)
    const claims = { ...CLAIMS, aud: 'app', iss: 'us' }
    expect(await check(settings, await signClaims(settings, claims))).toEqual(verified(claims))
  })

  test('name audience and issuer where they are set', async () => {
    const settings = settingsOf({ SIMPLE_JWT_AUDIENCE: 'app', SIMPLE_JWT_ISSUER: 'us' })
    const token = await signClaims(settings, CLAIMS)
    expect(await check(settings, token)).toEqual(verified({ ...CLAIMS, aud: 'app', iss: 'us' }))
  })
})
