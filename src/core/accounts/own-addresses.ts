/**
 * Managing the caller's own addresses (allauth: headless `email`). Every outcome must look the same whether or not
 * someone else has the address.
 */
import { sql, type SQL } from 'drizzle-orm'
import type { Deps } from '../../deps.ts'
import { auditEvent } from '../audit/audit.ts'
import type { Fault } from '../faults.ts'
import { countFor, type RateDeps, type Throttled } from '../limits/rate-limits.ts'
import { batchCountedByName, wasCounted } from '../limits/throttle.sql.ts'
import { clientLanguage, newIdempotencyKey, queueEmail, type OutboxDeps } from '../mail/outbox.ts'
import { deliverLater } from '../mail/deliver-later.ts'
import { limitMails } from '../mail/recipient-limit.ts'
import { insertEmails, type EmailContext } from '../mail/outbox.sql.ts'
import { NO_USER } from '../tokens/credentials.sql.ts'
import { selectProved, type Proof } from '../tokens/proof.sql.ts'
import { keptEmailFaults } from '../users/typed-email.ts'
import { foldEmail, lowerEmail } from '../users/email.ts'
import { newChange, notifyFormerAddresses } from './address-change.ts'
import { recordChange } from './address-change.sql.ts'
import {
  addingUserId,
  claimMail,
  deleteOwnAddress,
  dropPending,
  insertMissingRow,
  insertOwnAddress,
  removingUserId,
  switchingUserId,
  switchPrimary,
  type OwnAddress,
} from './own-addresses.sql.ts'
import type { Settings } from '../../settings/parse.ts'

/** What managing addresses needs. */
export type AddressDeps = OutboxDeps & RateDeps & Pick<Deps, 'db'>

/** A caller with their addresses. */
export type AddressOwner = {
  readonly userId: number
  readonly proof: Proof
  readonly addresses: readonly OwnAddress[]
}

/** Why an address is not added, made the primary one or removed. */
type AddressFault = Fault<'email'>

/** The caller's credentials have ended meanwhile. */
type StaleProof = { readonly kind: 'stale_proof' }

/** Result of adding an address. */
export type AddOutcome =
  | { readonly kind: 'added'; readonly address: OwnAddress }
  | { readonly kind: 'invalid'; readonly faults: readonly AddressFault[] }
  | StaleProof
  | Throttled

/**
 * Adds an unverified address and mails its key (allauth: `AddEmailForm`, headless `POST email`). Where someone
 * else has verified it, the answer is the same and the mail goes to them. With `ACCOUNT_CHANGE_EMAIL` it waits to
 * replace the primary one. One round trip.
 */
export async function addAddress(
  deps: AddressDeps,
  owner: AddressOwner,
  input: { readonly email: string; readonly context: EmailContext },
): Promise<AddOutcome> {
  const { db, settings } = deps
  const { userId, proof } = owner
  const email = lowerEmail(input.email)
  const emailFolded = foldEmail(email)
  const faults = addFaults(settings, owner.addresses, { typed: input.email, email })
  if (faults.length > 0) return { kind: 'invalid', faults }
  const count = await countFor(deps, 'manage_email', { userId })
  const added = { email, emailFolded, max: maxAddresses(settings), condition: wasCounted(count) }
  const pending = settings.ACCOUNT_CHANGE_EMAIL ? added : { ...added, condition: sql`0` }
  const adding = addingUserId(proof, added)
  const claim = { userId, email, emailFolded }
  const counted = await batchCountedByName(db, count, {
    proved: selectProved(db, proof),
    missing: insertMissingRow(db, proof),
    dropped: dropPending(db, proof, pending),
    ...(await mailClaim(deps, claim, {
      context: input.context,
      condition: sql`${adding} is not null`,
    })),
    noted: await auditEvent(deps, 'email_added', adding),
    added: insertOwnAddress(db, proof, added),
  })
  if (counted.kind === 'throttled') return counted
  const { results } = counted
  if (results.proved.length === 0) return { kind: 'stale_proof' }
  const [row] = results.added
  // Another request of the account's own was faster.
  if (row === undefined) return { kind: 'invalid', faults: [DUPLICATE] }
  deliverLater(deps, results.emails)
  return {
    kind: 'added',
    address: { id: row.addressId, email, isVerified: false, isPrimary: false },
  }
}

