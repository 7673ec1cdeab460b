/**
 * Keys of login links: encrypted and bound to the account's state, so that any change of password or login ends
 * them.
 */
import { constantTimeEqualText, sha256Hex } from '../../crypto.ts'
import type { Deps } from '../../deps.ts'
import { openToken, sealToken } from './sealed-token.ts'

type KeyDeps = Pick<Deps, 'settings' | 'now' | 'randomBytes'>

/** What a mailed login link is bound to. */
export type LoginKeySubject = {
  readonly id: number
  readonly passwordHash: string
  /** The mailbox, folded: using the link proves it. */
  readonly mailedTo: string
}

/**
 * The key of a mailed login link: sealed, with an expiry, for a single use. Made when the mail is sent, and stored
 * nowhere.
 */
export async function makeLoginKey(deps: KeyDeps, subject: LoginKeySubject): Promise<string> {
  const { id, mailedTo, passwordHash } = subject
  const content = { userId: id, email: mailedTo, password: await sha256Hex(passwordHash) }
  const lifetimeSeconds = deps.settings.ACCOUNT_LOGIN_BY_LINK_TIMEOUT
  return sealToken(deps, 'login-link', { content, lifetimeSeconds })
}

/** A key that was opened. */
export type OpenedLoginKey = {
  readonly userId: number
  readonly email: string
  readonly id: string
  readonly expiresAt: Date
  /** Whether the account still has the password that the key was made for. */
  readonly isFor: (passwordHash: string) => Promise<boolean>
}

/** Opens a key; `undefined` where it is none, or too old. */
export async function openLoginKey(
  deps: KeyDeps,
  key: string,
): Promise<OpenedLoginKey | undefined> {
  const token = await openToken(deps, 'login-link', key)
  if (token === undefined) return undefined
  const { userId, email, password } = token.content
  if (typeof userId !== 'number' || typeof email !== 'string') return undefined
  return {
    userId,
    email,
    id: token.id,
    expiresAt: token.expiresAt,
    isFor: async (hash) => constantTimeEqualText(await sha256Hex(hash), String(password)),
  }
}
