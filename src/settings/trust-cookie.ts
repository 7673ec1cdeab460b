/** Settings of trusted devices and their cookie. */
import { hasMailedStep } from './mailed-step.ts'
import type { Settings } from './table.ts'

/** Whether devices may be spared the additional mailed code of logins (allauth: `LOGIN_BY_CODE_TRUST_ENABLED`). */
export function sparesMailedStep(
  settings: Pick<
    Settings,
    'ACCOUNT_LOGIN_BY_CODE_REQUIRED' | 'ACCOUNT_LOGIN_BY_CODE_TRUST_ENABLED'
  >,
): boolean {
  return settings.ACCOUNT_LOGIN_BY_CODE_TRUST_ENABLED && hasMailedStep(settings)
}

/** The settings for devices that are spared a step of a login. */
export type DeviceTrustSettings = Pick<
  Settings,
  'ACCOUNT_LOGIN_BY_CODE_REQUIRED' | 'ACCOUNT_LOGIN_BY_CODE_TRUST_ENABLED' | 'MFA_TRUST_ENABLED'
>

/** Whether any step of a login may be spared to a device. */
export function trustsDevices(settings: DeviceTrustSettings): boolean {
  return settings.MFA_TRUST_ENABLED || sparesMailedStep(settings)
}

/** The settings of the cookie that a trusted device has, and those of the session that it follows. */
export type TrustCookieSettings = Pick<
  Settings,
  Extract<keyof Settings, `MFA_TRUST_COOKIE_${string}` | `SESSION_COOKIE_${string}`>
>

/** The cookie of a trusted device (allauth: `MFA_TRUST_COOKIE_*`, which follow those of the session). */
export function trustCookieOf(settings: TrustCookieSettings) {
  const sameSite = settings.MFA_TRUST_COOKIE_SAMESITE
  return {
    name: settings.MFA_TRUST_COOKIE_NAME,
    path: settings.MFA_TRUST_COOKIE_PATH ?? settings.SESSION_COOKIE_PATH,
    domain: settings.MFA_TRUST_COOKIE_DOMAIN ?? settings.SESSION_COOKIE_DOMAIN,
    httpOnly: settings.MFA_TRUST_COOKIE_HTTPONLY ?? settings.SESSION_COOKIE_HTTPONLY,
    secure: settings.MFA_TRUST_COOKIE_SECURE ?? settings.SESSION_COOKIE_SECURE,
    sameSite: sameSite === '' ? settings.SESSION_COOKIE_SAMESITE : sameSite,
  }
}
