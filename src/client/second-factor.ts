/** The client's calls about second factors and passkeys, with the browser's WebAuthn calls around them. */
import type { Call } from './call.ts'
import { asDetail, asIs, asNothing } from './readers.ts'
import type { LoginResult, Result } from './result.ts'
import type {
  Passkey,
  PasskeyCreationOptions,
  PasskeyCredential,
  PasskeyLoginStart,
  ReauthenticationInput,
  SecondFactorStatus,
  TotpSetup,
} from './second-factor-bodies.ts'
import {
  asCodes,
  asCreationOptions,
  asPasskey,
  asPasskeyLoginStart,
  asPasskeys,
  asSecondFactorStatus,
  asTotpSetup,
} from './second-factor-readers.ts'
import type { Remember, Trust, User } from './bodies.ts'

/** Calls of `MFA_ENABLED` and `PASSKEYS_ENABLED`. */
export type SecondFactorCalls = {
  /** The second step of a login that answered `mfa_required`: a one-time code or a recovery code. */
  readonly verifySecondFactor: (
    ephemeralToken: string,
    code: string,
    options?: Trust,
  ) => Promise<Result<User, 'ephemeral_token' | 'code'>>
  readonly secondFactor: () => Promise<Result<SecondFactorStatus>>
  readonly beginTotp: () => Promise<Result<TotpSetup>>
  /** Returns the recovery codes: where they are shown once, this is when. */
  readonly confirmTotp: (
    activationToken: string,
    code: string,
  ) => Promise<Result<readonly string[], 'activation_token' | 'code'>>
  readonly deactivateTotp: (code: string) => Promise<Result<string, 'code'>>
  readonly recoveryCodes: () => Promise<Result<readonly string[]>>
  readonly regenerateRecoveryCodes: () => Promise<Result<readonly string[]>>
  /** Without a name the browser offers what it has for the site. */
  readonly beginPasskeyLogin: (named?: {
    readonly username?: string
    readonly email?: string
  }) => Promise<Result<PasskeyLoginStart, 'username' | 'email'>>
  readonly completePasskeyLogin: (
    sessionId: string,
    credential: PasskeyCredential,
    options?: Remember,
  ) => Promise<LoginResult<'session_id' | 'credential'>>
  /** For what answers `reauthentication_required`. */
  readonly reauthenticate: (
    input: ReauthenticationInput,
  ) => Promise<Result<void, 'password' | 'code' | 'credential' | 'session_id'>>
  readonly passkeys: () => Promise<Result<readonly Passkey[]>>
  readonly beginPasskey: () => Promise<Result<PasskeyCreationOptions>>
  readonly addPasskey: (
    credential: PasskeyCredential,
    name?: string,
  ) => Promise<Result<Passkey, 'credential' | 'name'>>
  readonly renamePasskey: (id: number, name: string) => Promise<Result<void, 'name'>>
  readonly deletePasskey: (id: number) => Promise<Result<void>>
}

/** Handles the response of every kind of login. */
export type Enter = <Field extends string>(
  answer: Promise<Result<unknown, Field>>,
) => Promise<LoginResult<Field>>

/** Makes the calls: `open` needs no login, `authenticated` does. */
export function secondFactorCalls(
  open: Call,
  authenticated: Call,
  enter: Enter,
): SecondFactorCalls {
  const codes = (method: 'GET' | 'POST', path: string): Promise<Result<readonly string[]>> =>
    authenticated(`${method} mfa/recovery-codes/${path}`, undefined, (body) =>
      asCodes(body, 'codes'),
    )
  return {
    verifySecondFactor: (token, code, options) =>
      // The second step is the last one: its answer asks for nothing more.
      enter(
        open('POST mfa/verify/', { ephemeral_token: token, code, ...options }, asIs),
      ) as Promise<Result<User, 'ephemeral_token' | 'code'>>,
    secondFactor: () => authenticated('GET mfa/status/', undefined, asSecondFactorStatus),
    beginTotp: () => authenticated('GET mfa/totp/activate/', undefined, asTotpSetup),
    confirmTotp: (token, code) =>
      authenticated('POST mfa/totp/activate/', { activation_token: token, code }, (body) =>
        asCodes(body, 'recovery_codes'),
      ),
    deactivateTotp: (code) => authenticated('POST mfa/totp/deactivate/', { code }, asDetail),
    recoveryCodes: () => codes('GET', ''),
    regenerateRecoveryCodes: () => codes('POST', 'regenerate/'),
    beginPasskeyLogin: (named = {}) =>
      open('POST passkeys/login/begin/', named, asPasskeyLoginStart),
    completePasskeyLogin: (sessionId, credential, login) => {
      const body = { session_id: sessionId, credential, ...login }
      return enter(open('POST passkeys/login/complete/', body, asIs))
    },
    reauthenticate: (input) => authenticated('POST reauthenticate/', input, asNothing),
    passkeys: () => authenticated('GET passkeys/', undefined, asPasskeys),
    beginPasskey: () => authenticated('POST passkeys/register/begin/', {}, asCreationOptions),
    addPasskey: (credential, name) =>
      authenticated('POST passkeys/register/complete/', { credential, name }, asPasskey),
    renamePasskey: (id, name) => authenticated(`PATCH passkeys/${id}/`, { name }, asNothing),
    deletePasskey: (id) => authenticated(`DELETE passkeys/${id}/`, undefined, asNothing),
  }
}
