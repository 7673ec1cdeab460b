/** Whether passkeys work on this origin. */
import type { Settings } from '../../settings/parse.ts'

/**
 * Whether the settings let this page's origin use passkeys: browsers refuse them on origins outside the relying
 * party's domain (WebAuthn L3 §5.1.3).
 */
export function hasPasskeysHere(
  settings: Pick<
    Settings,
    'PASSKEYS_ENABLED' | 'PASSKEY_RP_ID' | 'PASSKEY_RP_NAME' | 'PASSKEY_RP_ORIGINS' | 'PUBLIC_URL'
  >,
  request: Request,
): boolean {
  const { origin, hostname } = new URL(settings.PUBLIC_URL ?? request.url)
  return (
    settings.PASSKEYS_ENABLED &&
    settings.PASSKEY_RP_NAME !== undefined &&
    settings.PASSKEY_RP_ORIGINS.includes(origin) &&
    settings.PASSKEY_RP_ID.some((id) => hostname === id || hostname.endsWith(`.${id}`))
  )
}
