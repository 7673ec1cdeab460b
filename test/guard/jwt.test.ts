import { SignJWT } from 'jose'
import { expect, test } from 'vitest'
import { findUser, GuardError, requireUser, type GuardOptions } from '../../src/guard/guard.ts'
import { aKey, aKeyServer, bearer, CLAIMS, NOW, type TestKey } from './tokens.ts'

/** What a guard says to a request that it does not let through. */
async function refusal(request: Request, options: GuardOptions) {
  const error: unknown = await requireUser(request, options).catch((thrown: unknown) => thrown)
  if (!(error instanceof GuardError)) throw new Error(`let through: ${JSON.stringify(error)}`)
  const response = error.toResponse()
  const why = /error_description="([^"]*)"/.exec(response.headers.get('WWW-Authenticate') ?? '')
  return { status: response.status, why: why?.[1], body: await response.json() }
}

function refused(why: string) {
  const body = { detail: 'Token is invalid or expired', code: 'token_not_valid' }
  return { status: 401, why, body }
}

test('lets an access token through, and tells whose it is', async () => {
  const key = await aKey()
  const { options, asked } = aKeyServer([key.jwk])
  const token = await key.sign({ roles: ['editor'], groups: ['staff'], scope: 'read write' })
  expect(await requireUser(bearer(token), options)).toEqual({
    id: '7',
    claims: { ...CLAIMS, roles: ['editor'], groups: ['staff'], scope: 'read write' },
    roles: ['editor', 'staff'],
    scopes: ['read', 'write'],
  })
  expect(asked).toEqual(['/dj-rest-auth/.well-known/jwks.json'])
})

test.each(['ES256', 'ES384', 'EdDSA', 'RS256', 'RS384', 'RS512'])('verifies %s', async (alg) => {
  const key = await aKey('a', alg)
  const { options } = aKeyServer([key.jwk])
  expect(await requireUser(bearer(await key.sign()), options)).toMatchObject({ id: '7' })
  const other = await aKey('a', alg)
  expect(await refusal(bearer(await other.sign()), options)).toEqual(refused('wrong signature'))
})

test.each(['HS256', 'HS384', 'HS512'] as const)('verifies %s with a secret', async (alg) => {
  const sign = (secret: string) =>
    new SignJWT(CLAIMS).setProtectedHeader({ alg }).sign(new TextEncoder().encode(secret))
  const old = 'an-old-secret-of-64-bytes-0123456789-0123456789-0123456789-01234'
  const current = 'a-new-secret-of-64-bytes-0123456789-0123456789-0123456789-012345'
  const options: GuardOptions = { secret: [current, old], algorithms: [alg], now: () => NOW * 1000 }
  for (const secret of [current, old]) {
    expect(await requireUser(bearer(await sign(secret)), options)).toMatchObject({ id: '7' })
  }
  const foreign = await sign('x'.repeat(64))
  expect(await refusal(bearer(foreign), options)).toEqual(refused('wrong signature'))
})

test.each<readonly [string, Readonly<Record<string, unknown>>, GuardOptions]>([
  ['not an access token', { token_type: 'refresh' }, {}],
  ['not an access token', { token_type: undefined }, {}],
  ['not an access token', {}, { tokenTypeClaim: 'typ' }],
  ['expired', { exp: NOW - 6 }, {}],
  ['expired', { exp: NOW - 1 }, { leewaySeconds: 0 }],
  ['expired', { exp: undefined }, {}],
  ['expired', { exp: '9999999999' }, {}],
  ['not valid yet', { nbf: NOW + 60 }, {}],
  ['not valid yet', { iat: NOW + 60 }, {}],
  ['another issuer', { iss: 'https://evil.example' }, {}],
  ['another issuer', {}, { issuer: 'https://auth.example.com' }],
  ['another issuer', { iss: 'a' }, { issuer: 'b' }],
  ['another audience', { aud: 'billing' }, {}],
  ['another audience', { aud: 'billing' }, { audience: 'orders' }],
  ['another audience', { aud: ['billing', 'mail'] }, { audience: ['orders', 'stock'] }],
  ['another audience', {}, { audience: 'orders' }],
  ['no user', { user_id: undefined }, {}],
  ['no user', { user_id: true }, {}],
  ['no user', {}, { userIdClaim: 'uid' }],
])('refuses a token as %s: %j with %j', async (why, claims, more) => {
  const key = await aKey()
  const { options } = aKeyServer([key.jwk])
  const token = await key.sign(claims)
  expect(await refusal(bearer(token), { ...options, ...more })).toEqual(refused(why))
})

