/** Reads answers about second factors and passkeys. */
import { listOf, number, property, text, textOrNull, UnexpectedBody } from './properties.ts'
import type {
  Passkey,
  PasskeyCreationOptions,
  PasskeyLoginStart,
  PasskeyRequestOptions,
  SecondFactorStatus,
  TotpSetup,
} from './second-factor-bodies.ts'

/** Whether an authenticator app is set up. */
export function asSecondFactorStatus(body: unknown): SecondFactorStatus {
  const isOn = property(body, 'mfa_enabled')
  const left = property(body, 'recovery_codes_left')
  if (typeof isOn !== 'boolean') throw new UnexpectedBody()
  return {
    mfa_enabled: isOn,
    created_at: textOrNull(body, 'created_at'),
    last_used_at: textOrNull(body, 'last_used_at'),
    ...(typeof left === 'number' ? { recovery_codes_left: left } : {}),
  }
}

/** What an authenticator app is set up with. */
export function asTotpSetup(body: unknown): TotpSetup {
  return {
    secret: text(body, 'secret'),
    totp_url: text(body, 'totp_url'),
    qr_code_data_uri: text(body, 'qr_code_data_uri'),
    activation_token: text(body, 'activation_token'),
  }
}

/** Recovery codes. */
export function asCodes(body: unknown, name: string): readonly string[] {
  return listOf(property(body, name), String)
}

/** A passkey. */
export function asPasskey(body: unknown): Passkey {
  return {
    id: number(body, 'id'),
    name: text(body, 'name'),
    credential_id: text(body, 'credential_id'),
    created_at: text(body, 'created_at'),
    last_used_at: textOrNull(body, 'last_used_at'),
    transports: listOf(property(body, 'transports'), String),
    discoverable: property(body, 'discoverable') === true,
  }
}

/** The caller's passkeys. */
export function asPasskeys(body: unknown): readonly Passkey[] {
  return listOf(body, asPasskey)
}

/** What the browser makes a passkey with. */
export function asCreationOptions(body: unknown): PasskeyCreationOptions {
  text(body, 'challenge')
  return body as PasskeyCreationOptions // the browser judges the rest
}

/** What the browser proves a passkey with. */
export function asPasskeyLoginStart(body: unknown): PasskeyLoginStart {
  const session_id = text(body, 'session_id')
  text(body, 'challenge')
  const options = { ...(body as PasskeyRequestOptions & { session_id?: string }) } // as above
  delete options.session_id
  return { session_id, options }
}
