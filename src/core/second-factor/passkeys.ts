/** Passkeys of an account: register, list, rename, remove. */
import { and, sql } from 'drizzle-orm'
import { encodeBase64Url } from '../../crypto.ts'
import type { Deps } from '../../deps.ts'
import { batch } from '../../db/batch.ts'
import { auditEvent } from '../audit/audit.ts'
import { textFaults, type Fault } from '../faults.ts'
import { deliverLater } from '../mail/deliver-later.ts'
import { provedUserId, type Proof } from '../tokens/proof.sql.ts'
import { addressOf } from '../users/users.sql.ts'
import { foldEmail } from '../users/email.ts'
import { foldUsername } from '../users/fold.ts'
import type { UserWithPassword } from '../users/user.ts'
import { factorNotice } from './notices.ts'
import {
  newLoginChallenge,
  type BegunFor,
  newRegistrationChallenge,
  readRegistrationChallenge,
  type PendingChallenge,
} from './passkey-challenge.ts'
import {
  creationOptions,
  descriptorOf,
  disguisedCredentials,
  knownTransports,
  newUserHandle,
  plainUserHandle,
  requestOptions,
  type CredentialDescriptor,
} from './passkey-options.ts'
import {
  accountNamed,
  deletePasskey,
  findListedPasskeys,
  insertPasskey,
  isRegistered,
  removableBy,
  renamePasskey,
  selectOwned,
  type ListedPasskey,
  type NewPasskeyRow,
  type OwnPasskey,
} from './passkeys.sql.ts'
import { isSpent, isSpentBy, spendToken } from './spent-tokens.sql.ts'
import type { FactorCaller, FactorDeps } from './totp-activation.ts'
import { isVerifiedAccount } from './totp.sql.ts'
import { readClientData, readNewCredential, type GivenCredential } from './webauthn/credential.ts'
import type { RelyingParty } from './webauthn/relying-party.ts'
import { loadSecondFactor } from './load-second-factor.ts'
import type { Settings } from '../../settings/parse.ts'

/** Options as they go to the browser. */
type OptionsJson = Readonly<Record<string, unknown>>

/** What a browser needs for a new passkey (dj-rest-auth: `PasskeyRegisterBeginView`). No round trip. */
export async function beginRegistration(
  deps: Pick<Deps, 'settings' | 'now' | 'randomBytes'>,
  party: RelyingParty,
  { user, own }: { readonly user: UserWithPassword; readonly own: readonly ListedPasskey[] },
): Promise<OptionsJson> {
  const { settings } = deps
  const kept = own.find(({ userHandle }) => userHandle !== plainUserHandle(user.id))
  return creationOptions(settings, party, {
    user,
    challenge: await newRegistrationChallenge(deps, user.id),
    userHandle: kept?.userHandle ?? (await newUserHandle(settings, user.id)),
    own,
  })
}

/** Result of a registration, checked in this order. */
export type RegistrationOutcome =
  | { readonly kind: 'registered'; readonly passkey: OwnPasskey }
  | { readonly kind: 'invalid'; readonly faults: readonly Fault<'name'>[] }
  | { readonly kind: 'challenge_expired' }
  | { readonly kind: 'verification_failed' }
  | { readonly kind: 'already_registered' }
  /** Deactivated, or logged out, meanwhile. */
  | { readonly kind: 'stale_proof' }

/**
 * Keeps a passkey that proved itself (dj-rest-auth: `PasskeyRegisterCompleteView`). One round trip: the challenge
 * is spent and the passkey kept, both or neither.
 */
