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
import { isMailboxNew } from './emailed-login.sql.ts'
import {
  insertPrimaryAddress,
  insertUser,
  newUserId,
  newUserOf,
  proofOfNewUser,
  type NewUser,
} from './register.sql.ts'

type Made = Extract<SignInOutcome, { readonly kind: 'issued' }>

/**
 * Makes an account for who was mailed a code and has none (allauth: signup by code): without a password, its address
 * verified, its name made from it. One round trip; `undefined` where somebody took the address, or the code, first.
 */
export async function signUpByCode(
  deps: CredentialDeps,
  opened: OpenedHandle,
  { wanted }: { readonly wanted: Wanted },
): Promise<Made | undefined> {
  const { db, now } = deps
  const { claim } = opened
  const { email } = opened.handle
  await callBeforeRegistration(deps, { username: undefined, email, how: 'emailed_code' })
  const user = newUser(deps, opened)
  const signIn = await prepareSignIn(deps, {
    proof: proofOfNewUser(user),
    wanted,
    email: 'verified',
    missingFactor: null,
  })
  const admission = admissionOf(deps, { emailFolded: user.emailFolded, isProved: true })
  if (signIn.kind !== 'prepared' || admission.kind !== 'admitted') return undefined
  const unless = sql`${user.unless} or ${admission.unless}`
  const results = await batch(db, {
    spent: spendToken(db, claim, isMailboxNew(user.emailFolded)),
    made: insertUser(db, { ...user, unless }, now),
    accepted: admission.accepting(newUserId(user)),
    address: insertPrimaryAddress(db, user, true),
    forgotten: await forgetGuesses(deps, opened, isSpentBy(claim)),
    signIn: signIn.statements,
    noted: await auditEvent(deps, 'registered', newUserId(user)),
  })
  const [row] = results.made
  if (row === undefined) return undefined
  const outcome = await signIn.issue(results.signIn, newUserOf(user, row))
  return outcome.kind === 'issued' ? outcome : undefined
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
