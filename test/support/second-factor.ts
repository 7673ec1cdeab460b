import { expect } from 'vitest'
import { credentialId, makeCredential, publicKeyOf } from '../conformance/authenticator.ts'
import type { Json, JsonObject } from '../conformance/json.ts'
import { oneTimeCode } from '../conformance/one-time-code.ts'
import type { TestApp } from './app.ts'
import { seedPasskey, seedTotp, userIdOf, type SeededPasskey } from './seed.ts'

/** Settings under which every route of second factors is there. */
export const FACTORS = {
  MFA_ENABLED: 'true',
  PASSKEYS_ENABLED: 'true',
  PASSKEY_RP_ID: 'app.example',
  PASSKEY_RP_NAME: 'Test',
  PASSKEY_RP_ORIGINS: 'https://app.example',
}

/** The secret of the authenticator app that `seedFactor` sets up. */
export const SECRET = 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP'
/** Its recovery codes. */
export const RECOVERY_CODES = ['0123-4567', '89ab-cdef']

/** Sets up an authenticator app and recovery codes for a user. */
export async function seedFactor(app: TestApp, username = 'alice'): Promise<void> {
  const userId = await userIdOf(app.deps(), username)
  await seedTotp(app.deps(), { userId, secret: SECRET, codes: RECOVERY_CODES })
}

/** What the app shows now, or so many periods from now. */
export function codeOf(app: TestApp, at = 0, secret = SECRET): string {
  return oneTimeCode({ secret, at, digits: 6, periodSeconds: 30 }, app.clock.now())
}

/** A code that is wrong in this period and the ones around it. */
export function wrongCodeOf(app: TestApp): string {
  const right = [-2, -1, 0, 1, 2].map((at) => codeOf(app, at))
  const wrong = ['000000', '000001', '000002', '000003', '000004', '000005']
  return wrong.find((code) => !right.includes(code)) ?? ''
}

/** The first step of a login: answers the ephemeral token. */
export async function firstStep(app: TestApp, username = 'alice'): Promise<string> {
  const response = await app.post('/login/', { username, password: 'right-horse-staple' })
  const body = (await response.json()) as { readonly ephemeral_token?: string }
  expect(response.status).toBe(200)
  expect(body).toEqual({ ephemeral_token: expect.any(String) as unknown, mfa_required: true })
  return body.ephemeral_token ?? ''
}

/** The second step. */
export function verify(app: TestApp, ephemeralToken: string, code: string): Promise<Response> {
  return app.post('/mfa/verify/', { ephemeral_token: ephemeralToken, code })
}

/** Writes the passkey of a named key for a user; answers its id. */
export async function seedKey(
  app: TestApp,
  key: string,
  { username = 'alice', ...more }: Partial<SeededPasskey> & { readonly username?: string } = {},
): Promise<number> {
  const userId = await userIdOf(app.deps(), username)
  return seedPasskey(app.deps(), {
    userId,
    credentialId: credentialId(key).toString('base64url'),
    publicKey: publicKeyOf(key).toString('base64url'),
    name: 'Passkey',
    signCount: 0,
    transports: [],
    ...more,
  })
}

/** Options of a login by passkey, as a browser gets them. */
export async function beginPasskeyLogin(
  app: TestApp,
  named: object = {},
): Promise<{ readonly challenge: string; readonly session_id: string }> {
  const response = await app.post('/passkeys/login/begin/', named)
  expect(response.status).toBe(200)
  return (await response.json()) as { readonly challenge: string; readonly session_id: string }
}

/** What the software authenticator answers to a login. */
export function assertionOf(key: string, challenge: string, more: JsonObject = {}): Json {
  return makeCredential({ action: 'get', key, challenge, ...more })
}

/** Logs in by a named key from begin to complete. */
export async function passkeyLogin(
  app: TestApp,
  key: string,
  more: JsonObject = {},
): Promise<Response> {
  const { challenge, session_id } = await beginPasskeyLogin(app)
  const credential = assertionOf(key, challenge, more)
  return app.post('/passkeys/login/complete/', { credential, session_id })
}