export async function completeRegistration(
  deps: FactorDeps,
  caller: FactorCaller,
  given: { readonly party: RelyingParty; readonly credential: unknown; readonly name: string },
): Promise<RegistrationOutcome> {
  const faults = nameFaults(given.name)
  if (faults.length > 0) return { kind: 'invalid', faults }
  const credential = readNewCredential(given.credential)
  const text = readClientData(credential?.response['clientDataJSON'])?.challenge
  if (credential === undefined || text === undefined) return { kind: 'verification_failed' }
  const pending = await readRegistrationChallenge(deps, caller.user.id, text)
  if (pending === undefined) return { kind: 'challenge_expired' }
  // Read with the first ceremony: most isolates never see one.
  const { verifyRegistration } = await loadSecondFactor()
  const verified = await verifyRegistration(given.party, credential, pending.challenge)
  if (verified === undefined) return { kind: 'verification_failed' }
  return keep(deps, caller, {
    pending,
    row: {
      ...verified,
      name: given.name,
      createdAt: deps.now,
      plainHandle: plainUserHandle(caller.user.id),
      userHandle: await newUserHandle(deps.settings, caller.user.id),
      transports: transportsOf(deps.settings, credential),
      isDiscoverable:
        !deps.settings.PASSKEY_TELLS_DISCOVERABLE || (credential.isDiscoverable ?? true),
    },
  })
}

/** Transports that the browser named, as far as they are known words. */
function transportsOf(
  settings: Pick<Settings, 'PASSKEY_USES_TRANSPORTS'>,
  credential: GivenCredential,
): readonly string[] {
  const { transports, topTransports } = credential
  return knownTransports(settings.PASSKEY_USES_TRANSPORTS ? transports : topTransports)
}

/** Stores the passkey and spends the challenge, in one batch. */
async function keep(
  deps: FactorDeps,
  { user, proof }: FactorCaller,
  { pending, row }: { readonly pending: PendingChallenge; readonly row: NewPasskeyRow },
): Promise<RegistrationOutcome> {
  const { db, settings } = deps
  const claim = {
    id: pending.spentId,
    expiresAt: pending.expiresAt,
    spentBy: encodeBase64Url(deps.randomBytes(12)),
  }
  const isFree = sql`not ${isRegistered(row.credentialId)}`
  const isAllowed = settings.MFA_ALLOW_UNVERIFIED_EMAIL ? undefined : isVerifiedAccount(user.id)
  const condition = and(sql`${provedUserId(proof)} is not null`, isFree, isAllowed) ?? sql`0`
  const owner = sql`(select ${user.id} where ${isSpentBy(claim)})`
  const [before, , rows, emails] = await db.batch([
    db
      .select({ isSpent: isSpent(claim.id), isRegistered: isRegistered(row.credentialId) })
      .from(sql`(select 1)`),
    spendToken(db, claim, condition),
    insertPasskey(db, owner, row),
    factorNotice(deps, 'passkey_added', { user, owner }),
    ...(await auditEvent(deps, 'passkey_added', owner)),
  ])
  const [passkey] = rows
  if (passkey !== undefined) {
    deliverLater(deps, emails)
    return { kind: 'registered', passkey }
  }
  if (before[0]?.isSpent === 1) return { kind: 'challenge_expired' }
  return { kind: before[0]?.isRegistered === 1 ? 'already_registered' : 'stale_proof' }
}

/** The user that a login names, if any. */
export type NamedLogin = { readonly username: string; readonly email: string }

/**
 * What a browser needs to log in with a passkey (dj-rest-auth: `PasskeyLoginBeginView`), and the session id by
 * which its answer is known. No round trip, one where someone is named; known and unknown names cost the same.
 */
export async function beginLogin(
  deps: Pick<Deps, 'db' | 'settings' | 'now' | 'randomBytes'>,
  party: RelyingParty,
  named: NamedLogin,
): Promise<OptionsJson> {
  const { settings } = deps
  const { allowed, begunFor } = await allowedCredentials(deps, named)
  const { sessionId, challenge } = await newLoginChallenge(deps, begunFor)
  return { ...requestOptions(settings, party, { challenge, allowed }), session_id: sessionId }
}

