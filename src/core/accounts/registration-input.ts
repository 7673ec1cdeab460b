/** Checks of a registration's input, in allauth's order, with codes in place of sentences. */
import type { Settings } from '../../settings/parse.ts'
import type { PolicyOf } from '../../settings/policy.ts'
import type { EmailContext } from '../mail/outbox.sql.ts'
import { isBreached } from '../passwords/breached.ts'
import type { BreachDeps } from '../passwords/breach-range.ts'
import { passwordFaults, type PasswordFault } from '../passwords/password-rules.ts'
import type { Wanted } from '../sign-in/credentials.ts'
import { isEmail, isKeepableEmail } from '../users/email-syntax.ts'
import type { OwnFault, OwnInput } from '../users/read-own-fields.ts'
import { lowerEmail } from '../users/email.ts'
import { textFaults, type Fault } from '../faults.ts'
import { usernameFaults, type UsernameSettings } from '../users/username.ts'

/** What the client typed. */
export type RegistrationInput = {
  readonly username: string | undefined
  /** Empty where none is given. */
  readonly email: string
  readonly password1: string
  /** Absent where the form asks once. */
  readonly password2: string | undefined
  /** Values given for custom fields. */
  readonly own?: OwnInput
  readonly emailContext: EmailContext
  readonly wanted: Wanted
  /** With `REGISTRATION` invited: the key from the mail. */
  readonly invitation?: string | undefined
  /** The session that the request came in, if any. */
  readonly sessionKey?: string | undefined
}

/** What may be wrong with it. */
export type RegistrationFault = Fault<'username' | 'email' | 'password1' | 'invitation'> | OwnFault

/** Name and address, where they could be read. */
export type Named = {
  readonly username?: string | undefined
  readonly email?: string | undefined
}

/** What is wrong with an input by itself: `own` of its fields, `whole` of all of it. */
export type InputFaults = {
  readonly own: readonly RegistrationFault[]
  readonly whole: readonly RegistrationFault[]
}

/**
 * Checks an input by itself. Only an otherwise valid password is looked up among breached ones.
 *
 * @throws BreachCheckDown
 */
export async function inputFaults(
  deps: BreachDeps,
  input: RegistrationInput,
  ofOwnFields: readonly OwnFault[],
): Promise<InputFaults> {
  const own = [...(await givenFaults(deps.settings, input)), ...ofOwnFields]
  const whole = await wholeFaults(deps.settings, input)
  const isGood = own.length + whole.length === 0
  if (!isGood || !(await isBreached(deps, input.password1))) return { own, whole }
  return { own: [{ field: 'password1', code: 'password_breached' }], whole }
}

/** The settings for what fields are by themselves. */
type OwnFaultSettings = UsernameSettings &
  Pick<
    Settings,
    'ACCOUNT_EMAIL_MAX_LENGTH' | 'ACCOUNT_PASSWORD_MIN_LENGTH' | 'AUTH_PASSWORD_VALIDATORS'
  > &
  PolicyOf<'emails'>

/** What fields are by themselves (allauth: `clean_username`, `clean_password`). */
export async function ownFaults(
  settings: OwnFaultSettings,
  { username, email = '', password1 }: Named & { readonly password1?: string | undefined },
): Promise<readonly RegistrationFault[]> {
  const stored = storedEmail(settings, email)
  const isRight = settings.policy.emails.allowControlCharacters ? isEmail : isKeepableEmail
  const isEmailWrong = stored !== '' && !isRight(email)
  const unfit = password1 === undefined ? [] : await passwordFieldFaults(settings, password1)
  return [
    ...(username === undefined
      ? []
      : usernameFaults(settings, username, settings.ACCOUNT_USERNAME_MIN_LENGTH)),
    ...(isEmailWrong ? [{ field: 'email', code: 'email_invalid' } as const] : []),
    ...textFaults('email', stored, { max: settings.ACCOUNT_EMAIL_MAX_LENGTH }),
    ...unfit.map((fault) => ({ field: 'password1', ...fault }) as const),
  ]
}

