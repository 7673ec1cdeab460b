/**
 * Tokens of password resets (Django: `PasswordResetTokenGenerator`; allauth:
 * `EmailAwarePasswordResetTokenGenerator`): a MAC over the account's state, so that its use ends it.
 */
import { constantTimeEqualText, decodeBase64Url, fromUtf8, hex } from '../../crypto.ts'
import { foldEmail } from '../users/email.ts'
import { saltedHmac } from './signing.ts'

/** What a reset token is bound to: it becomes invalid when any of it changes. */
export type ResetSubject = {
  readonly id: number
  readonly passwordHash: string
  readonly lastLoginAt: Date | null
  /** The account's own address (Django: `user.email`), perhaps empty. */
  readonly email: string
  /** Its e-mail address rows (allauth); `undefined` for a token of Django alone, which knows of none. */
  readonly addresses: readonly string[] | undefined
  /** Which of several addresses the link is mailed to, folded: using it proves that one. */
  readonly mailedTo?: string | undefined
}

const KEY_SALT = 'django.contrib.auth.tokens.PasswordResetTokenGenerator'
/** Django counts seconds from here. */
const EPOCH_SECONDS = Date.UTC(2001, 0, 1) / 1000

/**
 * The user's id in a reset link, as allauth writes it: base 36, or the digits of a UUID, so that no link reveals the
 * id.
 */
export function encodeUid(id: number, publicId?: string | null): string {
  return publicId?.replaceAll('-', '') ?? id.toString(36)
}

/** The id of a reset link's uid, read as Python's `int(uid, 36)` does; `undefined` when it is none. */
export function decodeUid(uid: string): number | undefined {
  const characters = Array.from(uid)
  if (characters.length > UID_MAX_LENGTH) return undefined
  const ascii = characters.map((one) => (/\p{Nd}/u.test(one) ? digitValue(one) : one)).join('')
  if (!/^\+?[0-9a-z]+(?:_[0-9a-z]+)*$/i.test(ascii)) return undefined
  const id = Number.parseInt(ascii.replaceAll('_', ''), 36)
  return Number.isSafeInteger(id) ? id : undefined
}

/** Django: `base36_to_int`. */
const UID_MAX_LENGTH = 13

/** The value of a decimal digit of any script: Unicode keeps each ten of them together, from zero up. */
function digitValue(digit: string): number {
  const code = digit.codePointAt(0) ?? 0
  let before = 0
  while (/\p{Nd}/u.test(String.fromCodePoint(code - before - 1))) before += 1
  return before % 10
}

/** The id of a link that Django sent without allauth: base64url of the number. */
export function decodeDjangoUid(uid: string): number | undefined {
  const bytes = decodeBase64Url(uid)
  const text = bytes === undefined ? '' : fromUtf8(bytes)
  return /^[1-9]\d{0,14}$/.test(text) ? Number(text) : undefined
}

/**
 * A password reset token: a stateless HMAC over what it is bound to and the time. The recipe is
 * Django's `PasswordResetTokenGenerator` with allauth's addresses added
 * (`EmailAwarePasswordResetTokenGenerator`), so links of either side work on the other.
 */
export async function makeResetToken(
  subject: ResetSubject,
  secret: string,
  now: Date,
): Promise<string> {
  const timestamp = Math.floor(now.getTime() / 1000) - EPOCH_SECONDS
  return `${timestamp.toString(36)}-${await digest(subject, timestamp, secret)}`
}

/** Whether the token was made for this subject by one of `secrets` within the last `timeoutSeconds`. */
export async function isResetTokenGood(
  subject: ResetSubject,
  token: string,
  {
    secrets,
    timeoutSeconds,
    now,
  }: { readonly secrets: readonly string[]; readonly timeoutSeconds: number; readonly now: Date },
): Promise<boolean> {
  const match = /^([0-9a-z]{1,13})-([0-9a-f]{32})$/.exec(token)
  const timestamp = Number.parseInt(match?.[1] ?? '0', 36)
  let isGenuine = false
  for (const secret of secrets) {
    const expected = await digest(subject, timestamp, secret)
    isGenuine = constantTimeEqualText(expected, match?.[2] ?? '') || isGenuine
  }
  const ageSeconds = Math.floor(now.getTime() / 1000) - EPOCH_SECONDS - timestamp
  return isGenuine && ageSeconds <= timeoutSeconds
}

/** With one address there is no doubt, and the token stays Django's own. */
function hasSeveral({ email, addresses = [] }: ResetSubject): boolean {
  return mailboxesOf(email, addresses).length > 1
}

/** The mailboxes of an account, folded. */
export function mailboxesOf(email: string, addresses: readonly string[]): readonly string[] {
  return [...new Set([email, ...addresses].filter((one) => one !== '').map(foldEmail))]
}

async function digest(subject: ResetSubject, timestamp: number, secret: string): Promise<string> {
  const lastLogin =
    subject.lastLoginAt === null
      ? ''
      : subject.lastLoginAt.toISOString().slice(0, 19).replace('T', ' ')
  const own = subject.email === '' ? [] : [subject.email]
  const emails =
    subject.addresses === undefined
      ? ''
      : [...new Set([...own, ...subject.addresses])].sort().join('|')
  const mailedTo = hasSeveral(subject) ? (subject.mailedTo ?? '') : ''
  const state = `${subject.id}${subject.passwordHash}${lastLogin}${timestamp}${subject.email}`
  const mac = hex(await saltedHmac(KEY_SALT, state + emails + mailedTo, secret))
  return Array.from(mac)
    .filter((_, index) => index % 2 === 0)
    .join('')
}
