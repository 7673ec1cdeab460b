/**
 * The handle of a mailed code: a sealed token that says which account and which purpose the code is for. It ties the
 * code to the client that asked for it, and keeps guesses countable without a row for each request.
 */
import { sql, type SQL } from 'drizzle-orm'
import { encodeBase64Url, hex, hmacSha256, constantTimeEqualText, sha256Hex } from '../../crypto.ts'
import type { Database } from '../../db/open.ts'
import { throttleHits } from '../../db/schema/limits.ts'
import type { Deps } from '../../deps.ts'
import type { Count, KeyedRate } from '../limits/count.ts'
import { isEmailedCode, type CodePurpose } from '../tokens/emailed-code.ts'
import { openToken, sealToken } from '../tokens/sealed-token.ts'
import type { Claim } from './spent-tokens.sql.ts'
import type { Settings } from '../../settings/parse.ts'

/** What a client gets who asks for a code by mail: the code is of no use to anyone else. */
export type CodeHandle = {
  readonly purpose: CodePurpose
  readonly seed: string
  /** Belongs to no account where none has the address; the client cannot tell. */
  readonly userId: number | undefined
  /** The address that the mail went to, as it would be stored. */
  readonly email: string
  /** Digest of the password hash: a new password ends the code. */
  readonly password: string
  /** Whether there was a mail: a mailbox gets few (`send_email`), and handles are given to anyone. */
  readonly isMailed: boolean
}

/** A code about to be mailed. */
export type NewCode = {
  readonly purpose: CodePurpose
  readonly seed: string
  readonly email: string
  /** The owner; `undefined`: no account. */
  readonly account: { readonly id: number; readonly passwordHash: string } | undefined
  /**
   * The mails that its batch wrote, including those without a recipient; none where the mailbox has reached its limit.
   */
  readonly emails: readonly unknown[]
}

type HandleDeps = Pick<Deps, 'settings' | 'now' | 'randomBytes'>

const ID_DIGITS = 16

/**
 * The handle of a code, of the same length with and without an account. Nothing is stored. A code that was not mailed
 * belongs to no account: guesses at it count for no account, so that an attacker cannot lock users out by requesting
 * handles.
 */
export async function sealCodeHandle(deps: HandleDeps, code: NewCode): Promise<string> {
  const { purpose, seed, email, emails } = code
  const isMailed = emails.length > 0
  const account = isMailed ? code.account : undefined
  const content = {
    seed,
    email,
    user: String(account?.id ?? 0).padStart(ID_DIGITS, '0'),
    mailed: isMailed ? 1 : 0,
    password: await sha256Hex(account?.passwordHash ?? hex(deps.randomBytes(ID_DIGITS))),
  }
  const { lifetimeSeconds } = LIMITS[purpose](deps.settings)
  return sealToken(deps, purpose, { content, lifetimeSeconds })
}

/** An opened handle, and what spends it. */
export type OpenedHandle = { readonly handle: CodeHandle; readonly claim: Claim }

/** Opens a handle; `undefined` where it is none of this purpose, or too old. */
export async function openCodeHandle(
  deps: HandleDeps,
  purpose: CodePurpose,
  text: string,
): Promise<OpenedHandle | undefined> {
  const token = await openToken(deps, purpose, text)
  if (token === undefined) return undefined
  // Sealed only by `sealCodeHandle`: the seal's purpose says so.
  const content = token.content as unknown as SealedHandle
  const { seed, email, user, password, mailed } = content
  const id = Number(user)
  const claim = { id: token.id, expiresAt: token.expiresAt, spentBy: newSpender(deps) }
  const userId = id === 0 ? undefined : id
  const handle = { purpose, seed, email, password, userId, isMailed: mailed === 1 }
  return { handle, claim }
}

type SealedHandle = Pick<CodeHandle, 'seed' | 'email' | 'password'> & {
  readonly user: string
  readonly mailed: number
}

/** A name by which a request knows that it was it that spent something. */
export function newSpender({ randomBytes }: Pick<Deps, 'randomBytes'>): string {
  return encodeBase64Url(randomBytes(12))
}

