/**
 * Registration: checks, password hash, one batch, sign-in. dj-rest-auth splits this over a serializer, allauth's
 * adapter and its signals.
 */
import { insertAccount, takenOf, type Inserted, type Taken } from './insert-account.ts'
import { BAD_INVITATION, dropClaimsLater, invitationOf, type Invited } from './register-invited.ts'
import { selectConflicts, type NewUser } from './register.sql.ts'
import { selectCounted } from '../limits/throttle.sql.ts'
import type { Deps } from '../../deps.ts'
import { callBeforeRegistration, NO_NAMES } from '../hooks/call.ts'
import type { MailedStepRequired, SignInOutcome } from '../sign-in/sign-in.ts'
import type { CredentialDeps } from '../sign-in/credentials.ts'
import { foldEmail } from '../users/email.ts'
import {
  inputFaults,
  ownFaults,
  storedEmail,
  type InputFaults,
  type Named,
  type RegistrationFault,
  type RegistrationInput,
} from './registration-input.ts'
import type { OutboxDeps } from '../mail/outbox.ts'
import { deliverLater } from '../mail/deliver-later.ts'
import type { BreachDeps } from '../passwords/breach-range.ts'
import { readNewMore, type NewMore } from './new-more.ts'
import { withHashing } from '../passwords/hash-queue.ts'
import { makePassword } from '../passwords/passwords.ts'
import { countFor, type RateDeps, type Throttled } from '../limits/rate-limits.ts'
import { sessionToKeep } from '../tokens/session.ts'
import { hidesAddresses, nameCandidate, type NameSettings } from '../users/username-address.ts'
import { normalizeUsername, usernameCandidates } from '../users/username.ts'

/** The slice of `Deps` that registration needs. */
export type RegistrationDeps = CredentialDeps & OutboxDeps & BreachDeps

/** Result of checking an input, of which nothing is written. */
export type RegistrationCheck =
  | { readonly kind: 'checked'; readonly faults: readonly RegistrationFault[] }
  | Throttled

type TakenOutcome = { readonly kind: 'looked_up'; readonly taken: Taken } | Throttled

/** What the code in the mail needs in addition, where addresses are verified by code. */
type MailedHandle = { readonly handle?: string }

/** Result of a registration. */
export type RegistrationOutcome =
  | (Extract<SignInOutcome, { readonly kind: 'issued' }> & MailedHandle)
  /** Mandatory verification: a mail is on its way, to the new address or to the one who has it. */
  | ({
      readonly kind: 'verification_sent'
      readonly sessionKey: string | undefined
    } & MailedHandle)
  | MailedStepRequired
  | { readonly kind: 'invalid'; readonly faults: readonly RegistrationFault[] }
  /** `REGISTRATION` is closed. */
  | { readonly kind: 'closed' }
  | Throttled

/**
 * Creates an account and logs it in (dj-rest-auth: `RegisterSerializer.save`, allauth: `complete_signup`). One
 * round trip: one batch whose first insert decides; the rest follows only where it inserted a row.
 *
 * @throws HashingBusy where too many passwords wait to be hashed, before any query
 * @throws BreachCheckDown, HookRefused, HookDown
 */
export async function register(
  deps: RegistrationDeps,
  input: RegistrationInput,
): Promise<RegistrationOutcome> {
  if (deps.settings.REGISTRATION === 'closed') return { kind: 'closed' }
  // Before the queue: a slow answer about breaches must not hold up logins.
  const { more, faults } = await readNewMore(deps, { input: input.own ?? {}, door: 'owner' })
  const found = await inputFaults(deps, input, faults)
  const isGood = found.own.length + found.whole.length === 0
  const event = { username: input.username, email: input.email, how: 'password' } as const
  const names = isGood ? await callBeforeRegistration(deps, event) : NO_NAMES
  return withHashing(deps, async () => {
    return (await refuseBad(deps, input, found)) ?? makeAccount(deps, input, { ...more, names })
  })
}

async function makeAccount(
  deps: RegistrationDeps,
  input: RegistrationInput,
  { names: set, ...more }: NewMore & { readonly names: typeof NO_NAMES },
): Promise<RegistrationOutcome> {
  const { settings } = deps
  const username =
    input.username === undefined ? undefined : normalizeUsername(settings, input.username)
  const email = storedEmail(settings, input.email)
  const names =
    username === undefined
      ? usernameCandidates(settings, [email, 'user'], deps.randomBytes)
      : [username]
  const emailFolded = foldEmail(email)
  const invitation = await invitationOf(deps, input, emailFolded)
  if (invitation.kind === 'bad') return { kind: 'invalid', faults: [invitation.fault] }
  const user: NewUser = {
    candidates: names.map((name) => nameCandidate(settings, name, input.email)),
    email,
    emailFolded,
    passwordHash: await makePassword(deps, input.password1),
    ...set,
    lastLoginAt: null,
    isEmailUnique:
      settings.ACCOUNT_UNIQUE_EMAIL && (invitation.isProved || !hidesAddresses(settings)),
  }
  const made = await insertAccount(deps, { user, more }, { ...input, ...invitation })
  if (made.kind === 'throttled') return made
  if (made.kind === 'taken')
    return { kind: 'invalid', faults: refusalOf(settings, made, invitation) }
  deliverLater(deps, made.emails)
  if (invitation.isProved) deps.defer(() => dropClaimsLater(deps, made.userId, emailFolded))
  if (asksForMailedStep(made.signIn)) return made.signIn
  const handle = made.handle === undefined ? {} : { handle: made.handle }
  return made.signIn.kind === 'issued'
    ? { ...made.signIn, ...handle }
    : { ...(await verificationSent(deps, input)), ...handle }
}

