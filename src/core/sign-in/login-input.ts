/** What is typed at a login: what may be wrong with it, and the forms in which it is compared. Knows no SQL. */
import type { PolicyOf } from '../../settings/policy.ts'
import type { Settings } from '../../settings/parse.ts'
import { textFaults, type Fault } from '../faults.ts'
import { foldEmail, lowerEmail } from '../users/email.ts'
import { foldUsername } from '../users/fold.ts'
import { typedEmailFaults } from '../users/typed-email.ts'
import { normalizeUsername, type UsernameSettings } from '../users/username.ts'
import type { Wanted } from './credentials.ts'

/** What the client typed. */
export type TypedLogin = {
  readonly username: string | undefined
  readonly email: string | undefined
  readonly password: string
}

/** A login: what was typed, what the request carries besides, and which credentials are wanted. */
export type LoginInput = TypedLogin & {
  /** The session that the request came in, if any: it is kept if it belongs to the same user. */
  readonly sessionKey: string | undefined
  /** What `makeDeviceToken` gave this device at an earlier login. */
  readonly deviceToken: string | undefined
  /** What a trusted device shows instead of a second factor. */
  readonly trustToken?: string | undefined
  readonly wanted: Wanted
}

/** What was typed, in the forms in which it is compared. */
export type TypedName = {
  /** As a username, to the letter; empty where it is none. */
  readonly username: string
  /** The same folded, as it was typed and as it would be stored. */
  readonly foldedUsernames: readonly string[]
  /** Whether a name must be equal but for the case of ASCII. */
  readonly isNarrow: boolean
  /** As an address, folded; empty where it is none. */
  readonly foldedEmail: string
  /** Where stored addresses must be equal to the letter. */
  readonly email: string | undefined
}

/** What may be wrong with what was typed, before anyone is looked for. */
export type LoginFault = Fault<'username' | 'email' | 'password'>

/** What is typed must be text, an address an address, and name and password must be there: blank is as good as absent. */
export function loginFaults(
  settings: Pick<Settings, 'ACCOUNT_LOGIN_METHODS'>,
  { username = '', email = '', password }: TypedLogin,
): readonly LoginFault[] {
  const faults = [
    ...textFaults('username', username),
    ...(email === '' ? [] : typedEmailFaults(email)),
    ...(password === '' ? [BLANK_PASSWORD] : textFaults('password', password)),
  ]
  if (faults.length > 0) return faults
  const methods = settings.ACCOUNT_LOGIN_METHODS
  const takesName = methods.includes('username')
  const takesEmail = methods.includes('email')
  if ((takesName && username !== '') || (takesEmail && email !== '')) return []
  if (!takesName) return [{ field: undefined, code: 'email_and_password_required' }]
  if (!takesEmail) return [{ field: undefined, code: 'username_and_password_required' }]
  return [{ field: undefined, code: 'name_and_password_required' }]
}

const BLANK_PASSWORD: LoginFault = { field: 'password', code: 'blank' }

/** Longest name that a login looks for: that of an address (RFC 3696 erratum 1690). */
const MAX_TYPED_LENGTH = 320

/** What the client typed: an address by itself where one is given and the methods allow it. */
export function typedText(
  settings: Pick<Settings, 'ACCOUNT_LOGIN_METHODS'>,
  { username, email }: TypedLogin,
): string {
  return (isEmailLogin(settings, email) ? email : username) ?? ''
}

function isEmailLogin(
  settings: Pick<Settings, 'ACCOUNT_LOGIN_METHODS'>,
  email: string | undefined,
): boolean {
  const takesEmail = settings.ACCOUNT_LOGIN_METHODS.includes('email')
  return takesEmail && email !== undefined && email !== ''
}

/** The forms in which it is compared. A value longer than any name matches no account, and takes the same work. */
export function typedName(
  settings: UsernameSettings & Pick<Settings, 'ACCOUNT_LOGIN_METHODS'> & PolicyOf<'emails'>,
  input: TypedLogin,
): TypedName {
  const text = typedText(settings, input)
  const typed = text.length > MAX_TYPED_LENGTH ? '' : text
  const username = isEmailLogin(settings, input.email) ? '' : typed
  const takesEmail = settings.ACCOUNT_LOGIN_METHODS.includes('email')
  return {
    username,
    foldedUsernames: username === '' ? [] : foldedNames(settings, username),
    isNarrow: !settings.policy.usernames.ignoreCase,
    foldedEmail: takesEmail ? foldEmail(typed) : '',
    email: settings.policy.emails.storedAreFolded ? undefined : lowerEmail(typed),
  }
}

/** Names from before NORMALIZE_USERNAMES, or imported, are found as they are typed. */
function foldedNames(settings: UsernameSettings, typed: string): readonly string[] {
  return [...new Set([foldUsername(typed), foldUsername(normalizeUsername(settings, typed))])]
}

/** How a typed name is compared. */
export type Comparison = `${'folded' | 'exact'} addresses, ${'narrow' | 'wide'} names`

/** How this one is. */
export function comparisonOf({ email, isNarrow }: TypedName): Comparison {
  const addresses = email === undefined ? 'folded' : 'exact'
  return `${addresses} addresses, ${isNarrow ? 'narrow' : 'wide'} names`
}

/** What a statement that looks for it is given. */
export function formValues(typed: TypedName): { readonly form: string } {
  const { username: name, foldedUsernames: names, email: letter } = typed
  const mail = typed.foldedEmail === '' ? null : typed.foldedEmail
  return { form: JSON.stringify({ name, names, mail, letter }) }
}
