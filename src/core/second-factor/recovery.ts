/** Showing and renewing recovery codes. */
import { sql } from 'drizzle-orm'
import { auditEvent } from '../audit/audit.ts'
import { deliverLater } from '../mail/deliver-later.ts'
import { provedUserId } from '../tokens/proof.sql.ts'
import { factorNotice } from './notices.ts'
import { newRecoveryCodes } from './recovery-codes.ts'
import { openRecoveryCodes, storeRecoveryCodes } from './stored-factor.ts'
import type { FactorCaller, FactorDeps } from './totp-activation.ts'
import {
  deleteRecoveryCodes,
  hasSalt,
  insertRecoveryCodes,
  parseSealedCodes,
  replaceSalt,
  type TotpDevice,
} from './totp.sql.ts'
import type { Settings } from '../../settings/parse.ts'

/** The unused codes that may be shown again: none with `MFA_RECOVERY_CODES_SHOW_ONCE`. No round trip. */
export async function showRecoveryCodes(
  settings: Pick<Settings, 'MFA_RECOVERY_CODES_SHOW_ONCE' | 'SECRET_KEY' | 'SECRET_KEY_FALLBACKS'>,
  sealedJson: string,
): Promise<readonly string[]> {
  if (settings.MFA_RECOVERY_CODES_SHOW_ONCE) return []
  return openRecoveryCodes(settings, parseSealedCodes(sealedJson))
}

/** Result of making new codes. */
export type RegenerationOutcome =
  | { readonly kind: 'regenerated'; readonly codes: readonly string[] }
  /** Switched off meanwhile, or the caller's credentials have ended. */
  | { readonly kind: 'not_active' }

/** Makes a new set; the old ones are dead (dj-rest-auth: `RecoveryCodesRegenerateView`). One round trip. */
export async function regenerateRecoveryCodes(
  deps: FactorDeps,
  { user, proof }: FactorCaller,
  device: TotpDevice,
): Promise<RegenerationOutcome> {
  const { db, settings } = deps
  const codes = newRecoveryCodes(deps.randomBytes, settings.MFA_RECOVERY_CODE_COUNT)
  const stored = await storeRecoveryCodes(deps, codes)
  const isOurs = hasSalt(device.id, stored.salt)
  const owner = sql`(select ${user.id} where ${isOurs})`
  const [replaced, , , emails] = await db.batch([
    replaceSalt(
      db,
      { deviceId: device.id, salt: stored.salt },
      sql`${provedUserId(proof)} is not null`,
    ),
    deleteRecoveryCodes(db, user.id, isOurs),
    insertRecoveryCodes(db, { userId: user.id, codes: stored.codes }, isOurs),
    factorNotice(deps, 'recovery_codes_generated', { user, owner }),
    ...(await auditEvent(deps, 'recovery_codes_generated', owner)),
  ])
  if (replaced.length === 0) return { kind: 'not_active' }
  deliverLater(deps, emails)
  return { kind: 'regenerated', codes }
}
