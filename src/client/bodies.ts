/**
 * Types of the bodies that the client sends and receives, with the API's own names, so that its documentation
 * applies as it is.
 */

export type { User, UserInput, UserWith } from './user.ts'

/** A username, an address, or both, as `ACCOUNT_LOGIN_METHODS` allows. */
export type LoginInput = {
  readonly username?: string
  readonly email?: string
  readonly password: string
} & Remember

/** With `REMEMBER_ME`: whether the login outlives the browser. */
export type Remember = { readonly remember?: boolean }

/** With `MFA_TRUST_ENABLED` or `ACCOUNT_LOGIN_BY_CODE_TRUST_ENABLED`, in mode `cookie`: spares this device the step. */
export type Trust = { readonly trust?: boolean }

/** The fields that `ACCOUNT_SIGNUP_FIELDS` asks for. */
export type RegistrationInput = {
  readonly username?: string
  readonly email?: string
  readonly password1: string
  readonly password2?: string
} & Remember

/** `old_password` where `OLD_PASSWORD_FIELD_ENABLED` is on. */
export type PasswordChangeInput = {
  readonly old_password?: string
  readonly new_password1: string
  readonly new_password2: string
}

/** `uid` and `token` come from the mailed link; or a mailed code with its handle. */
export type PasswordResetInput = {
  readonly new_password1: string
  readonly new_password2: string
} & (
  | { readonly uid: string; readonly token: string }
  | { readonly handle: string; readonly code: string }
)

/** What a reset may be refused for. */
export type PasswordResetField =
  | 'uid'
  | 'token'
  | 'handle'
  | 'code'
  | 'new_password1'
  | 'new_password2'

/** An own address (`EMAIL_MANAGEMENT`). */
export type EmailAddress = {
  /** `null` for an address that was imported without a row of its own. */
  readonly id: number | null
  readonly email: string
  readonly verified: boolean
  readonly primary: boolean
}

/** What a provider issued, or its code with what goes with it. */
export type SocialInput = {
  readonly access_token?: string
  readonly token_secret?: string
  readonly id_token?: string
  readonly code?: string
  readonly code_verifier?: string
  readonly state?: string
  readonly redirect_uri?: string
  readonly nonce?: string
} & Remember

/** Where to send the browser, and what to keep for the way back. */
export type SocialStart = {
  readonly authorization_url: string
  readonly state: string
  readonly code_verifier: string
}

/** A login of the caller, on this device or another. Times are ISO 8601. */
export type Login = {
  readonly id: string
  readonly user_agent: string
  readonly country: string
  readonly created_at: string
  readonly last_used_at: string
  readonly expires_at: string
  readonly is_current: boolean
}

/** A way of being logged in (`SESSION_DEVICES`): an auth token, a session or a JWT login. Times are ISO 8601. */
export type Device = {
  readonly id: string
  readonly kind: 'token' | 'session' | 'jwt'
  /** As its owner calls it; empty where it was not named. */
  readonly name: string
  readonly device: {
    readonly browser: string
    readonly system: string
    readonly kind: 'desktop' | 'mobile' | 'tablet' | 'program' | 'unknown'
  }
  readonly user_agent: string
  readonly country: string
  readonly city: string
  readonly created_at: string
  readonly last_used_at: string
  /** `null`: never. */
  readonly expires_at: string | null
  readonly is_current: boolean
}

/** A connection to an account at a provider. Times are ISO 8601. */
export type SocialAccount = {
  readonly id: number
  readonly provider: string
  readonly uid: string
  readonly last_login: string
  readonly date_joined: string
}
