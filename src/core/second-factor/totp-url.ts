/** The `otpauth:` URL that authenticator apps read (Google's key URI format). */
import type { Settings } from '../../settings/parse.ts'

/** What names an account in an authenticator app. */
export type TotpOwner = { readonly username: string; readonly email: string }

/**
 * The `otpauth:` URL that authenticator apps read (Key URI Format; pyotp: `build_uri`). The label is the
 * address, or the name where there is none; digits and period are named where they are not the usual ones.
 */
export function totpUrl(
  settings: Pick<Settings, 'MFA_TOTP_ISSUER' | 'MFA_TOTP_DIGITS' | 'MFA_TOTP_PERIOD'>,
  owner: TotpOwner,
  secret: string,
): string {
  const issuer = settings.MFA_TOTP_ISSUER ?? ''
  const name = owner.email === '' ? owner.username : owner.email
  const label = issuer === '' ? quote(name) : `${quote(issuer)}:${quote(name)}`
  const query = [
    `secret=${secret}`,
    ...(issuer === '' ? [] : [`issuer=${encodeStrictly(issuer)}`]),
    ...(settings.MFA_TOTP_DIGITS === 6 ? [] : [`digits=${settings.MFA_TOTP_DIGITS}`]),
    ...(settings.MFA_TOTP_PERIOD === 30 ? [] : [`period=${settings.MFA_TOTP_PERIOD}`]),
  ]
  return `otpauth://totp/${label}?${query.join('&')}`
}

/** Python's `quote`: slashes stay. */
function quote(text: string): string {
  return encodeStrictly(text).replaceAll('%2F', '/')
}

/** Every byte but letters, digits and `-._~` (RFC 3986 §2.3). */
function encodeStrictly(text: string): string {
  return encodeURIComponent(text.toWellFormed()).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  )
}