test.each<readonly [Readonly<Record<string, unknown>>, GuardOptions]>([
  [{ exp: NOW - 4 }, {}],
  [{ iat: NOW + 4, nbf: NOW + 4 }, {}],
  [{ aud: 'orders' }, { audience: 'orders' }],
  [{ aud: ['billing', 'orders'] }, { audience: ['orders', 'stock'] }],
  [{ iss: 'https://auth.example.com' }, { issuer: 'https://auth.example.com' }],
  [{ typ: 'access', token_type: undefined }, { tokenTypeClaim: 'typ' }],
  [{ uid: 7, user_id: undefined }, { userIdClaim: 'uid' }],
  [{ sub: '7', user_id: undefined }, {}],
])('accepts %j with %j', async (claims, more) => {
  const key = await aKey()
  const { options } = aKeyServer([key.jwk])
  const token = await key.sign(claims)
  expect(await requireUser(bearer(token), { ...options, ...more })).toMatchObject({ id: '7' })
})

test('takes the address of the service, or its origin, as the issuer', async () => {
  const key = await aKey()
  const { options } = aKeyServer([key.jwk])
  const address = String(options.auth)
  for (const iss of [address, address.slice(0, -1), new URL(address).origin]) {
    expect(await requireUser(bearer(await key.sign({ iss })), options)).toMatchObject({ id: '7' })
  }
})

/** A token whose parts are written by hand. */
function forge(header: unknown, token: string): string {
  const [, payload, signature] = token.split('.')
  return [Buffer.from(JSON.stringify(header)).toString('base64url'), payload, signature].join('.')
}

test('is not talked into another algorithm, or none', async () => {
  const key = await aKey()
  const { options } = aKeyServer([key.jwk])
  const token = await key.sign()
  const [, payload] = token.split('.')
  const publicText = new TextEncoder().encode(JSON.stringify(key.jwk))
  const confused = await new SignJWT(CLAIMS)
    .setProtectedHeader({ alg: 'HS256', kid: 'first' })
    .sign(publicText)
  const attempts = {
    'not a token of this service': [
      forge({ alg: 'none' }, token),
      `${Buffer.from('{"alg":"none"}').toString('base64url')}.${payload}.`,
      forge({ alg: 'ES256', kid: 'first', crit: ['exp'] }, token),
      forge({ alg: 'ES256', kid: 'first', b64: false }, token),
      forge({ alg: 'PS256' }, token),
      forge('ES256', token),
      `${token}=`,
      `${token}.x`,
      `x${token}`,
      'a.b.c',
      '..',
    ],
    'wrong signature': [
      confused,
      forge({ alg: 'ES256', kid: 'first', more: 1 }, token),
      forge({ alg: 'ES384', kid: 'first' }, token),
      token.slice(0, -4),
      token.replace(/\.[^.]+$/, '.AAAA'),
    ],
  }
  for (const [why, tokens] of Object.entries(attempts)) {
    for (const attempt of tokens) {
      expect([attempt, await refusal(bearer(attempt), options)]).toEqual([attempt, refused(why)])
    }
  }
  const pinned: GuardOptions = { ...options, algorithms: ['EdDSA'] }
  expect(await refusal(bearer(token), pinned)).toEqual(refused('not a token of this service'))
})

test('uses no key for what it is not for', async () => {
  const key = await aKey()
  const { alg, ...nameless } = key.jwk
  expect(alg).toBe('ES256')
  for (const jwk of [{ ...key.jwk, use: 'enc' }, { ...key.jwk, alg: 'HS256' }, nameless]) {
    const { options } = aKeyServer([jwk, (await aKey('other')).jwk])
    expect(await refusal(bearer(await key.sign()), options)).toEqual(refused('wrong signature'))
  }
})

