/**
 * The relying party: id and origins that passkeys are bound to. They come from settings, or from the request only
 * where the settings allow it.
 */
import type { Settings } from '../../../settings/parse.ts'
import { isUrl } from '../../../is-url.ts'

/** The settings that name this service to browsers. */
type RelyingPartySettings = Pick<
  Settings,
  | 'PASSKEY_RP_ID'
  | 'PASSKEY_RP_NAME'
  | 'PASSKEY_RP_ORIGINS'
  | 'PASSKEY_TOP_ORIGINS'
  | 'PASSKEY_USER_VERIFICATION'
>

/** Who asks for passkeys, and from where (WebAuthn L3 §4). */
export type RelyingParty = {
  /** The one that is named to the browser. */
  readonly id: string
  readonly name: string
  /** All that are believed. */
  readonly ids: readonly string[]
  readonly origins: readonly string[]
  readonly topOrigins: readonly string[]
  readonly requiresUserVerification: boolean
  readonly algorithms: readonly number[]
}

/** COSE's numbers of what is offered: ES256, EdDSA, ES512, PS256 to PS512, RS256 to RS512. */
const ALGORITHMS = [-7, -8, -36, -37, -38, -39, -257, -258, -259]

/**
 * The relying party for a request from `origin` (its header, absent from apps): of several ids the first that
 * is the origin's host or a parent of it. `undefined` where the settings name none.
 */
export function relyingParty(
  settings: RelyingPartySettings,
  origin: string | undefined,
): RelyingParty | undefined {
  const ids = settings.PASSKEY_RP_ID
  const [first] = ids
  const name = settings.PASSKEY_RP_NAME
  const origins = settings.PASSKEY_RP_ORIGINS
  if (first === undefined || name === undefined || origins.length === 0) return undefined
  const host = hostOf(String(origin))
  return {
    id: ids.find((id) => host === id || host?.endsWith(`.${id}`)) ?? first,
    name,
    ids,
    origins,
    topOrigins: settings.PASSKEY_TOP_ORIGINS,
    requiresUserVerification: settings.PASSKEY_USER_VERIFICATION === 'required',
    algorithms: ALGORITHMS,
  }
}

/** The host of an origin; `undefined` where it is none. */
function hostOf(origin: string): string | undefined {
  return isUrl(origin) ? new URL(origin).hostname : undefined
}