async function allowedCredentials(
  { db, settings }: Pick<Deps, 'db' | 'settings'>,
  { username, email }: NamedLogin,
): Promise<{
  readonly allowed: readonly CredentialDescriptor[]
  readonly begunFor: BegunFor
}> {
  const name = username === '' ? email : username
  if (name === '') return { allowed: [], begunFor: 'anybody' }
  const column = username === '' ? 'email' : 'username'
  const folded = column === 'email' ? foldEmail(name) : foldUsername(name)
  const owner = settings.PASSKEY_HIDES_ACCOUNTS
    ? accountNamed(`${column}_folded`, folded)
    : accountNamed(column, name)
  const own = await findListedPasskeys(db, owner)
  const named = own.map((passkey) => descriptorOf(settings, passkey))
  const userId = own[0]?.userId
  if (!settings.PASSKEY_HIDES_ACCOUNTS) return { allowed: named, begunFor: userId ?? 'anybody' }
  const allowed = await disguisedCredentials(settings, folded, named)
  return { allowed, begunFor: userId ?? 'nobody' }
}

/** Result of renaming a passkey; `unknown`: the caller has no such. */
export type RenameOutcome =
  | { readonly kind: 'renamed'; readonly passkey: OwnPasskey }
  | { readonly kind: 'unknown' }
  | { readonly kind: 'invalid'; readonly faults: readonly Fault<'name'>[] }

/** Renames an own passkey. One round trip. */
export async function changePasskeyName(
  { db }: Pick<Deps, 'db'>,
  { proof }: Pick<FactorCaller, 'proof'>,
  { passkeyId, name }: { readonly passkeyId: number; readonly name: string },
): Promise<RenameOutcome> {
  const faults = nameFaults(name)
  if (faults.length > 0) return { kind: 'invalid', faults }
  const [passkey] = await renamePasskey(db, provedUserId(proof), { passkeyId, name })
  return passkey === undefined ? { kind: 'unknown' } : { kind: 'renamed', passkey }
}

/** The limit of the reference's column. */
export const PASSKEY_NAME_MAX_LENGTH = 255

function nameFaults(name: string): readonly Fault<'name'>[] {
  if (name === '') return [{ field: 'name', code: 'blank' }]
  return textFaults('name', name, { max: PASSKEY_NAME_MAX_LENGTH })
}

/** Result of deleting a passkey. */
export type RemovalOutcome = 'removed' | 'unknown' | 'last_way_in'

/** Deletes an own passkey, unless it is the last way into the account. One round trip. */
export async function removePasskey(
  deps: FactorDeps,
  { user, proof }: Pick<FactorCaller, 'user' | 'proof'>,
  passkeyId: number,
): Promise<RemovalOutcome> {
  const { db } = deps
  const owner = removableBy(provedUserId(proof), passkeyId)
  const { owned, emails, deleted } = await batch(db, {
    owned: selectOwned(db, user.id, passkeyId),
    emails: factorNotice(deps, 'passkey_removed', { user, owner }),
    noted: await auditEvent(deps, 'passkey_removed', owner),
    deleted: deletePasskey(db, owner, passkeyId),
  })
  if (deleted.length > 0) {
    deliverLater(deps, emails)
    return 'removed'
  }
  return owned.length > 0 ? 'last_way_in' : 'unknown'
}

/**
 * Deletes a passkey of the proved user, unless it is the last way into the account. One round trip; whether it was
 * rejected, and why, is not known then.
 */
export async function dropPasskey(
  deps: FactorDeps,
  proof: Proof,
  passkeyId: number,
): Promise<boolean> {
  const { db } = deps
  const owner = removableBy(provedUserId(proof), passkeyId)
  const { emails, deleted } = await batch(db, {
    emails: factorNotice(deps, 'passkey_removed', { user: { email: addressOf(owner) }, owner }),
    noted: await auditEvent(deps, 'passkey_removed', owner),
    deleted: deletePasskey(db, owner, passkeyId),
  })
  if (deleted.length > 0) deliverLater(deps, emails)
  return deleted.length > 0
}