function asksForMailedStep(signIn: SignInOutcome): signIn is MailedStepRequired {
  return ['mailed_step_required', 'no_mailbox', 'throttled'].includes(signIn.kind)
}

/** Why no account was created: where nothing is taken, the invitation was no longer valid. */
function refusalOf(
  settings: NameSettings,
  made: Extract<Inserted, { readonly kind: 'taken' }>,
  { isProved }: Pick<Invited, 'isProved'>,
): readonly RegistrationFault[] {
  const taken = isProved ? made.taken : visible(settings, made.taken)
  const faults = takenFaults(taken, made.fields)
  return faults.length > 0 ? faults : [BAD_INVITATION]
}

/** Django stores in the session that a user waits for a mail. */
async function verificationSent(
  deps: RegistrationDeps,
  { sessionKey: held }: Pick<RegistrationInput, 'sessionKey'>,
): Promise<Extract<RegistrationOutcome, { readonly kind: 'verification_sent' }>> {
  const sessionKey = deps.settings.policy.registration.opensSession
    ? await sessionToKeep(deps, held)
    : undefined
  return { kind: 'verification_sent', sessionKey }
}

/** The rejection before anything is written, and `undefined` for an input that is valid so far. */
async function refuseBad(
  deps: RegistrationDeps,
  input: RegistrationInput,
  { own, whole }: InputFaults,
): Promise<Extract<RegistrationOutcome, { kind: 'invalid' | 'throttled' }> | undefined> {
  if (own.length + whole.length === 0) return undefined
  const found = await checkTaken(deps, input, own)
  if (found.kind === 'throttled') return found
  const faults = [...own, ...found.faults]
  return { kind: 'invalid', faults: faults.length > 0 ? faults : whole }
}

/** What is wrong with the fields that there are, where another one is missing or unreadable. */
export async function checkRegistration(
  deps: RateDeps & Pick<Deps, 'db'>,
  input: Named & { readonly password1?: string | undefined },
): Promise<RegistrationCheck> {
  const own = await ownFaults(deps.settings, input)
  const found = await checkTaken(deps, input, own)
  if (found.kind === 'throttled') return found
  return { kind: 'checked', faults: [...own, ...found.faults] }
}

/** Whether others have the name or the address. One round trip, which counts, where either is valid. */
async function checkTaken(
  deps: RateDeps & Pick<Deps, 'db'>,
  { username, email = '' }: Named,
  own: readonly RegistrationFault[],
): Promise<RegistrationCheck> {
  const isWrong = (name: string) => own.some(({ field }) => field === name)
  const name = isWrong('username') ? undefined : username
  const address = storedEmail(deps.settings, email)
  if (name === undefined && address === '') return { kind: 'checked', faults: [] }
  const found = await findTaken(deps, { username: name, email: address })
  if (found.kind === 'throttled') return found
  return { kind: 'checked', faults: takenFaults(found.taken) }
}

function takenFaults(taken: Taken, fields: readonly string[] = []): readonly RegistrationFault[] {
  return [
    ...(taken.username ? [{ field: 'username', code: 'username_taken' } as const] : []),
    ...(taken.email ? [{ field: 'email', code: 'email_taken' } as const] : []),
    ...fields.map((field) => ({ field, code: 'not_unique' }) as const),
  ]
}

async function findTaken(
  deps: RateDeps & Pick<Deps, 'db'>,
  typed: { readonly username: string | undefined; readonly email: string },
): Promise<TakenOutcome> {
  const { db, settings } = deps
  const names = typed.username === undefined ? [] : [normalizeUsername(settings, typed.username)]
  const candidates = names.map((name) => nameCandidate(settings, name, typed.email))
  const query = selectConflicts(db, { candidates, emailFolded: foldEmail(typed.email) })
  const count = await countFor(deps, 'signup')
  const counted = await selectCounted(db, count, query)
  if (counted.kind === 'throttled') return counted
  const taken = takenOf(settings, counted.results[0], names.length)
  return { kind: 'looked_up', taken: visible(settings, taken) }
}

function visible(settings: NameSettings, taken: Taken): Taken {
  return hidesAddresses(settings) ? { ...taken, email: false } : taken
}