/** Whether the code is the handle's, and the password the one that it was given for. */
export async function isCodeRight(
  settings: Pick<Settings, 'SECRET_KEY' | 'SECRET_KEY_FALLBACKS'>,
  handle: CodeHandle,
  given: { readonly code: string; readonly passwordHash: string | undefined },
): Promise<boolean> {
  const isRight = await isEmailedCode(settings, handle, given.code)
  const password = await sha256Hex(given.passwordHash ?? '')
  const isSamePassword = constantTimeEqualText(password, handle.password)
  return isRight && isSamePassword && given.passwordHash !== undefined
}

type LimitSettings = Pick<
  Settings,
  | 'ACCOUNT_EMAIL_VERIFICATION_BY_CODE_MAX_ATTEMPTS'
  | 'ACCOUNT_EMAIL_VERIFICATION_BY_CODE_TIMEOUT'
  | 'ACCOUNT_LOGIN_BY_CODE_MAX_ATTEMPTS'
  | 'ACCOUNT_LOGIN_BY_CODE_TIMEOUT'
  | 'ACCOUNT_PASSWORD_RESET_BY_CODE_MAX_ATTEMPTS'
  | 'ACCOUNT_PASSWORD_RESET_BY_CODE_TIMEOUT'
>

/** allauth's limits of each purpose. */
const LIMITS = {
  'login-code': (settings) => ({
    lifetimeSeconds: settings.ACCOUNT_LOGIN_BY_CODE_TIMEOUT,
    maxAttempts: settings.ACCOUNT_LOGIN_BY_CODE_MAX_ATTEMPTS,
  }),
  'verification-code': (settings) => ({
    lifetimeSeconds: settings.ACCOUNT_EMAIL_VERIFICATION_BY_CODE_TIMEOUT,
    maxAttempts: settings.ACCOUNT_EMAIL_VERIFICATION_BY_CODE_MAX_ATTEMPTS,
  }),
  'reset-code': (settings) => ({
    lifetimeSeconds: settings.ACCOUNT_PASSWORD_RESET_BY_CODE_TIMEOUT,
    maxAttempts: settings.ACCOUNT_PASSWORD_RESET_BY_CODE_MAX_ATTEMPTS,
  }),
} as const satisfies Record<
  CodePurpose,
  (settings: LimitSettings) => { lifetimeSeconds: number; maxAttempts: number }
>

/**
 * More guesses than this are not judged for an account in an hour, across all handles: more than one client
 * needs, and less than finds a code of 28.8 bits in a lifetime. Only handles of codes that were mailed count, and a
 * mailbox gets so few (`send_email`) that an attacker cannot exhaust it.
 */
const MAX_GUESSES = 30
const HOUR_MS = 3_600_000

/** Counts a guess, before it is judged: of the handle, and of the account over all handles and purposes. */
export async function countCodeGuess(
  deps: HandleDeps,
  { handle, claim }: OpenedHandle,
): Promise<Count> {
  const { lifetimeSeconds, maxAttempts } = LIMITS[handle.purpose](deps.settings)
  const rates: readonly KeyedRate[] = [
    { key: `emailed_code:${claim.id}`, limit: maxAttempts, windowMs: lifetimeSeconds * 1000 },
    ...(handle.isMailed
      ? [{ key: await accountKey(deps, handle), limit: MAX_GUESSES, windowMs: HOUR_MS }]
      : []),
  ]
  return { requestId: newSpender(deps), action: 'emailed_code', rates, now: deps.now }
}

/** Forgets an account's guesses where a code was right. */
export async function forgetGuesses(
  deps: HandleDeps & { readonly db: Database },
  { handle, claim }: OpenedHandle,
  condition: SQL,
) {
  const keys = JSON.stringify([`emailed_code:${claim.id}`, await accountKey(deps, handle)])
  const isTheirs = sql`${throttleHits.key} in (select value from json_each(${keys}))`
  // In a list: a statement by itself is a promise, and would run here.
  return [deps.db.delete(throttleHits).where(sql`${isTheirs} and ${condition}`)] as const
}

/** The counter of guesses at codes that were mailed to an account. */
export function codeGuessKey(userId: number): string {
  return `emailed_code:user:${userId}`
}

/** The key under which guesses at codes for one account are counted, whichever handle they use. */
async function accountKey({ settings }: HandleDeps, handle: CodeHandle): Promise<string> {
  if (handle.userId !== undefined) return codeGuessKey(handle.userId)
  const mac = await hmacSha256(settings.SECRET_KEY, `emailed-code:${handle.email}`)
  return `emailed_code:name:${hex(mac).slice(0, 32)}`
}
