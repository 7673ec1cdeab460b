/**
 * Changing a user's address as staff. The former owner of the mailbox is notified: support desks are talked into
 * such changes (social engineering).
 */
import { and, eq, ne, sql, type SQL } from 'drizzle-orm'
import { batchIf } from '../../db/condition.ts'
import { emailAddresses } from '../../db/schema/addresses.ts'
import { users } from '../../db/schema/users.ts'
import { dropClaims } from '../accounts/drop-claims.ts'
import { verifyAddressOf } from '../accounts/prove-address.sql.ts'
import { auditChange } from '../audit/audit.ts'
import type { InvalidEmail } from '../faults.ts'
import { insertEmails } from '../mail/outbox.sql.ts'
import { clientLanguage, newIdempotencyKey, queueEmail, type OutboxDeps } from '../mail/outbox.ts'
import { deliverLater } from '../mail/deliver-later.ts'
import { revokeEverything } from '../sign-in/sessions.sql.ts'
import { foldEmail, lowerEmail } from '../users/email.ts'
import { keptEmailFaults } from '../users/typed-email.ts'
import { isAsRead, type Target } from './target.sql.ts'
import type { Deps } from '../../deps.ts'
import type { Settings } from '../../settings/parse.ts'

/** The slice of `Deps` that acts which mail need. */
export type ActDeps = OutboxDeps & Pick<Deps, 'actor'>

/** Result of changing an address. */
export type EmailOutcome =
  | { readonly kind: 'changed'; readonly email: string }
  | { readonly kind: 'unchanged' }
  | InvalidEmail
  /** Another account has verified it. */
  | { readonly kind: 'taken' }
  /** Someone else changed the account at the same time. */
  | { readonly kind: 'outdated' }

/** More addresses than this are not notified that they lost their account. */
const MAX_NOTIFIED = 5

/** What `changeEmail` would do now, without doing it. At most one round trip. */
export async function foreseeEmail(
  deps: Pick<Deps, 'db' | 'settings'>,
  target: Target,
  given: string,
): Promise<EmailOutcome> {
  const wanted = readWanted(deps.settings, target, given)
  if (wanted.kind !== 'wanted') return wanted
  const { email, isFree } = wanted
  return (await isTaken(deps, isFree)) ? TAKEN : { kind: 'changed', email }
}

type Wanted = {
  readonly kind: 'wanted'
  readonly email: string
  readonly emailFolded: string
  readonly isUnique: boolean
  readonly isFree: SQL
}

/** Reads account and address, and what the change would take away. */
function readWanted(
  settings: Pick<Settings, 'ACCOUNT_EMAIL_MAX_LENGTH' | 'ACCOUNT_UNIQUE_EMAIL'>,
  target: Target,
  given: string,
): Wanted | InvalidEmail | { readonly kind: 'unchanged' } {
  const faults = keptEmailFaults(settings, given)
  if (faults.length > 0) return { kind: 'invalid', faults }
  const email = lowerEmail(given)
  const emailFolded = foldEmail(email)
  if (email === target.email) return { kind: 'unchanged' }
  const isUnique = settings.ACCOUNT_UNIQUE_EMAIL
  const isFree = isUnique ? isVerifiedByNobodyElse(target.id, emailFolded) : sql`1`
  return { kind: 'wanted', email, emailFolded, isUnique, isFree }
}

/**
 * Gives an account one address, in place of all it had: for owners who have lost theirs. Links to the old addresses
 * die with them, and so does everything that is logged in; the old addresses are notified. The new one is verified by
 * the actor's word, or by a mail. Password and second factors stay. Two round trips.
 */
export async function changeEmail(
  deps: ActDeps,
  target: Target,
  given: { readonly email: string; readonly isVerified: boolean },
): Promise<EmailOutcome> {
  const { db, settings, now } = deps
  const wanted = readWanted(settings, target, given.email)
  if (wanted.kind !== 'wanted') return wanted
  const { email, emailFolded, isUnique, isFree } = wanted
  const proved = { userId: target.id, email, emailFolded, isUnique }
  const results = await batchIf(db, sql`${isAsRead(target)} and ${isFree}`, [
    notifyOldAddresses(deps, target, emailFolded),
    db
      .delete(emailAddresses)
      .where(and(eq(emailAddresses.userId, target.id), ne(emailAddresses.email, email))),
    db.update(users).set({ email, emailFolded }).where(eq(users.id, target.id)),
    ...(await auditChange(deps, 'email_changed', {
      userId: target.id,
      before: { email: target.email },
      after: { email, is_verified: given.isVerified },
    })),
    ...revokeEverything(db, target.id, now),
    ...(given.isVerified
      ? [...verifyAddressOf(db, proved), ...dropClaims(deps, proved)]
      : claimAddress(deps, proved)),
    db.update(emailAddresses).set({ isPrimary: true }).where(eq(emailAddresses.userId, target.id)),
  ])
  if (results === undefined) return (await isTaken(deps, isFree)) ? TAKEN : OUTDATED
  deliverLater(deps, results)
  return { kind: 'changed', email }
}

/** Another account has verified the address. */
const TAKEN = { kind: 'taken' } as const
/** The account was changed since it was read: the operator must see the new state first. */
const OUTDATED = { kind: 'outdated' } as const

function isVerifiedByNobodyElse(userId: number, emailFolded: string): SQL {
  return sql`not exists (select 1 from ${emailAddresses} where ${emailAddresses.emailFolded} = ${emailFolded}
    and ${emailAddresses.isVerified} and ${emailAddresses.userId} <> ${userId})`
}

/** Whether the change failed because another account has verified the address. */
async function isTaken({ db }: Pick<Deps, 'db'>, isFree: SQL): Promise<boolean> {
  const [row] = await db.select({ isFree: sql<number>`${isFree}` }).from(sql`(select 1)`)
  return row?.isFree === 0
}

/** The mail to an old address says that it was removed, not what replaced it. */
function notifyOldAddresses(deps: ActDeps, { id, email }: Target, newFolded: string) {
  const { db, now } = deps
  const recipients = sql`(select ${id} as user_id, email, json_object('claimed', email) as context
    from (select email from ${emailAddresses} where user_id = ${id} and email_folded <> ${newFolded}
        and (is_verified or is_primary)
      union select ${email} where ${email} <> '' and ${foldEmail(email)} <> ${newFolded})
    limit ${MAX_NOTIFIED})`
  return insertEmails(
    db,
    {
      kind: 'email_replaced',
      recipients,
      context: { origin: '', language: clientLanguage(deps) },
      idempotencyKey: newIdempotencyKey(deps, 'email_replaced'),
    },
    now,
  )
}

/** Adds the address unverified, and mails a link to it. */
function claimAddress(
  deps: ActDeps,
  {
    userId,
    email,
    emailFolded,
  }: { readonly userId: number; readonly email: string; readonly emailFolded: string },
) {
  const { db } = deps
  return [
    db
      .insert(emailAddresses)
      .values({ userId, email, emailFolded, isVerified: false, isPrimary: true })
      .onConflictDoUpdate({
        target: [emailAddresses.userId, emailAddresses.email],
        set: { isVerified: false },
      }),
    queueEmail(deps, 'confirm_email', {
      userId,
      address: email,
      context: { origin: '', language: clientLanguage(deps) },
    }),
  ]
}
