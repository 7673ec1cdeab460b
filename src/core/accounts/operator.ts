/**
 * What operators do to accounts, on the command line and in the operator's API: create, find, set a password,
 * (de)activate. Input is checked by the same rules as users' own.
 */
import { banLeaving, callOff, liftBan } from './leave.sql.ts'
import { userFields } from '../../db/schema/users.ts'
import {
  findAccounts,
  keepOut,
  letIn,
  setRights,
  userIdKeptOut,
  userIdLetIn,
  type AccountName,
} from './operator.sql.ts'
import {
  insertPrimaryAddress,
  insertUser,
  newUserId,
  selectConflicts,
  type Conflicts,
  type NewUser,
} from './register.sql.ts'
import { sql } from 'drizzle-orm'
import { batch } from '../../db/batch.ts'
import { insertMore, readNewMore, selectMoreTaken, unlessMoreTaken } from './new-more.ts'
import type { OwnInput } from '../users/read-own-fields.ts'
import { revokeEverything } from '../sign-in/sessions.sql.ts'
import type { UserRow } from '../users/users.sql.ts'
import type { Deps } from '../../deps.ts'
import { auditChange, auditEvent, type AuditDeps } from '../audit/audit.ts'
import { keptEmailFaults } from '../users/typed-email.ts'
import { foldEmail, lowerEmail } from '../users/email.ts'
import { parseUuid } from '../users/public-id.ts'
import { foldUsername } from '../users/fold.ts'
import type { CredentialDeps } from '../sign-in/credentials.ts'
import type { OutboxDeps } from '../mail/outbox.ts'
import { replacePassword } from './change-password.ts'
import { textFaults, type Fault } from '../faults.ts'
import { PASSWORD_MAX_LENGTH } from '../passwords/new-password.ts'
import { passwordFaults } from '../passwords/password-rules.ts'
import { makePassword, makeUnusablePassword } from '../passwords/passwords.ts'
import type { RateDeps } from '../limits/rate-limits.ts'
import type { UserWithPassword } from '../users/user.ts'
import { nameCandidate } from '../users/username-address.ts'
import { isUsernameSyntax, normalizeUsername, USERNAME_MAX_LENGTH } from '../users/username.ts'
import type { Settings } from '../../settings/parse.ts'

/** An account that an operator makes. */
export type OperatorAccount = {
  readonly username: string
  /** Empty: none. */
  readonly email: string
  readonly isEmailVerified: boolean
  /** `undefined`: an unusable one, to be set by a reset mail. */
  readonly password: string | undefined
  readonly passwordRules: 'obeyed' | 'ignored'
  readonly firstName: string
  readonly lastName: string
  readonly isStaff: boolean
  readonly isSuperuser: boolean
  /** Custom fields, regardless of who else may write them. */
  readonly own?: OwnInput
}

/** Result of making it. */
export type CreationOutcome =
  | { readonly kind: 'created'; readonly id: number; readonly username: string }
  | { readonly kind: 'invalid'; readonly faults: readonly Fault[] }

/**
 * Creates an account like a registration, without the restrictions for the public: no mail is sent, and the operator's
 * word verifies the address (Django: `createsuperuser`). One round trip.
 */
export async function createAccount(
  deps: AuditDeps & Pick<Deps, 'randomBytes' | 'elapsedMs'>,
  account: OperatorAccount,
): Promise<CreationOutcome> {
  const { db, settings, now } = deps
  const username = normalizeUsername(settings, account.username)
  const read = await readNewMore(deps, { input: account.own ?? {}, door: 'server' })
  const faults = [...(await faultsOf(settings, { ...account, username })), ...read.faults]
  if (faults.length > 0) return { kind: 'invalid', faults }
  const user = {
    ...(await newUser(deps, { ...account, username })),
    unless: sql`0${unlessMoreTaken(read.more)}`,
  }
  const id = newUserId(user)
  const { conflicts, taken, rows } = await batch(db, {
    conflicts: selectConflicts(db, user),
    taken: selectMoreTaken(deps, read.more),
    rows: insertUser(db, user, now),
    more: insertMore(deps, id, read.more),
    address: insertPrimaryAddress(db, user, account.isEmailVerified),
    rights: setRights(db, id, account),
    noted: await auditEvent(deps, 'registered', id),
  })
  const [row] = rows
  if (row !== undefined) return { kind: 'created', ...row }
  return { kind: 'invalid', faults: [...takenFaults(conflicts[0]), ...ownFaults(taken.flat())] }
}

function takenFaults(conflicts: Conflicts | undefined): readonly Fault[] {
  if (conflicts?.takenNames !== 0) return [{ field: 'username', code: 'username_taken' }]
  return conflicts.isEmailTaken === 0 ? [] : [{ field: 'email', code: 'email_taken' }]
}

function ownFaults(taken: readonly { readonly field: string }[]): readonly Fault[] {
  return taken.map(({ field }) => ({ field, code: 'not_unique' }))
}

async function newUser(
  deps: Pick<Deps, 'settings' | 'randomBytes' | 'elapsedMs'>,
  { username, email: typed, password, firstName, lastName }: OperatorAccount,
): Promise<NewUser> {
  const email = lowerEmail(typed)
  return {
    candidates: [nameCandidate(deps.settings, username, email)],
    email,
    emailFolded: foldEmail(email),
    passwordHash:
      password === undefined
        ? makeUnusablePassword(deps.randomBytes)
        : await makePassword(deps, password),
    firstName,
    lastName,
    lastLoginAt: null,
    isEmailUnique: deps.settings.ACCOUNT_UNIQUE_EMAIL,
  }
}

