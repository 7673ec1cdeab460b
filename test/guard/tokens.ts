import { exportJWK, generateKeyPair, SignJWT, type JWK } from 'jose'
import type { GuardOptions } from '../../src/guard/guard.ts'

/** A key pair as the service has one. */
export type TestKey = {
  readonly jwk: JWK
  readonly sign: (
    claims?: Readonly<Record<string, unknown>>,
    /** What its header says otherwise. */
    header?: Readonly<Record<string, unknown>>,
  ) => Promise<string>
}

/** When the tests happen, in seconds since 1970. */
export const NOW = 1_800_000_000

/** Claims of an access token as the service makes it. */
export const CLAIMS = {
  token_type: 'access',
  user_id: '7',
  jti: '0123456789abcdef0123456789abcdef',
  iat: NOW - 10,
  exp: NOW + 290,
} as const

/** Makes a key pair of an algorithm, and what signs with it. */
export async function aKey(kid = 'first', alg = 'ES256'): Promise<TestKey> {
  const { publicKey, privateKey } = await generateKeyPair(alg, { extractable: true })
  const jwk = { ...(await exportJWK(publicKey)), kid, alg, use: 'sig' }
  return {
    jwk,
    sign: (claims = {}, header = {}) =>
      new SignJWT({ ...CLAIMS, ...claims })
        .setProtectedHeader({ alg, kid, typ: 'JWT', ...header })
        .sign(privateKey),
  }
}

/** A service that publishes keys, over a network that can be slow or away. */
export type KeyServer = {
  readonly options: GuardOptions
  /** What it was asked for. */
  readonly asked: string[]
  keys: readonly JWK[]
  /** How it answers; `undefined`: with its keys. */
  answer: (() => Promise<Response>) | undefined
  /** Milliseconds since 1970. */
  now: number
}

let servers = 0

/** Starts a service at an address of its own. */
export function aKeyServer(keys: readonly JWK[], options: GuardOptions = {}): KeyServer {
  servers += 1
  const server: KeyServer = {
    asked: [],
    keys,
    answer: undefined,
    now: NOW * 1000,
    options: {
      auth: `https://auth${servers}.example.com/dj-rest-auth/`,
      fetch: (input) => {
        server.asked.push(new URL(String(input)).pathname)
        return server.answer === undefined
          ? Promise.resolve(Response.json({ keys: server.keys }))
          : server.answer()
      },
      now: () => server.now,
      ...options,
    },
  }
  return server
}

/** A request with a token in its header. */
export function bearer(token: string, init: RequestInit = {}): Request {
  const headers = { Authorization: `Bearer ${token}` }
  return new Request('https://api.example.com/orders', { headers, ...init })
}