/** The statements that mail about a claim, where `condition` holds; within the budget of the mailbox that gets it. */
async function mailClaim(
  deps: AddressDeps,
  claim: { readonly userId: number; readonly email: string; readonly emailFolded: string },
  { context, condition }: { readonly context: EmailContext; readonly condition: SQL },
) {
  const to = { cause: 'confirm_email', folded: claim.emailFolded } as const
  const limit = await limitMails(deps, to, condition)
  const isUnique = deps.settings.ACCOUNT_UNIQUE_EMAIL
  const mail = claimMail(claim, { isUnique, condition: limit.isMailed })
  const idempotencyKey = newIdempotencyKey(deps, 'confirm_email')
  return {
    limit: limit.statements,
    emails: insertEmails(deps.db, { ...mail, context, idempotencyKey }, deps.now),
  }
}

/** With `ACCOUNT_CHANGE_EMAIL` there is one, and the one that is to replace it. */
function maxAddresses(
  settings: Pick<Settings, 'ACCOUNT_CHANGE_EMAIL' | 'ACCOUNT_MAX_EMAIL_ADDRESSES'>,
): number {
  if (settings.ACCOUNT_CHANGE_EMAIL) return Number.MAX_SAFE_INTEGER
  return settings.ACCOUNT_MAX_EMAIL_ADDRESSES ?? DEFAULT_MAX_ADDRESSES
}

/** Where the setting says nothing: an upper bound, so that one account cannot fill the table. */
const DEFAULT_MAX_ADDRESSES = 100

const DUPLICATE: AddressFault = { field: 'email', code: 'email_duplicate' }

function addFaults(
  settings: Pick<
    Settings,
    'ACCOUNT_CHANGE_EMAIL' | 'ACCOUNT_EMAIL_MAX_LENGTH' | 'ACCOUNT_MAX_EMAIL_ADDRESSES'
  >,
  addresses: readonly OwnAddress[],
  { typed, email }: { readonly typed: string; readonly email: string },
): readonly AddressFault[] {
  const field = 'email'
  const unfit = keptEmailFaults(settings, typed)
  if (unfit.length > 0) return unfit
  const isOwn = addresses.some((own) => foldEmail(own.email) === foldEmail(email))
  if (isOwn) return [DUPLICATE]
  const max = maxAddresses(settings)
  return addresses.length < max ? [] : [{ field, code: 'email_too_many', params: { max } }]
}

/** Result of asking for another key. */
export type ResendOwnOutcome =
  | { readonly kind: 'resent' }
  | { readonly kind: 'unknown' }
  | { readonly kind: 'invalid'; readonly faults: readonly AddressFault[] }
  | Throttled

/** Mails another key for an own address that is not proved yet. One round trip. */
export async function resendOwnVerification(
  deps: AddressDeps,
  owner: Omit<AddressOwner, 'proof'>,
  input: { readonly addressId: number; readonly context: EmailContext },
): Promise<ResendOwnOutcome> {
  const address = owner.addresses.find(({ id }) => id === input.addressId)
  if (address === undefined) return { kind: 'unknown' }
  if (address.isVerified) {
    return { kind: 'invalid', faults: [{ field: 'email', code: 'email_verified' }] }
  }
  const { userId } = owner
  const count = await countFor(deps, 'manage_email', { userId })
  const claim = { userId, email: address.email, emailFolded: foldEmail(address.email) }
  const mail = await mailClaim(deps, claim, {
    context: input.context,
    condition: wasCounted(count),
  })
  const counted = await batchCountedByName(deps.db, count, mail)
  if (counted.kind === 'throttled') return counted
  deliverLater(deps, counted.results.emails)
  return { kind: 'resent' }
}

/** Result of making an address the primary one. */
export type PrimaryOutcome =
  | { readonly kind: 'primary' }
  | { readonly kind: 'unknown' }
  | { readonly kind: 'invalid'; readonly faults: readonly AddressFault[] }
  | StaleProof
  | Throttled

/**
 * Makes a verified address the primary one (allauth: `set_as_primary`). The former one is notified, and can undo it
 * for `EMAIL_CHANGE_UNDO_DAYS`. One round trip; none where nothing changes.
 */
