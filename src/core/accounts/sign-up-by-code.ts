/** Signing up with a mailed code where no account has the address (passwordless). */
import { sql, type SQL } from 'drizzle-orm'
import { admissionOf } from './admission.ts'
import { batch } from '../../db/batch.ts'
import { callBeforeRegistration } from '../hooks/call.ts'
import { auditEvent } from '../audit/audit.ts'
import { makeUnusablePassword } from '../passwords/passwords.ts'
import { forgetGuesses, type OpenedHandle } from '../second-factor/code-handle.ts'
import { isSpentBy, spendToken } from '../second-factor/spent-tokens.sql.ts'
import { prepareSignIn } from '../sign-in/complete.ts'
import type { SignInOutcome } from '../sign-in/sign-in.ts'
import type { CredentialDeps, Wanted } from '../sign-in/credentials.ts'
import { foldEmail } from '../users/email.ts'
import { nameCandidate } from '../users/username-address.ts'
import { usernameCandidates } from '../users/username.ts'
import type { OwnFault, OwnInput } from '../users/read-own-fields.ts'
import { isMailboxNew } from './emailed-login.sql.ts'
import { insertMore, isMoreFree, moreOfNew, readNewMore, selectMoreTaken } from './new-more.ts'
import {
  insertPrimaryAddress,
  insertUser,
  newUserId,
  newUserOf,
  proofOfNewUser,
  type NewUser,
} from './register.sql.ts'

type Made =
  | Extract<SignInOutcome, { readonly kind: 'issued' }>
  | { readonly kind: 'invalid'; readonly faults: readonly OwnFault[] }

/** What came with the code. */
type CodeSignUp = {
  readonly wanted: Wanted
  /** The session that the request came in, if any. */
  readonly sessionKey: string | undefined
  readonly own: OwnInput
}

/**
 * Creates an account for a user who was mailed a code and has none (allauth: signup by code): without a password, its
 * address verified, its name derived from it. One round trip; `undefined` where someone took the address, or used
 * the code, first. `invalid` leaves the code usable.
 */
export async function signUpByCode(
  deps: CredentialDeps,
  opened: OpenedHandle,
  { wanted, sessionKey, own }: CodeSignUp,
): Promise<Made | undefined> {
  const { db, now } = deps
  const { claim } = opened
  const { email } = opened.handle
  const { more, faults } = await readNewMore(deps, { input: own, door: 'owner' })
  if (faults.length > 0) return { kind: 'invalid', faults }
  await callBeforeRegistration(deps, { username: undefined, email, how: 'emailed_code' })
  const user = newUser(deps, opened)
  const signIn = await prepareSignIn(deps, {
    proof: proofOfNewUser(user),
    wanted,
    email: 'verified',
    leftSessionKey: sessionKey,
    missingFactor: null,
  })
  const admission = admissionOf(deps, { emailFolded: user.emailFolded, isProved: true })
  if (signIn.kind !== 'prepared' || admission.kind !== 'admitted') return undefined
  const unless = sql`${user.unless} or ${admission.unless}`
  const results = await batch(db, {
    ownTaken: selectMoreTaken(deps, more),
    spent: spendToken(db, claim, sql`${isMailboxNew(user.emailFolded)} and ${isMoreFree(more)}`),
    made: insertUser(db, { ...user, unless }, now),
    accepted: admission.accepting(newUserId(user)),
    more: insertMore(deps, newUserId(user), more),
    address: insertPrimaryAddress(db, user, true),
    forgotten: await forgetGuesses(deps, opened, isSpentBy(claim)),
    signIn: signIn.statements,
    noted: await auditEvent(deps, 'registered', newUserId(user)),
  })
  const [row] = results.made
  if (row === undefined) return takenOf(results.ownTaken)
  const account = newUserOf(user, { ...row, more: moreOfNew(more) })
  const outcome = await signIn.issue(results.signIn, account)
  return outcome.kind === 'issued' ? outcome : undefined
}

function takenOf(rows: readonly (readonly { readonly field: string }[])[]): Made | undefined {
  const faults = rows.flat().map(({ field }) => ({ field, code: 'not_unique' }) as const)
  return faults.length === 0 ? undefined : { kind: 'invalid', faults }
}

function newUser(
  { settings, randomBytes }: CredentialDeps,
  { handle: { email }, claim }: OpenedHandle,
): NewUser & { readonly unless: SQL } {
  const names = usernameCandidates(settings, [email, 'user'], randomBytes)
  return {
    candidates: names.map((name) => nameCandidate(settings, name, email)),
    email,
    emailFolded: foldEmail(email),
    passwordHash: makeUnusablePassword(randomBytes),
    firstName: '',
    lastName: '',
    lastLoginAt: null,
    isEmailUnique: true,
    unless: sql`not ${isSpentBy(claim)}`,
  }
}