/** What a whole input's fields are by themselves, what is missing among them. */
async function givenFaults(
  settings: OwnFaultSettings & Pick<Settings, 'ACCOUNT_SIGNUP_FIELDS'> & PolicyOf<'registration'>,
  input: RegistrationInput,
): Promise<readonly RegistrationFault[]> {
  return [...missingFaults(settings, input), ...(await ownFaults(settings, input))]
}

/**
 * What `ACCOUNT_SIGNUP_FIELDS` requires and was not given; where it is not honoured, what it leaves out is asked for,
 * too.
 */
function missingFaults(
  settings: Pick<Settings, 'ACCOUNT_SIGNUP_FIELDS'> & PolicyOf<'registration'>,
  { username = '', email, password1 }: RegistrationInput,
): readonly RegistrationFault[] {
  const isMissing = (name: 'username' | 'email', text: string): boolean => {
    const field = settings.ACCOUNT_SIGNUP_FIELDS.find((one) => one.name === name)
    return text === '' && (field?.required ?? !settings.policy.registration.followsSignupFields)
  }
  return [
    ...(isMissing('username', username) ? [{ field: 'username', code: 'required' } as const] : []),
    ...(isMissing('email', email) ? [{ field: 'email', code: 'required' } as const] : []),
    ...(password1 === '' ? [{ field: 'password1', code: 'blank' } as const] : []),
  ]
}

/** What is wrong only with all of it: passwords that differ, or one that is like the name. */
async function wholeFaults(
  settings: Pick<Settings, 'ACCOUNT_EMAIL_MAX_LENGTH' | 'AUTH_PASSWORD_VALIDATORS'> &
    PolicyOf<'emails'>,
  input: RegistrationInput,
): Promise<readonly RegistrationFault[]> {
  const { password1, password2 } = input
  if (password2 !== undefined && password1 !== password2) {
    return [{ field: undefined, code: 'password_mismatch' }]
  }
  const unfit = await unfitPassword(settings, input)
  return unfit.map((fault) => ({ field: undefined, ...fault }))
}

/** allauth keeps addresses in lower case. A cut one is another mailbox: only the reference does it. */
export function storedEmail(
  settings: Pick<Settings, 'ACCOUNT_EMAIL_MAX_LENGTH'> & PolicyOf<'emails'>,
  email: string,
): string {
  const stored = lowerEmail(email)
  if (!settings.policy.emails.areTruncated) return stored
  return Array.from(stored).slice(0, settings.ACCOUNT_EMAIL_MAX_LENGTH).join('')
}

/** What is wrong with a password, for any user (allauth: `clean_password`). */
function passwordFieldFaults(
  settings: Pick<Settings, 'ACCOUNT_PASSWORD_MIN_LENGTH' | 'AUTH_PASSWORD_VALIDATORS'>,
  password: string,
): Promise<readonly PasswordFault[]> {
  const validators = settings.AUTH_PASSWORD_VALIDATORS
  if (validators.length > 0) return passwordFaults(password, {}, validators)
  const minLength = settings.ACCOUNT_PASSWORD_MIN_LENGTH
  return passwordFaults(password, {}, [{ kind: 'minimum_length', minLength }])
}

/** Similarity to name and address; the other validators have spoken already. */
function unfitPassword(
  settings: Pick<Settings, 'ACCOUNT_EMAIL_MAX_LENGTH' | 'AUTH_PASSWORD_VALIDATORS'> &
    PolicyOf<'emails'>,
  input: RegistrationInput,
): Promise<readonly PasswordFault[]> {
  return passwordFaults(
    input.password1,
    { username: input.username ?? '', email: storedEmail(settings, input.email) },
    settings.AUTH_PASSWORD_VALIDATORS,
  )
}
