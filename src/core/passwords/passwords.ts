/**
 * Making and verifying password hashes. Verification always computes a hash, also where there is none to compare
 * with, so that its time does not reveal whether an account exists (timing side channel).
 */
import { encodeBase64 } from '../../crypto.ts'
import type { Hasher, StoredHash } from './hashers/hasher.ts'
import { inTurn } from './hash-queue.ts'
import { letIoProceed } from '../../let-io-proceed.ts'
import { deriveChain, type ChainCost } from './hashers/pbkdf2-chain.ts'
import { hashers } from './hashers/table.ts'

/** What hashing needs from `Deps`. */
export type PasswordDeps = {
  readonly settings: PasswordSettings
  readonly randomBytes: (n: number) => Uint8Array
  readonly elapsedMs: () => number
}

type PasswordSettings = {
  /** Chained Web Crypto calls per hash; 1 writes hashes that stock Django reads. */
  readonly PASSWORD_PBKDF2_CALLS: number
  /** PBKDF2 iterations per call, at most 100,000: production Workers refuse more. */
  readonly PASSWORD_PBKDF2_ITERATIONS: number
}

/** Whether a password is right; `needsRehash` when it is stored otherwise than the settings ask for. */
export type PasswordOutcome =
  | { readonly kind: 'correct'; readonly needsRehash: boolean }
  | { readonly kind: 'wrong' }

/** Django's: 22 alphanumerics hold more than 128 bits. */
const SALT_LENGTH = 22
/** Django's mark of a password that no input matches. */
const UNUSABLE_PREFIX = '!'
const UNUSABLE_SUFFIX_LENGTH = 40
/** Same length as a real one; what is derived from it is thrown away. */
const DUMMY_SALT = 'dummydummydummydummydu'

/** Hashes a password as the settings ask for, in Django's format, under a new salt. */
export async function makePassword(deps: PasswordDeps, password: string): Promise<string> {
  const salt = randomAlphanumerics(deps.randomBytes, SALT_LENGTH)
  const key = await inTurn(deps.elapsedMs, () =>
    deriveChain(password, salt, currentCost(deps.settings)),
  )
  return `${currentPrefix(deps.settings)}${salt}$${encodeBase64(key)}`
}

/**
 * Checks a password against a stored hash, when its turn has come. No hash, an unusable, malformed, refused or
 * unknown one is *wrong* after the work of a current hash; so is a mismatch with a cheaper hash, topped up to that
 * work: neither its duration nor its waiting time reveals whether an account exists (timing attack).
 */
export function verifyPassword(
  deps: Pick<PasswordDeps, 'settings' | 'elapsedMs'>,
  password: string,
  encoded: string | undefined,
): Promise<PasswordOutcome> {
  return inTurn(deps.elapsedMs, () => verifyNow(deps, password, encoded))
}

async function verifyNow(
  deps: Pick<PasswordDeps, 'settings'>,
  password: string,
  encoded: string | undefined,
): Promise<PasswordOutcome> {
  const { calls, iterations } = currentCost(deps.settings)
  const currentWork = calls * iterations
  const stored = encoded === undefined ? undefined : readStoredHash(encoded)
  if (encoded === undefined || stored === undefined) {
    await spendWork(deps.settings, password, currentWork)
    return { kind: 'wrong' }
  }
  if (await stored.matches(password)) {
    return { kind: 'correct', needsRehash: !isCurrent(deps.settings, encoded) }
  }
  await spendWork(deps.settings, password, currentWork - stored.nativeIterations)
  return { kind: 'wrong' }
}

/** Whether a stored password can match at all; an unusable one starts with `!` and needs a reset by mail. */
export function isPasswordUsable(encoded: string | undefined): encoded is string {
  return encoded !== undefined && !encoded.startsWith(UNUSABLE_PREFIX)
}

/** Whether a stored password is a hash that some password matches: known, well-formed and affordable. */
export function isPasswordVerifiable(encoded: string): boolean {
  return readStoredHash(encoded) !== undefined
}

/**
 * A stored value that no password matches. Random, because reset tokens are made from it (Django:
 * `make_password(None)`).
 */
export function makeUnusablePassword(randomBytes: PasswordDeps['randomBytes']): string {
  return UNUSABLE_PREFIX + randomAlphanumerics(randomBytes, UNUSABLE_SUFFIX_LENGTH)
}

/** The hasher of a stored hash, and its parameters. */
function readStoredHash(encoded: string): StoredHash | undefined {
  const [algorithm = ''] = encoded.split('$', 1)
  const table: Readonly<Record<string, Hasher>> = hashers
  return Object.hasOwn(table, algorithm) ? table[algorithm]?.(encoded) : undefined
}

/** Everything up to the salt: algorithm and cost that the settings ask for. */
function currentPrefix(settings: PasswordSettings): string {
  const { calls, iterations } = currentCost(settings)
  if (calls === 1) return `pbkdf2_sha256$${iterations}$`
  return `pbkdf2_sha256_chain$${calls}x${iterations}$`
}

/** Whether a hash is of the present algorithm and cost; others are replaced at the next login. */
function isCurrent(settings: PasswordSettings, encoded: string): boolean {
  const prefix = currentPrefix(settings)
  return encoded.startsWith(prefix) && encoded.indexOf('$', prefix.length + SALT_LENGTH) !== -1
}

function currentCost(settings: PasswordSettings): ChainCost {
  return {
    calls: settings.PASSWORD_PBKDF2_CALLS,
    iterations: settings.PASSWORD_PBKDF2_ITERATIONS,
  }
}

/** Works as long as a hash of our own with that many iterations in all, to no end but the time it takes. */
async function spendWork(
  settings: PasswordSettings,
  password: string,
  total: number,
): Promise<void> {
  let left = total
  while (left > 0) {
    if (left < total) await letIoProceed()
    const iterations = Math.min(left, settings.PASSWORD_PBKDF2_ITERATIONS)
    await deriveChain(password, DUMMY_SALT, { calls: 1, iterations })
    left -= iterations
  }
}

const ALPHANUMERICS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'

function randomAlphanumerics(randomBytes: PasswordDeps['randomBytes'], length: number): string {
  const bytes = randomBytes(4 * length)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  // 32 bits a character: the remainder favours none by more than one in 2 ** 26.
  const characters = Array.from({ length }, (_, index) =>
    ALPHANUMERICS.charAt(view.getUint32(4 * index) % ALPHANUMERICS.length),
  )
  return characters.join('')
}
