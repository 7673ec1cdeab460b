/** Removing an authenticator app, against a code of it. */
import { sql } from 'drizzle-orm'
import { auditEvent } from '../audit/audit.ts'
import { batchCountedByName, wasCounted } from '../limits/throttle.sql.ts'
import type { Throttled } from '../limits/rate-limits.ts'
import { deliverLater } from '../mail/deliver-later.ts'
import { provedUserId } from '../tokens/proof.sql.ts'
import { countGuess, forgetFailures } from './failures.ts'
import { factorNotice } from './notices.ts'
import { openTotpSecret } from './stored-factor.ts'
import { refuseCode, type FactorCaller, type FactorDeps } from './totp-activation.ts'
import { matchingStep, typedCode } from './totp.ts'
import {
  deleteDevice,
  deleteRecoveryCodes,
  isDeviceGone,
  isStepNew,
  type TotpDevice,
} from './totp.sql.ts'

/** Result of switching off. */
export type DeactivationOutcome =
  | { readonly kind: 'deactivated' }
  | { readonly kind: 'bad_code' }
  | Throttled

/**
 * Takes the authenticator app away, and the recovery codes with it (dj-rest-auth: `TOTPDeactivateView`), by a
 * one-time code that has not been used: who lost the phone asks the operator. One round trip; the statement that
 * deletes decides, so of two concurrent ones one wins, and a login with the same code or this.
 */
export async function deactivate(
  deps: FactorDeps,
  { user, proof }: FactorCaller,
  { device, code }: { readonly device: TotpDevice; readonly code: string },
): Promise<DeactivationOutcome> {
  const secret = await openTotpSecret(deps, device)
  const step =
    secret === undefined
      ? undefined
      : await matchingStep(
          deps.settings,
          { secret, code: typedCode(deps.settings, code) },
          deps.now,
        )
  if (step === undefined || step <= device.lastStep) return refuseCode(deps, user.id)
  const { db } = deps
  const count = countGuess(deps, user.id)
  const condition = sql`${wasCounted(count)} and ${isStepNew(device.id, step)}
    and ${provedUserId(proof)} is not null`
  const owner = sql`(select ${user.id} where ${condition})`
  const counted = await batchCountedByName(db, count, {
    emails: factorNotice(deps, 'totp_deactivated', { user, owner }),
    noted: await auditEvent(deps, 'totp_deactivated', owner),
    codes: deleteRecoveryCodes(db, user.id, condition),
    device: deleteDevice(db, device.id, condition),
    failures: forgetFailures(db, user.id, isDeviceGone(device.id)),
  })
  if (counted.kind === 'throttled') return counted
  if (counted.results.device.length === 0) return { kind: 'bad_code' }
  deliverLater(deps, counted.results.emails)
  return { kind: 'deactivated' }
}
