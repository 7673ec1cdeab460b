/** Creating an account in one batch, for registration by form and by invitation. */
import { sql, type SQL } from 'drizzle-orm'
import { auditEventCountedLater } from '../audit/audit.ts'
import type { Count } from '../limits/count.ts'
import { tallyThrottled } from '../limits/hits.sql.ts'
import { countFor, type Throttled } from '../limits/rate-limits.ts'
import { batchCountedByName } from '../limits/throttle.sql.ts'
import { queueEmail, type OutboxDeps } from '../mail/outbox.ts'
import { limitMails } from '../mail/recipient-limit.ts'
import { prepareSignIn } from '../sign-in/complete.ts'
import type { SignInOutcome } from '../sign-in/sign-in.ts'
import type { CredentialDeps } from '../sign-in/credentials.ts'
import { hidesAddresses } from '../users/username-address.ts'
import { NEVER } from './admission.ts'
import {
  insertMore,
  moreOfNew,
  selectMoreTaken,
  unlessMoreTaken,
  type NewMore,
} from './new-more.ts'
import type { Invited } from './register-invited.ts'
import {
  conflictsInSight,
  insertPrimaryAddress,
  insertUser,
  newUserId,
  newUserIdWithFreeEmail,
  newUserOf,
  ownerOfNewEmail,
  ownersSpelling,
  proofOfNewUser,
  readConflicts,
  selectConflicts,
  type Conflicts,
  type NewUser,
} from './register.sql.ts'
import type { RegistrationInput } from './registration-input.ts'
import { signInNewAccount } from './sign-in-new-account.ts'
import { verificationMail } from './verification-mail.ts'
import type { Settings } from '../../settings/parse.ts'

type InsertionDeps = CredentialDeps & OutboxDeps

/** Which of name and address someone else has. */
export type Taken = { readonly username: boolean; readonly email: boolean }

/** Result of inserting an account. */
export type Inserted =
  | {
      readonly kind: 'made'
      readonly signIn: SignInOutcome
      readonly emails: readonly unknown[]
      readonly handle: string | undefined
      readonly userId: number
    }
  | { readonly kind: 'taken'; readonly taken: Taken; readonly fields: readonly string[] }
  | Throttled

/**
 * Inserts an account with everything that belongs to it, in one batch: its first insert decides, by unique indexes,
 * whether the rest follows.
 */
export async function insertAccount(
  deps: InsertionDeps,
  { user, more }: { readonly user: NewUser; readonly more: NewMore },
  input: RegistrationInput & Invited,
): Promise<Inserted> {
  const { db, settings, now } = deps
  const { wanted, isProved, admission } = input
  const id = newUserId(user)
  const signIn = await prepareSignIn(deps, {
    proof: proofOfNewUser(user),
    wanted,
    email: emailStateOf(settings, isProved),
    leftSessionKey: input.sessionKey,
    missingFactor: null,
  })
  const { mail, limit, isMailed, newUser, owner } = await mailing(deps, user, input)
  const registered = await auditEventCountedLater(deps, 'registered', id)
  const count = await countSignUp(deps, user)
  const counted = await batchCountedByName(db, count, {
    conflicts: count === undefined ? [selectConflicts(db, user)] : [],
    ownTaken: selectMoreTaken(deps, more),
    made: insertUser(db, { ...user, count, unless: barOf(more, admission) }, now),
    accepted: admission.accepting(id),
    more: insertMore(deps, id, more),
    address: insertPrimaryAddress(db, user, isProved),
    limit: isMailed ? limit.uncounted : [],
    queued: [
      ...(isMailed ? [queueEmail(deps, mail.kind, { ...newUser, context: mail.context })] : []),
      ...owner.map((to) => queueEmail(deps, 'account_already_exists', to)),
    ],
    signIn: signIn.kind === 'prepared' ? signIn.deciding : [],
    noted: registered.noted,
  })
  if (counted.kind === 'throttled') {
    if (count !== undefined) deps.deferWrites([tallyThrottled(db, count)])
    return counted
  }
  const { conflicts, ownTaken, made, signIn: signedIn } = counted.results
  const [row] = made
  if (row === undefined) {
    const { sight } = counted
    const found = sight === undefined ? conflicts.flat()[0] : readConflicts(sight)
    const taken = takenOf(settings, found, user.candidates.length)
    return { kind: 'taken', taken, fields: ownTaken.flat().map(({ field }) => field) }
  }
  const emails = counted.results.queued.flat()
  const account = newUserOf(user, { ...row, more: moreOfNew(more) })
  const handle = isMailed ? await mail.handleFor?.(newUserOf(user, row), emails) : undefined
  const outcome = await signInNewAccount(signIn, signedIn, account)
  // Last of all: it may begin as soon as the answer is on its way.
  deps.deferWrites([
    ...(signIn.kind === 'prepared' ? signIn.notesOf(row.id) : []),
    ...registered.counted,
    // There is one to somebody wherever the rate lets it be.
    ...(isMailed && emails.length === 0 ? limit.stopped : []),
  ])
  return { kind: 'made', userId: row.id, emails, handle, signIn: outcome }
}

