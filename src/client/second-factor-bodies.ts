/** Whether an authenticator app is set up. Times are ISO 8601, `null` when it is off. */
export type SecondFactorStatus = {
  readonly mfa_enabled: boolean
  readonly created_at: string | null
  readonly last_used_at: string | null
  /** Where `MFA_RECOVERY_CODES_SHOW_ONCE` is on. */
  readonly recovery_codes_left?: number
}

/** What an authenticator app is set up with; nothing is kept before `confirmTotp`. */
export type TotpSetup = {
  readonly secret: string
  readonly totp_url: string
  /** For an `<img>`; empty where the service draws none. */
  readonly qr_code_data_uri: string
  readonly activation_token: string
}

/** How a caller proves again who they are: in one of these ways. */
export type ReauthenticationInput =
  | { readonly password: string }
  /** A one-time code or a recovery code. */
  | { readonly code: string }
  /** Of `beginPasskeyLogin`, and what the browser made of its options. */
  | { readonly session_id: string; readonly credential: PasskeyCredential }

/** A passkey as its owner sees it. Times are ISO 8601. */
export type Passkey = {
  readonly id: number
  readonly name: string
  readonly credential_id: string
  readonly created_at: string
  readonly last_used_at: string | null
  readonly transports: readonly string[]
  readonly discoverable: boolean
}

/** `PublicKeyCredentialDescriptorJSON`. */
type PasskeyDescriptor = {
  id: string
  type: 'public-key'
  transports?: ('ble' | 'cable' | 'hybrid' | 'internal' | 'nfc' | 'smart-card' | 'usb')[]
}

type Preference = 'discouraged' | 'preferred' | 'required'

/**
 * `PublicKeyCredentialRequestOptionsJSON` (WebAuthn L3 §5.1.9): what @simplewebauthn/browser's
 * `startAuthentication` and the browser's own `parseRequestOptionsFromJSON` take.
 */
export type PasskeyRequestOptions = {
  challenge: string
  timeout?: number
  rpId?: string
  allowCredentials?: PasskeyDescriptor[]
  userVerification?: Preference
}

/**
 * `PublicKeyCredentialCreationOptionsJSON` (WebAuthn L3 §5.1.8): what @simplewebauthn/browser's
 * `startRegistration` and the browser's own `parseCreationOptionsFromJSON` take.
 */
export type PasskeyCreationOptions = {
  rp: { id?: string; name: string }
  user: { id: string; name: string; displayName: string }
  challenge: string
  pubKeyCredParams: { alg: number; type: 'public-key' }[]
  timeout?: number
  excludeCredentials?: PasskeyDescriptor[]
  authenticatorSelection?: {
    residentKey?: Preference
    requireResidentKey?: boolean
    userVerification?: Preference
  }
  attestation?: 'direct' | 'enterprise' | 'indirect' | 'none'
}

/** A login by passkey that has begun: the options are for the browser, the id goes along with its answer. */
export type PasskeyLoginStart = {
  readonly session_id: string
  readonly options: PasskeyRequestOptions
}

/** What the browser made of the options, as JSON: its `credential.toJSON()`, or what a library answers. */
export type PasskeyCredential = object
