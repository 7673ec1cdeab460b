/** Creating an account from a provider's profile (allauth: `complete_signup`, `save_user`), in one batch. */
import { sql, type SQL } from 'drizzle-orm'
import { admissionOf } from '../accounts/admission.ts'
import { selectBarred } from '../accounts/invitations.sql.ts'
import { NO_USER } from '../tokens/credentials.sql.ts'
import {
  insertPrimaryAddress,
  insertUser,
  newUserId,
  newUserIdWithFreeEmail,
  newUserOf,
  ownerOfNewEmail,
  ownersSpelling,
  proofOfNewUser,
  type NewUser,
} from '../accounts/register.sql.ts'
import { batch } from '../../db/batch.ts'
import { userFields } from '../../db/schema/users.ts'
import {
  insertFreeMore,
  moreOfNew,
  readSocialMore,
  selectMoreTaken,
  unlessMoreTaken,
} from '../accounts/new-more.ts'
import { isTicketVoid, noteConnected } from './connected-lately.ts'
import { countFirstMail } from './login-verification.ts'
import {
  insertSocialAccount,
  selectWhere,
  signUpConflict,
  type SocialCandidate,
} from './login.sql.ts'
import { batchCountedByName, wasCounted } from '../limits/throttle.sql.ts'
import type { SocialProfile } from './providers/provider.ts'
import { sealTicket } from './sign-up-ticket.ts'
import { callBeforeRegistration } from '../hooks/call.ts'
import { auditEvent } from '../audit/audit.ts'
import { prepareSignIn } from '../sign-in/complete.ts'
import { signInNewAccount } from '../accounts/sign-in-new-account.ts'
import { verificationMail } from '../accounts/verification-mail.ts'
import { foldEmail } from '../users/email.ts'
import { queueEmail } from '../mail/outbox.ts'
import { deliverLater } from '../mail/deliver-later.ts'
import { limitMails } from '../mail/recipient-limit.ts'
import { makeUnusablePassword } from '../passwords/passwords.ts'
import { countFor } from '../limits/rate-limits.ts'
import {
  canKeepAccounts,
  emailStateOf,
  isVerificationMandatory,
  verificationOf,
  wantedOf,
  withSessionBy,
  type SocialLoginDeps,
  type SocialLoginOutcome,
  type SocialStep,
  type VerificationSettings,
} from './attempt.ts'
import { nameCandidate } from '../users/username-address.ts'
import { emailOf, spellingOf, type Match, type Uniqueness } from './match.ts'
import {
  normalizeUsername,
  USERNAME_MAX_LENGTH,
  isUsernameReserved,
  usernameCandidates,
  isUsernameSyntax,
} from '../users/username.ts'
import type { Settings } from '../../settings/parse.ts'
import type { PolicyOf } from '../../settings/policy.ts'

/**
 * Makes an account for a new profile and logs it in (allauth: `process_signup`, `save_user`). One batch:
 * the user is made only where name, address and social account are free, and everything else hangs on
 * the user. `lost_race`: nothing was made, someone was there first.
 */