async function faultsOf(
  settings: Pick<Settings, 'ACCOUNT_EMAIL_MAX_LENGTH' | 'AUTH_PASSWORD_VALIDATORS'>,
  account: OperatorAccount,
): Promise<readonly Fault[]> {
  const { username, email, password, firstName, lastName } = account
  const isNameWrong = !isUsernameSyntax(username)
  const isJudged = password !== undefined && account.passwordRules === 'obeyed'
  const unfit = isJudged
    ? await passwordFaults(
        password,
        { username, email, firstName, lastName },
        settings.AUTH_PASSWORD_VALIDATORS,
      )
    : []
  return [
    ...(isNameWrong ? [{ field: 'username', code: 'username_invalid' } as const] : []),
    ...textFaults('username', username, { max: USERNAME_MAX_LENGTH }),
    ...(email === '' ? [] : keptEmailFaults(settings, email)),
    ...textFaults('first_name', firstName, { max: userFields.firstName.editable.maxLength }),
    ...textFaults('last_name', lastName, { max: userFields.lastName.editable.maxLength }),
    ...(isJudged ? textFaults('password', password, { max: PASSWORD_MAX_LENGTH }) : []),
    ...unfit.map((fault) => ({ field: 'password', ...fault })),
  ]
}

/** Result of looking for one account. */
export type FoundAccount =
  | { readonly kind: 'found'; readonly account: UserRow }
  | { readonly kind: 'unknown' }
  /** Imported accounts may share a name or an address. */
  | { readonly kind: 'several'; readonly accounts: readonly UserRow[] }

/** Finds the one account that an operator names. The exact username precedes the folded one and the address. */
export async function findAccount(
  deps: Pick<Deps, 'db'>,
  meant: { readonly id: number } | { readonly text: string },
): Promise<FoundAccount> {
  const name: AccountName =
    'id' in meant
      ? { kind: 'id', id: meant.id }
      : {
          kind: 'text',
          username: foldUsername(meant.text),
          email: foldEmail(meant.text),
          publicId: parseUuid(meant.text),
        }
  const accounts = await findAccounts(deps.db, name)
  const exact = accounts.filter(({ username }) => 'text' in meant && username === meant.text)
  const [account, ...others] = exact.length > 0 ? exact : accounts
  if (account === undefined) return { kind: 'unknown' }
  return others.length === 0 ? { kind: 'found', account } : { kind: 'several', accounts }
}

/** Result of setting a password. */
export type PasswordOutcome =
  | { readonly kind: 'changed' }
  | { readonly kind: 'invalid'; readonly faults: readonly Fault[] }
  /** Inactive, or changed by someone else meanwhile. */
  | { readonly kind: 'refused' }

/** Sets a password like a change by the owner: credentials of the old one end, and the owner is notified. */
export async function setPassword(
  deps: OutboxDeps & RateDeps & CredentialDeps,
  account: UserWithPassword,
  {
    password,
    rules,
  }: { readonly password: string; readonly rules: OperatorAccount['passwordRules'] },
): Promise<PasswordOutcome> {
  const unfit =
    rules === 'ignored'
      ? []
      : await passwordFaults(password, account, deps.settings.AUTH_PASSWORD_VALIDATORS)
  if (unfit.length > 0) {
    return { kind: 'invalid', faults: unfit.map((fault) => ({ field: 'password', ...fault })) }
  }
  const outcome = await replacePassword(deps, {
    user: account,
    password,
    sessionKey: undefined,
    isByJwt: false,
    by: 'operator',
  })
  return outcome.kind === 'changed' ? { kind: 'changed' } : { kind: 'refused' }
}

/**
 * Deactivates an account: it cannot log in, and every credential ends. One that is locked because its owner is
 * leaving stays out even where that is undone. One round trip.
 */
export async function deactivateAccount(
  deps: AuditDeps,
  userId: number,
): Promise<'changed' | 'unchanged'> {
  const { db, now } = deps
  const { rows, banned } = await batch(db, {
    noted: await auditChange(deps, 'deactivated', {
      userId: userIdLetIn(userId),
      ...activityChange(false),
    }),
    // What was left over of a deletion that was called off.
    stale: callOff(db, userId),
    rows: keepOut(db, userId),
    banned: banLeaving(db, userId, now),
    revoked: revokeEverything(db, userId, now),
  })
  return rows.length + banned.length > 0 ? 'changed' : 'unchanged'
}

function activityChange(isActive: boolean) {
  return { before: { is_active: !isActive }, after: { is_active: isActive } }
}

/**
 * Result of activating an account. `leaving`: the deactivation is lifted, but the account stays locked, because its
 * owner has asked for deletion; activating it again calls that off.
 */
export type ActivationOutcome = 'changed' | 'unchanged' | 'leaving'

/** Activates an account; credentials that ended stay ended. One round trip. */
export async function activateAccount(deps: AuditDeps, userId: number): Promise<ActivationOutcome> {
  const { db } = deps
  const { rows, lifted } = await batch(db, {
    noted: await auditChange(deps, 'activated', {
      userId: userIdKeptOut(userId),
      ...activityChange(true),
    }),
    rows: letIn(db, userId),
    calledOff: callOff(db, userId),
    lifted: liftBan(db, userId),
  })
  if (lifted.length > 0) return 'leaving'
  return rows.length > 0 ? 'changed' : 'unchanged'
}