test('refuses RSA keys below 2048 bits', async () => {
  const pair = await crypto.subtle.generateKey(
    {
      name: 'RSASSA-PKCS1-v1_5',
      hash: 'SHA-256',
      modulusLength: 1024,
      publicExponent: Uint8Array.of(1, 0, 1),
    },
    true,
    ['sign', 'verify'],
  )
  const jwk = { ...(await crypto.subtle.exportKey('jwk', pair.publicKey)), alg: 'RS256', kid: 'a' }
  const { options } = aKeyServer([{ ...jwk, kty: 'RSA' }])
  const text = [{ alg: 'RS256', kid: 'a' }, CLAIMS]
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.')
  const signature = await crypto.subtle.sign(
    'RSASSA-PKCS1-v1_5',
    pair.privateKey,
    new TextEncoder().encode(text),
  )
  const token = `${text}.${Buffer.from(signature).toString('base64url')}`
  expect(await refusal(bearer(token), options)).toEqual(refused('wrong signature'))
})

test('says what is missing to a request without credentials', async () => {
  const { options, asked } = aKeyServer([])
  const request = new Request('https://api.example.com/orders')
  expect(await findUser(request, options)).toBeUndefined()
  const body = {
    detail: 'Authentication credentials were not provided.',
    code: 'not_authenticated',
  }
  expect(await refusal(request, options)).toEqual({ status: 401, why: undefined, body })
  expect(asked).toEqual([])
})

test.each(['Bearer', 'Bearer ', 'Basic YTpi', 'Bearer a b', 'abc', ''])(
  'refuses the header %j',
  async (header) => {
    const { options } = aKeyServer([])
    const request = new Request('https://a.example/', { headers: { Authorization: header } })
    expect(await refusal(request, options)).toEqual(refused('not a token of this service'))
    await expect(findUser(request, options)).rejects.toThrow(GuardError)
  },
)

test('only one header or named cookie is a credential, of a size that servers take', async () => {
  const key = await aKey()
  const server = aKeyServer([key.jwk], { client: { id: 'api', secret: 's' } })
  const token = await key.sign()
  const url = `https://api.example.com/orders?access_token=${token}&token=${token}`
  expect(await findUser(new Request(url), server.options)).toBeUndefined()
  const twice = new Request(url)
  for (const one of [token, await key.sign()]) {
    twice.headers.append('Authorization', `Bearer ${one}`)
  }
  const huge = [token + 'A'.repeat(17_000), 'k'.repeat(17_000)].map((one) => bearer(one))
  for (const request of [twice, ...huge]) {
    expect(await refusal(request, server.options)).toEqual(refused('not a token of this service'))
  }
  // Nobody was asked about them either.
  expect(server.asked).toEqual([])
})

test('an opaque key means nothing where nobody can be asked', async () => {
  const { options, asked } = aKeyServer([(await aKey()).jwk])
  expect(await refusal(bearer('f'.repeat(40)), options)).toEqual(
    refused('not a token of this service'),
  )
  expect(asked).toEqual([])
})

test('asks for roles, scopes and conditions', async () => {
  const key: TestKey = await aKey()
  const { options } = aKeyServer([key.jwk])
  const token = await key.sign({ roles: ['editor'], scope: 'read write', is_staff: true })
  const passes = [
    { roles: ['admin', 'editor'] },
    { scopes: ['write', 'read'] },
    {
      allow: (user: { claims: Readonly<Record<string, unknown>> }) =>
        user.claims['is_staff'] === true,
    },
    {},
  ]
  for (const needs of passes) {
    expect(await requireUser(bearer(token), { ...options, ...needs })).toMatchObject({ id: '7' })
  }
  const fails = [
    { roles: ['admin'] },
    { roles: [] },
    { scopes: ['read', 'delete'] },
    { roles: ['editor'], allow: () => false },
  ]
  for (const needs of fails) {
    expect(await refusal(bearer(token), { ...options, ...needs })).toEqual({
      status: 403,
      why: undefined,
      body: {
        detail: 'You do not have permission to perform this action.',
        code: 'permission_denied',
      },
    })
  }
})

test('needs to be told whom it guards for', async () => {
  await expect(requireUser(bearer(await (await aKey()).sign()), {})).rejects.toThrow(
    'The guard needs auth or secret.',
  )
})