export async function signUp(
  deps: SocialLoginDeps,
  step: SocialStep,
  { uniqueness, told }: Pick<NewMatch, 'uniqueness' | 'told'>,
): Promise<SocialLoginOutcome | 'lost_race'> {
  const { db, settings, now } = deps
  const { profile, input } = step
  const isOutsideRules = uniqueness === 'ignored'
  const user = newUser(deps, step, uniqueness)
  await callBeforeRegistration(deps, { username: undefined, email: user.email, how: 'provider' })
  const isVerified = profile.emailVerified && user.email !== ''
  const signIn = await prepareSignIn(deps, {
    proof: proofOfNewUser(user, 'provider'),
    // allauth makes none of these, and so logs nobody in.
    wanted: isOutsideRules
      ? withSessionBy(settings, input.wanted)
      : wantedOf(settings, input.wanted, isVerified),
    email: emailStateOf(settings, isVerified),
    leftSessionKey: input.sessionKey,
    missingFactor: null,
    ties: { connection: { provider: step.data.provider, uid: step.data.uid } },
  })
  // An account without an address could never be verified, or logged in to by a mailed code.
  if (signIn.kind !== 'prepared' && user.email === '') return { kind: 'email_unverified' }
  // The reference makes this one with an empty name, which no second person can have.
  if (user.candidates.length === 0) return { kind: 'sign_up_closed' }

  const applicant = { emailFolded: user.emailFolded, isProved: isVerified }
  const admission = admissionOf(deps, applicant)
  if (admission.kind !== 'admitted') return { kind: 'sign_up_closed' }
  const { more, typed, faults } = await readSocialMore(deps, profile.extraData, input.own)
  if (faults.length > 0 && asksForFields(settings, step)) {
    return { kind: 'fields_missing', faults, ...(await ticketFor(deps, step)) }
  }
  const id = newUserId(user)
  const isMailed =
    verificationOf(settings) !== 'none' && !isVerified && !isOutsideRules && user.email !== ''
  const mailbox = { cause: 'signup', folded: user.emailFolded } as const
  const hasMail = isMailed || told !== undefined
  const limit = await limitMails(deps, mailbox, sql`exists ${id} and ${hasMail ? 1 : 0}`)
  const mails = mailsOf(deps, step, { user, isMailed, told, condition: limit.isMailed })
  const mail = await verificationMail(deps, user.email, input.emailContext)
  const count = await countFor(deps, 'signup')
  const isVoid = await isTicketVoid(step.data, input.ticketIssuedAt)
  const barred = sql`${isVoid} or ${admission.unless}${unlessMoreTaken(typed)}`
  const unless = sql`${user.unless} or not ${wasCounted(count)} or ${barred}`
  const counted = await batchCountedByName(db, count, {
    voided: input.ticketIssuedAt === undefined ? [] : [selectWhere(db, isVoid)],
    ownTaken: selectMoreTaken(deps, typed),
    made: insertUser(db, { ...user, unless }, now),
    barred: selectBarred(db, admission.unless, id),
    accepted: admission.accepting(id),
    ...insertFreeMore(deps, id, more),
    connected: insertSocialAccount(db, id, { data: step.data, now }),
    lately: await noteConnected(deps, step.data),
    limit: limit.statements,
    unasked: isMailed ? await countFirstMail(deps, user.emailFolded, sql`exists ${id}`) : [],
    emails: queueEmail(deps, mail.kind, { ...mails.confirming, context: mail.context }),
    existing: queueEmail(deps, 'account_already_exists', {
      ...mails.existing,
      context: input.emailContext,
    }),
    address: isOutsideRules ? [] : [insertPrimaryAddress(db, user, isVerified)],
    signIn: signIn.kind === 'prepared' ? signIn.statements : [],
    noted: await auditEvent(deps, 'registered', id),
  })
  if (counted.kind === 'throttled') return counted
  const { made, kept, emails, existing } = counted.results
  const [row] = made
  if (row === undefined) return whyNobody(counted.results)
  const written = [...emails, ...existing]
  deliverLater(deps, written)
  const account = newUserOf(user, { ...row, more: moreOfNew(more, kept[0]?.[0]?.document) })
  const handle = isMailed ? await mail.handleFor?.(account, written) : undefined
  const outcome = await signInNewAccount(signIn, counted.results.signIn, account)
  const takesHandle = outcome.kind === 'issued' || outcome.kind === 'email_unverified'
  return takesHandle && handle !== undefined ? { ...outcome, handle } : outcome
}

type NewMatch = Extract<Match, { kind: 'new' }>

/** Why no account was created, from the results of the batch. */
function whyNobody({
  voided,
  ownTaken,
  barred,
}: {
  readonly voided: readonly (readonly unknown[])[]
  readonly ownTaken: readonly (readonly { readonly field: string }[])[]
  readonly barred: readonly unknown[]
}): SocialLoginOutcome | 'lost_race' {
  if (voided.flat().length > 0) return { kind: 'rejected' }
  const faults = ownTaken.flat().map(({ field }) => ({ field, code: 'not_unique' }) as const)
  if (faults.length > 0) return { kind: 'fields_missing', faults }
  return barred.length > 0 ? { kind: 'sign_up_closed' } : 'lost_race'
}

/**
 * Whether someone is asked for what a provider does not say: by a ticket they are, and may be where tickets are given.
 */
function asksForFields({ SOCIAL_SIGNUP }: Pick<Settings, 'SOCIAL_SIGNUP'>, { input }: SocialStep) {
  return SOCIAL_SIGNUP || input.isSignUpAlone === true
}

/** What the sign-up continues with; a client that already has one keeps it. */
async function ticketFor(
  deps: SocialLoginDeps,
  { configured, profile, input }: SocialStep,
): Promise<{ readonly ticket?: string }> {
  if (input.isSignUpAlone === true) return {}
  return { ticket: await sealTicket(deps, { providerId: configured.app.providerId, profile }) }
}

/**
 * Recipient of the mail about a new account: its address, or, with enumeration prevented, the user who has verified it.
 * `told`: who has the address of an account that is made outside the rules.
 */
