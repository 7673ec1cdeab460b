/**
 * How secrets of factors are stored: encrypted under a key from `SECRET_KEY`, and sealed again after that key
 * changes. A stolen database alone opens no second factor.
 */
import { seal, unseal } from '../../crypto.ts'
import type { Deps } from '../../deps.ts'
import { hashRecoveryCode, newRecoverySalt } from './recovery-codes.ts'
import { resealSecret, type StoredCode, type TotpDevice } from './totp.sql.ts'
import type { Settings } from '../../settings/parse.ts'

/** How the second factor lies in the database: nothing in it can be used without `SECRET_KEY`. */
type SealingDeps = Pick<Deps, 'settings' | 'randomBytes'>

const SECRET_PURPOSE = 'totp-secret'
const CODE_PURPOSE = 'recovery-code'

/** A shared secret as it is stored (RFC 4226 §7.5). */
export async function sealTotpSecret(
  { settings, randomBytes }: SealingDeps,
  secret: string,
): Promise<string> {
  return seal({ secret: settings.SECRET_KEY, randomBytes }, SECRET_PURPOSE, secret)
}

/**
 * A device's secret, `undefined` where no secret key opens it. One that an older key sealed is sealed again after
 * the answer, so that the older one can be taken away.
 */
export async function openTotpSecret(
  deps: SealingDeps & Pick<Deps, 'db' | 'deferWrites' | 'log'>,
  device: Pick<TotpDevice, 'id' | 'sealedSecret'>,
): Promise<string | undefined> {
  const { settings } = deps
  const secrets = [settings.SECRET_KEY, ...settings.SECRET_KEY_FALLBACKS]
  const opened = await unseal(secrets, SECRET_PURPOSE, device.sealedSecret)
  if (opened === undefined) {
    deps.log({ level: 'error', event: 'totp_secret_unreadable', device_id: device.id })
    return undefined
  }
  if (opened.secretIndex > 0) {
    const seals = { old: device.sealedSecret, new: await sealTotpSecret(deps, opened.text) }
    deps.deferWrites([resealSecret(deps.db, device.id, seals)])
  }
  return opened.text
}

/** A set of recovery codes as it is stored. */
export type StoredCodes = { readonly salt: string; readonly codes: readonly StoredCode[] }

/** Hashes a set of codes; sealed copies are kept only where the settings ask to show them again. */
export async function storeRecoveryCodes(
  deps: SealingDeps,
  codes: readonly string[],
  salt = newRecoverySalt(deps),
): Promise<StoredCodes> {
  const { settings, randomBytes } = deps
  const stored: StoredCode[] = []
  for (const [position, code] of codes.entries()) {
    stored.push({
      codeHash: await hashRecoveryCode(settings.SECRET_KEY, salt, code),
      position,
      sealedCode: settings.MFA_RECOVERY_CODES_SHOW_ONCE
        ? null
        : await seal({ secret: settings.SECRET_KEY, randomBytes }, CODE_PURPOSE, code),
    })
  }
  return { salt, codes: stored }
}

/** The codes that can be shown again; those without a sealed copy, or whose key is gone, are left out. */
export async function openRecoveryCodes(
  settings: Pick<Settings, 'SECRET_KEY' | 'SECRET_KEY_FALLBACKS'>,
  sealed: readonly (string | null)[],
): Promise<readonly string[]> {
  const secrets = [settings.SECRET_KEY, ...settings.SECRET_KEY_FALLBACKS]
  const codes: string[] = []
  for (const box of sealed) {
    const opened = box === null ? undefined : await unseal(secrets, CODE_PURPOSE, box)
    if (opened !== undefined) codes.push(opened.text)
  }
  return codes
}
