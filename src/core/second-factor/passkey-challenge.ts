/** Challenges of passkey ceremonies: signed and stateless until they are used, then spent once (replay). */
import {
  constantTimeEqual,
  decodeBase64Url,
  encodeBase64Url,
  hex,
  hmacSha256,
} from '../../crypto.ts'
import type { Deps } from '../../deps.ts'

/**
 * Challenges that nothing keeps: each proves by a MAC that it is ours, for whom, and until when. Asking for one
 * costs no row, so that attackers cannot fill the table, and several may be pending at once. Each is spent by the first
 * success (`spent_tokens`).
 */
type ChallengeDeps = Pick<Deps, 'settings' | 'now'>

/** A challenge that is ours, and what it is spent by. */
export type PendingChallenge = {
  readonly challenge: string
  readonly spentId: string
  readonly expiresAt: Date
}

const RANDOM_BYTES = 16
const EXPIRY_BYTES = 6
const MAC_BYTES = 32
const CHALLENGE_LENGTH = ((RANDOM_BYTES + EXPIRY_BYTES + MAC_BYTES) / 3) * 4

/** A challenge for registering a passkey of this user. */
export async function newRegistrationChallenge(
  deps: ChallengeDeps & Pick<Deps, 'randomBytes'>,
  userId: number,
): Promise<string> {
  const head = new Uint8Array(RANDOM_BYTES + EXPIRY_BYTES)
  head.set(deps.randomBytes(RANDOM_BYTES))
  writeNumber(head.subarray(RANDOM_BYTES), expiryOf(deps).getTime())
  const mac = await registrationMac(deps.settings.SECRET_KEY, userId, head)
  return encodeBase64Url(Uint8Array.from([...head, ...mac]))
}

/**
 * The pending challenge that a text begins with; `undefined` where it is none of this user's, or too old. What
 * is in it is left for the verification to reject.
 */
export async function readRegistrationChallenge(
  { settings, now }: ChallengeDeps,
  userId: number,
  text: string,
): Promise<PendingChallenge | undefined> {
  const challenge = text.slice(0, CHALLENGE_LENGTH)
  const bytes = decodeBase64Url(challenge)
  if (bytes === undefined) return undefined
  const head = bytes.subarray(0, RANDOM_BYTES + EXPIRY_BYTES)
  let isOurs = false
  for (const secret of [settings.SECRET_KEY, ...settings.SECRET_KEY_FALLBACKS]) {
    const mac = await registrationMac(secret, userId, head)
    isOurs = constantTimeEqual(mac, bytes.subarray(head.length)) || isOurs
  }
  const expiresAt = new Date(readNumber(head.subarray(RANDOM_BYTES)))
  if (!isOurs || now >= expiresAt) return undefined
  return { challenge, spentId: `passkey-register:${encodeBase64Url(head)}`, expiresAt }
}

/** Binds a registration's challenge to its user, so that no other user's ceremony can use it. */
async function registrationMac(
  secret: string,
  userId: number,
  head: Uint8Array,
): Promise<Uint8Array> {
  return hmacSha256(secret, `passkey-register:${userId}:${encodeBase64Url(head)}`)
}

const SESSION_RANDOM_BYTES = 12
const SESSION_EXPIRY_BYTES = 4

/** For whom a login was begun: one account, no account, or any account with a passkey. */
export type BegunFor = number | 'nobody' | 'anybody'

/**
 * A login's session id (32 hexadecimal digits) and its challenge, which also binds whom it was begun for: a
 * passkey that was not allowed is of no use (WebAuthn L3 §7.2 step 5).
 */
export async function newLoginChallenge(
  deps: ChallengeDeps & Pick<Deps, 'randomBytes'>,
  begunFor: BegunFor,
): Promise<{ readonly sessionId: string; readonly challenge: string }> {
  const bytes = new Uint8Array(SESSION_RANDOM_BYTES + SESSION_EXPIRY_BYTES)
  bytes.set(deps.randomBytes(SESSION_RANDOM_BYTES))
  const seconds = Math.floor(expiryOf(deps).getTime() / 1000)
  writeNumber(bytes.subarray(SESSION_RANDOM_BYTES), seconds)
  const sessionId = hex(bytes)
  const challenge = await loginChallenge(deps.settings.SECRET_KEY, sessionId, begunFor)
  return { sessionId, challenge }
}

/** The content of a session id. */
export type PendingLoginChallenge = Omit<PendingChallenge, 'challenge'>

/** The session that an id names; `undefined` where it is none, too old, or ends later than any that we give out. */
export function readLoginSession(
  deps: ChallengeDeps,
  sessionId: string,
): PendingLoginChallenge | undefined {
  const seconds = Number.parseInt(sessionId.slice(SESSION_RANDOM_BYTES * 2), 16)
  const expiresAt = new Date(seconds * 1000)
  const isOpen = deps.now < expiresAt && expiresAt <= expiryOf(deps)
  if (!isOpen) return undefined
  return { spentId: `passkey-login:${sessionId}`, expiresAt }
}

/** The challenges of a session that this user's passkeys may answer; who made the id up knows none of them. */
export async function loginChallengesFor(
  { settings }: Pick<Deps, 'settings'>,
  sessionId: string,
  userId: number,
): Promise<readonly string[]> {
  const challenges: string[] = []
  for (const secret of [settings.SECRET_KEY, ...settings.SECRET_KEY_FALLBACKS]) {
    challenges.push(await loginChallenge(secret, sessionId, 'anybody'))
    challenges.push(await loginChallenge(secret, sessionId, userId))
  }
  return challenges
}

/** The challenge of a login session, derived from it. */
async function loginChallenge(
  secret: string,
  sessionId: string,
  begunFor: BegunFor,
): Promise<string> {
  return encodeBase64Url(await hmacSha256(secret, `passkey-login:${sessionId}:${begunFor}`))
}

/** When a challenge that is made now expires. */
function expiryOf({ settings, now }: ChallengeDeps): Date {
  return new Date(now.getTime() + settings.PASSKEY_CHALLENGE_TIMEOUT * 1000)
}

/** Big-endian. */
function writeNumber(target: Uint8Array, value: number): void {
  for (let index = target.length - 1, rest = value; index >= 0; index -= 1) {
    target[index] = rest % 256
    rest = Math.floor(rest / 256)
  }
}

function readNumber(bytes: Uint8Array): number {
  return bytes.reduce((value, byte) => value * 256 + byte, 0)
}