function mailsOf(
  { settings }: SocialLoginDeps,
  { input }: SocialStep,
  mailing: {
    readonly user: NewUser
    readonly isMailed: boolean
    readonly told: SocialCandidate | undefined
    readonly condition: SQL
  },
) {
  const { user, isMailed, told, condition } = mailing
  const nobody = { userId: NO_USER, address: '' }
  const id = newUserId(user)
  if (told !== undefined) {
    const address = spellingOf(told, user.email)
    return { confirming: nobody, existing: { userId: told.id, address, condition } }
  }
  if (!isMailed) return { confirming: nobody, existing: nobody }
  if (input.isSignUpAlone !== true || !hidesTaken(settings)) {
    return { confirming: { userId: id, address: user.email, condition }, existing: nobody }
  }
  return {
    confirming: { userId: newUserIdWithFreeEmail(user), address: user.email, condition },
    existing: { userId: ownerOfNewEmail(user), address: ownersSpelling(user), condition },
  }
}

/** Whether a sign-up with a taken address looks like one with a free one. */
function hidesTaken(settings: VerificationSettings & PolicyOf<'registration' | 'social'>): boolean {
  return isVerificationMandatory(settings) && settings.policy.registration.hidesExistingEmail
}

function newUser(
  deps: SocialLoginDeps,
  step: SocialStep,
  uniqueness: Uniqueness,
): NewUser & { readonly unless: SQL } {
  const { profile, data } = step
  const email = emailOf(profile)
  const emailFolded = foldEmail(email)
  const comparison = uniqueness === 'ignored' || email === '' ? 'none' : uniqueness
  return {
    candidates: usernamesFor(deps, profile, uniqueness).map((name) =>
      nameCandidate(deps.settings, name, email),
    ),
    email,
    emailFolded,
    passwordHash: makeUnusablePassword(deps.randomBytes),
    firstName: cut(profile.firstName, userFields.firstName.editable.maxLength),
    lastName: cut(profile.lastName, userFields.lastName.editable.maxLength),
    lastLoginAt: null,
    isEmailUnique: false,
    unless: signUpConflict(data, { email, emailFolded }, comparison),
  }
}

/** The provider's name for the person if it is one here, else one made up (allauth: `populate_username`). */
function usernamesFor(
  deps: SocialLoginDeps,
  profile: SocialProfile,
  uniqueness: Uniqueness,
): readonly string[] {
  const { settings, randomBytes } = deps
  const wanted = normalizeUsername(settings, cut(profile.username, USERNAME_MAX_LENGTH))
  const own = isUsernameSyntax(wanted) && !isUsernameReserved(settings, wanted) ? [wanted] : []
  if (uniqueness === 'ignored') return own
  const texts = [profile.firstName, profile.lastName, emailOf(profile), profile.username, 'user']
  return [...own, ...usernameCandidates(settings, texts, randomBytes)]
}

/** The first characters of a text, none of them halved; NUL is no character of a name. */
function cut(text: string, length: number): string {
  return Array.from(text.replaceAll('\0', '')).slice(0, length).join('')
}

/**
 * A sign-up whose address another account has: rejected; with enumeration prevented, its owner gets a mail. Where
 * every new account has to verify first, it looks as for a free one. By a ticket one is made then all the same, as by
 * a registration: the address is any that someone types, and neither the same ticket nor the next login may tell
 * whether it was free. Such an account verifies nothing.
 */
export async function signUpTaken(
  deps: SocialLoginDeps,
  step: SocialStep,
  match: Extract<Match, { kind: 'taken' }>,
): Promise<SocialLoginOutcome | 'lost_race'> {
  if (!match.isOwnerTold) return { kind: 'taken' }
  const looksNew = hidesTaken(deps.settings) && !step.profile.emailVerified
  if (looksNew && step.input.isSignUpAlone === true) {
    if (!canKeepAccounts(deps.settings)) return { kind: 'rejected' }
    return signUp(deps, step, { uniqueness: 'none' })
  }
  const email = emailOf(step.profile)
  const mailbox = { cause: 'signup', folded: foldEmail(email) } as const
  const limit = await limitMails(deps, mailbox, sql`1`)
  const to = {
    userId: match.holder.id,
    address: spellingOf(match.holder, email),
    condition: limit.isMailed,
  }
  const mail = queueEmail(deps, 'account_already_exists', {
    ...to,
    context: step.input.emailContext,
  })
  const { queued } = await batch(deps.db, { limit: limit.statements, queued: mail })
  deliverLater(deps, queued)
  if (!looksNew) return { kind: 'taken' }
  // As of a new account: no code goes with this handle.
  const { handleFor } = await verificationMail(deps, email, step.input.emailContext)
  const handle = await handleFor?.(undefined, [])
  return { kind: 'email_unverified', ...(handle === undefined ? {} : { handle }) }
}
