import type { Settings } from '../../settings/parse.ts'

/** Whether the settings let the pages' own origin use passkeys: browsers refuse them anywhere else. */
export function hasPasskeysHere(settings: Settings, request: Request): boolean {
  const { origin, hostname } = new URL(settings.PUBLIC_URL ?? request.url)
  return (
    settings.PASSKEYS_ENABLED &&
    settings.PASSKEY_RP_NAME !== undefined &&
    settings.PASSKEY_RP_ORIGINS.includes(origin) &&
    settings.PASSKEY_RP_ID.some((id) => hostname === id || hostname.endsWith(`.${id}`))
  )
}
