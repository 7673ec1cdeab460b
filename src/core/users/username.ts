/**
 * Usernames: normalization first (NFKC, so that look-alikes are one), then syntax and blacklist (Django:
 * `UnicodeUsernameValidator`; allauth: `clean_username`).
 */
import type { Settings } from '../../settings/parse.ts'
import type { PolicyOf } from '../../settings/policy.ts'
import { textFaults, type Fault } from '../faults.ts'

/** The settings for usernames. */
export type UsernameSettings = Pick<
  Settings,
  'ACCOUNT_PRESERVE_USERNAME_CASING' | 'ACCOUNT_USERNAME_BLACKLIST' | 'ACCOUNT_USERNAME_MIN_LENGTH'
> &
  PolicyOf<'usernames'>

/** Django's limit of the column. */
export const USERNAME_MAX_LENGTH = 150

/** A username as it is stored and looked up: NFKC and lower case where the settings say so. */
export function normalizeUsername(settings: UsernameSettings, username: string): string {
  const normal = composed(settings, username)
  return settings.ACCOUNT_PRESERVE_USERNAME_CASING ? normal : normal.toLowerCase()
}

/** NFKC, where the settings normalize; checks follow on the normalized text, or look-alikes would pass them. */
function composed({ policy }: UsernameSettings, username: string): string {
  return policy.usernames.areNormalized ? username.normalize('NFKC') : username
}

/** Whether a username has only characters that it may have (Django: `UnicodeUsernameValidator`). */
export function isUsernameSyntax(username: string): boolean {
  return /^[\p{L}\p{N}_.@+-]+$/u.test(username)
}

/** Whether the operator has reserved the name (allauth: `ACCOUNT_USERNAME_BLACKLIST`). */
export function isUsernameReserved(settings: UsernameSettings, username: string): boolean {
  const lower = normalizeUsername(settings, username).toLowerCase()
  return settings.ACCOUNT_USERNAME_BLACKLIST.some((name) => name.toLowerCase() === lower)
}

/**
 * What is wrong with a username by itself. NFKC goes first, as it does before storing, or a name in wide letters would
 * pass as another than it becomes.
 */
export function usernameFaults(
  settings: UsernameSettings,
  username: string,
  min = 1,
): readonly Fault<'username'>[] {
  const normal = composed(settings, username)
  const lengths = textFaults('username', normal, { min, max: USERNAME_MAX_LENGTH })
  if (lengths.length > 0) return lengths
  if (![username, normal].every(isUsernameSyntax))
    return [{ field: 'username', code: 'username_invalid' }]
  if (!isUsernameReserved(settings, username)) return []
  return [{ field: 'username', code: 'username_reserved' }]
}

/**
 * Names to try for an account that brought none, the plainest first (allauth:
 * `generate_unique_username`): made from the first of `texts` that leaves something valid, then with
 * more and more random digits. The inserting statement takes the first one that is free.
 */
export function usernameCandidates(
  settings: UsernameSettings,
  texts: readonly (string | undefined)[],
  randomBytes: (length: number) => Uint8Array,
): readonly string[] {
  const base = usernameBase(settings, texts)
  const plain = base.length >= settings.ACCOUNT_USERNAME_MIN_LENGTH ? [base] : []
  const numbered = [1, 2, 3, 4, 5, 6, 7, 8, 9, 12].map((digits) => {
    const suffix = randomDigits(
      randomBytes,
      Math.max(digits, settings.ACCOUNT_USERNAME_MIN_LENGTH - base.length),
    )
    return base.slice(0, USERNAME_MAX_LENGTH - suffix.length) + suffix
  })
  return [...plain, ...numbered].map((name) => normalizeUsername(settings, name))
}

/** A username made from names or address (allauth: `generate_unique_username`). */
function usernameBase(settings: UsernameSettings, texts: readonly (string | undefined)[]): string {
  for (const text of texts) {
    if (text === undefined || text === '') continue
    const ascii = text.normalize('NFKD').replace(/[^\x00-\x7f]/g, '')
    const local =
      ascii
        .replace(/[^\w\s@+.-]/g, '')
        .toLowerCase()
        .split('@')[0] ?? ''
    const name = local.trim().replace(/\s+/g, '_').slice(0, USERNAME_MAX_LENGTH)
    if (isUsernameSyntax(name) && !isUsernameReserved(settings, name)) return name
  }
  return 'user'
}

function randomDigits(randomBytes: (length: number) => Uint8Array, count: number): string {
  return Array.from(randomBytes(count), (byte) => String(byte % 10)).join('')
}