export async function makePrimary(
  deps: AddressDeps,
  owner: AddressOwner,
  addressId: number,
): Promise<PrimaryOutcome> {
  const address = owner.addresses.find(({ id }) => id === addressId)
  if (address === undefined) return { kind: 'unknown' }
  if (address.isPrimary) return { kind: 'primary' }
  if (!address.isVerified) {
    return { kind: 'invalid', faults: [{ field: 'email', code: 'email_unverified' }] }
  }
  const { db } = deps
  const { userId, proof } = owner
  const count = await countFor(deps, 'manage_email', { userId })
  const change = newChange(deps)
  const switching = switchingUserId(proof, addressId, wasCounted(count))
  const counted = await batchCountedByName(db, count, {
    proved: selectProved(db, proof),
    recorded: recordChange(db, addressId, { change, condition: sql`${switching} is not null` }),
    noted: await auditEvent(deps, 'email_changed', switching),
    ...switchPrimary(db, switching, addressId),
    notified: notifyFormerAddresses(deps, 'email_changed', change.nonce),
  })
  if (counted.kind === 'throttled') return counted
  const { proved, switched, notified } = counted.results
  if (proved.length === 0) return { kind: 'stale_proof' }
  if (switched.length === 0) return { kind: 'unknown' }
  deliverLater(deps, notified)
  return { kind: 'primary' }
}

/** Result of removing an address. */
export type RemoveOutcome =
  | { readonly kind: 'removed' }
  | { readonly kind: 'unknown' }
  | { readonly kind: 'invalid'; readonly faults: readonly AddressFault[] }
  | StaleProof
  | Throttled

/**
 * Removes an address (allauth: `can_delete_email`): not the primary one, unless it is the last, unverified, and the
 * account can do without. Differs: a verified primary address can only be replaced, so that its owner can undo
 * that; a thief who could remove it would leave no way back. A verified one is notified. One round trip.
 */
export async function removeAddress(
  deps: AddressDeps,
  owner: AddressOwner,
  addressId: number,
): Promise<RemoveOutcome> {
  const address = owner.addresses.find(({ id }) => id === addressId)
  if (address === undefined) return { kind: 'unknown' }
  const { db, settings } = deps
  const mayBeLast = !needsAddress(settings)
  const isAlone = owner.addresses.length === 1 && !address.isVerified
  if (address.isPrimary && !(mayBeLast && isAlone)) {
    const fault = {
      field: 'email',
      code: 'email_primary',
      params: { email: address.email },
    } as const
    return { kind: 'invalid', faults: [fault] }
  }
  const { userId, proof } = owner
  const count = await countFor(deps, 'manage_email', { userId })
  const isNotified = address.isVerified && settings.ACCOUNT_EMAIL_NOTIFICATIONS
  const removing = removingUserId(proof, { addressId, mayBeLast, condition: wasCounted(count) })
  const to = { userId: isNotified ? removing : NO_USER, address: address.email }
  const context = { origin: '', language: clientLanguage(deps) }
  const counted = await batchCountedByName(db, count, {
    proved: selectProved(db, proof),
    noted: await auditEvent(deps, 'email_removed', removing),
    notified: queueEmail(deps, 'email_removed', { ...to, context }),
    ...deleteOwnAddress(db, removing, addressId),
  })
  if (counted.kind === 'throttled') return counted
  const { proved, removed, notified } = counted.results
  if (proved.length === 0) return { kind: 'stale_proof' }
  if (removed.length === 0) return { kind: 'unknown' }
  deliverLater(deps, notified)
  return { kind: 'removed' }
}

/** Whether an account without an address would be of no use: no one could log in, verify or recover it. */
function needsAddress(
  settings: Pick<
    Settings,
    'ACCOUNT_EMAIL_VERIFICATION' | 'ACCOUNT_LOGIN_METHODS' | 'ACCOUNT_SIGNUP_FIELDS'
  >,
): boolean {
  const isOnlyName = !settings.ACCOUNT_LOGIN_METHODS.includes('username')
  const isAsked = settings.ACCOUNT_SIGNUP_FIELDS.some(
    ({ name, required }) => name === 'email' && required,
  )
  return isOnlyName || isAsked || settings.ACCOUNT_EMAIL_VERIFICATION === 'mandatory'
}