/** What else keeps an account from being made; most services have nothing of the kind. */
function barOf(more: NewMore, { unless }: Invited['admission']): SQL | undefined {
  const hasUnique = (more.own?.unique ?? []).length > 0
  if (unless === NEVER && !hasUnique) return undefined
  return sql`${unless}${unlessMoreTaken(more)}`
}

/** Expired hits go with logins and the cron handler, refusals are tallied after the answer: there are statements enough. */
async function countSignUp(deps: InsertionDeps, user: NewUser): Promise<Count | undefined> {
  const count = await countFor(deps, 'signup')
  if (count === undefined) return undefined
  return { ...count, sight: conflictsInSight(user), isPurgedLater: true, isTalliedLater: true }
}

function emailStateOf(
  { ACCOUNT_EMAIL_VERIFICATION }: Pick<Settings, 'ACCOUNT_EMAIL_VERIFICATION'>,
  isProved: boolean,
) {
  if (isProved) return 'verified'
  return ACCOUNT_EMAIL_VERIFICATION === 'mandatory' ? 'unverified' : 'not_asked'
}

/**
 * Which mails are sent: to the new account's address or, with enumeration prevention, to the account that has the
 * address already.
 */
async function mailing(
  deps: InsertionDeps,
  user: NewUser,
  { emailContext, isProved }: RegistrationInput & Invited,
) {
  const { settings } = deps
  const id = newUserId(user)
  const isMailed = settings.ACCOUNT_EMAIL_VERIFICATION !== 'none' && user.email !== '' && !isProved
  const isHidden = hidesAddresses(settings) && !isProved
  const mailbox = { cause: 'signup', folded: user.emailFolded } as const
  const limit = await limitMails(deps, mailbox, sql`exists ${id}`)
  const condition = limit.isMailed
  const newId = isHidden ? newUserIdWithFreeEmail(user) : id
  const newUser = { userId: newId, address: user.email, condition }
  const owner = { userId: ownerOfNewEmail(user), address: ownersSpelling(user), condition }
  return {
    isMailed,
    limit,
    mail: await verificationMail(deps, user.email, emailContext),
    newUser,
    owner: isMailed && isHidden ? [{ ...owner, context: emailContext }] : [],
  }
}

/** Which of name and address were taken, as the database found them. */
export function takenOf(
  settings: Pick<Settings, 'ACCOUNT_UNIQUE_EMAIL'>,
  row: Conflicts | undefined,
  candidates: number,
): Taken {
  return {
    username: candidates > 0 && row?.takenNames === candidates,
    email: settings.ACCOUNT_UNIQUE_EMAIL && row?.isEmailTaken === 1,
  }
}
