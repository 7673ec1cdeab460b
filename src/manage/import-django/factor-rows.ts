/** Reading second factors of dj-rest-auth and allauth, whose secrets are stored in different forms. */
import { decodeBase64, decodeBase64Url, encodeBase64Url, hmacSha256, utf8 } from '../../crypto.ts'
import type { Deps } from '../../deps.ts'
import { parseJson } from '../../parse-json.ts'
import { decodeBase32 } from '../../core/second-factor/base32.ts'
import {
  allauthHandle,
  knownTransports,
  plainUserHandle,
} from '../../core/second-factor/passkey-options.ts'
import {
  allauthRecoveryCodes,
  deriveRecoveryCodes,
  typedRecoveryCode,
} from '../../core/second-factor/recovery-codes.ts'
import { sealTotpSecret, storeRecoveryCodes } from '../../core/second-factor/stored-factor.ts'
import {
  flag,
  id,
  nothing,
  reading,
  RefusedRow,
  text,
  time,
  userId,
  type Reading,
  type ReadingDeps,
} from './rows.ts'
import { readInteger, type SourceRow, type SourceValue } from './values.ts'

const UNNEEDED = { kind: 'unneeded', reason: 'is read by another step' } as const

/** An authenticator app of dj-rest-auth; its secret is sealed under our key. */
export async function readTotp(row: SourceRow, deps: ReadingDeps): Promise<Reading> {
  return row['type'] === 'totp' ? readSecret(row, deps) : UNNEEDED
}

/** The secret of an app of dj-rest-auth or allauth, sealed under our key. */
async function readSecret(row: SourceRow, deps: ReadingDeps): Promise<Reading> {
  const secret = String(dataOf(row)?.['secret'] ?? '')
  const bytes = decodeBase32(secret)
  if (secret === '' || bytes === undefined || bytes.length < MIN_SECRET_BYTES) {
    const reason =
      "its secret is no base32: where the adapter's encrypt() hides it, decrypt it first"
    return { kind: 'refused', reason }
  }
  const sealed = await sealTotpSecret(deps, secret)
  const salt = await saltOf(deps, row)
  return reading(() => ({
    user_id: userId(row),
    sealed_secret: sealed,
    last_step: -1,
    recovery_salt: salt,
    created_at: time(row, 'created_at'),
    last_used_at: nothing(row['last_used_at']) ? null : time(row, 'last_used_at'),
  }))
}

/** RFC 4226 §4 R6 requires 128 bits; older apps were set up with 80, and their users should not be locked out. */
const MIN_SECRET_BYTES = 10

/** Recovery codes of dj-rest-auth, derived from a seed; those in the mask are used. */
export async function readRestAuthCodes(row: SourceRow, deps: ReadingDeps): Promise<Reading> {
  if (row['type'] !== 'recovery_codes') return UNNEEDED
  const seed = String(dataOf(row)?.['seed'] ?? '')
  if (!/^(?:[0-9a-f]{2})+$/i.test(seed)) return NO_SEED
  const count = deps.settings.MFA_RECOVERY_CODE_COUNT
  return storeCodes(row, deps, await deriveRecoveryCodes(hexBytes(seed), count))
}

/** Recovery codes of allauth: eight digits each, or a list that an older package left behind. */
export async function readAllauthCodes(row: SourceRow, deps: ReadingDeps): Promise<Reading> {
  if (row['type'] !== 'recovery_codes') return UNNEEDED
  const { migrated_codes: migrated, seed } = dataOf(row) ?? {}
  if (Array.isArray(migrated)) return storeCodes(row, deps, migrated.map(String))
  if (typeof seed !== 'string' || !/^[0-9a-f]+$/.test(seed)) return NO_SEED
  const count = deps.settings.MFA_RECOVERY_CODE_COUNT
  return storeCodes(row, deps, await allauthRecoveryCodes(seed, count))
}

const NO_SEED = {
  kind: 'refused',
  reason: "its seed cannot be read: where the adapter's encrypt() hides it, decrypt it first",
} as const

/** Recovery codes, hashed and sealed as our own are. */
async function storeCodes(
  row: SourceRow,
  deps: ReadingDeps,
  codes: readonly string[],
): Promise<Reading> {
  const typed = codes.map((code) => typedRecoveryCode({ MFA_LENIENT_CODES: true }, code))
  const known = typed.filter((code) => code !== undefined)
  if (known.length < codes.length) {
    return { kind: 'refused', reason: 'holds recovery codes that are not of eight digits' }
  }
  const salt = await saltOf(deps, row)
  const stored = await storeRecoveryCodes(deps, known, salt)
  const mask = BigInt(readInteger(String(dataOf(row)?.['used_mask'] ?? 0)) ?? 0)
  const isUsed = (position: number): boolean => ((mask >> BigInt(position)) & 1n) === 1n
  const checked = reading(() => ({
    user_id: userId(row),
    used_at: time(row, nothing(row['last_used_at']) ? 'created_at' : 'last_used_at'),
  }))
  if (checked.kind !== 'row') return checked
  const rows = stored.codes.map(({ codeHash, position, sealedCode }) => ({
    ...checked.row,
    recovery_salt: salt,
    code_hash: codeHash,
    position,
    sealed_code: sealedCode,
    used_at: isUsed(position) ? (checked.row['used_at'] ?? null) : null,
  }))
  return { kind: 'rows', rows }
}

/** The same salt each time, so that a second import recognises the codes of the first (idempotence). */
async function saltOf({ settings }: Pick<Deps, 'settings'>, row: SourceRow): Promise<string> {
  const mac = await hmacSha256(settings.SECRET_KEY, `imported-recovery-codes:${row['user_id']}`)
  return `${settings.PASSWORD_PBKDF2_ITERATIONS}$${encodeBase64Url(mac.subarray(0, 16))}`
}

/** A passkey of dj-rest-auth; its user handle is the id in decimal. */
export async function readPasskey(row: SourceRow): Promise<Reading> {
  return passkeyRow(row, {
    credentialId: bytesOf(row['credential_id']),
    publicKey: bytesOf(row['public_key']),
    signCount: readInteger(row['sign_count'] ?? '0') ?? 0,
    isUserVerified: false,
    handleOf: plainUserHandle,
    transports: parseJson(row['transports'] ?? undefined),
    isDiscoverable: flagOf(row, 'discoverable'),
    name: () => text(row, 'name'),
  })
}

/**
 * A passkey of allauth, which stores the browser's registration response: the key is read from that; the user
 * handle is the id in base 36. Signature counters start again.
 */
export async function readAllauthPasskey(row: SourceRow): Promise<Reading> {
  if (row['type'] !== 'webauthn') return UNNEEDED
  const { name, credential } = dataOf(row) ?? {}
  const response = property(credential, 'response')
  const object = property(response, 'attestationObject')
  const bytes = typeof object === 'string' ? decodeBase64Url(object) : undefined
  // Read with the first passkey, as below.
  const { readAttestation } = await import('../../core/second-factor/webauthn/attestation.ts')
  const attested = bytes === undefined ? undefined : readAttestation(bytes)
  if (attested === undefined) {
    return {
      kind: 'refused',
      reason: 'is a passkey that cannot be read: its owner registers it anew',
    }
  }
  const resident = property(
    property(property(credential, 'clientExtensionResults'), 'credProps'),
    'rk',
  )
  return passkeyRow(row, {
    ...attested,
    handleOf: allauthHandle,
    transports: property(response, 'transports'),
    isDiscoverable: () => (resident === false ? 0 : 1),
    name: () => text({ name: typeof name === 'string' ? name : 'Passkey' }, 'name'),
  })
}

type GivenPasskey = {
  readonly credentialId: Uint8Array<ArrayBuffer>
  readonly publicKey: Uint8Array<ArrayBuffer>
  readonly signCount: number
  readonly isUserVerified: boolean
  readonly handleOf: (userId: number) => string
  readonly transports: unknown
  readonly isDiscoverable: () => number
  readonly name: () => string
}

/** A passkey's row, from what either package stores. */
async function passkeyRow(row: SourceRow, given: GivenPasskey): Promise<Reading> {
  // Read with the first passkey: most projects have none.
  const { algorithmOfKey } = await import('../../core/second-factor/webauthn/cose-key.ts')
  const algorithm = await algorithmOfKey(given.publicKey).catch(() => undefined)
  return reading(() => {
    if (given.credentialId.length === 0) throw new RefusedRow('has no credential id')
    if (algorithm === undefined) throw new RefusedRow('has a public key that is verified nowhere')
    const user = userId(row)
    return {
      id: id(row, 'id'),
      user_id: user,
      credential_id: encodeBase64Url(given.credentialId),
      public_key: encodeBase64Url(given.publicKey),
      algorithm,
      sign_count: given.signCount,
      user_handle: given.handleOf(user),
      transports: JSON.stringify(knownTransports(given.transports)),
      is_discoverable: given.isDiscoverable(),
      is_user_verified: given.isUserVerified ? 1 : 0,
      name: given.name(),
      created_at: time(row, 'created_at'),
      last_used_at: nothing(row['last_used_at']) ? null : time(row, 'last_used_at'),
    }
  })
}

function flagOf(row: SourceRow, name: string): () => number {
  return () => flag(row, name, 1)
}

function property(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined
}

function dataOf(row: SourceRow): Readonly<Record<string, unknown>> | undefined {
  const data = parseJson(row['data'] ?? undefined)
  return typeof data === 'object' && data !== null ? { ...data } : undefined
}

/** Bytes as `x` or `\\x` and hexadecimal digits (SQLite, PostgreSQL), or as base64 (fixtures). */
function bytesOf(value: SourceValue | undefined): Uint8Array<ArrayBuffer> {
  const hex = /^\\?x((?:[0-9a-f]{2})*)$/i.exec(value ?? '')?.[1]
  if (hex !== undefined) return hexBytes(hex)
  return decodeBase64(value ?? '') ?? utf8('')
}

function hexBytes(hex: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(hex.match(/../g) ?? [], (digits) => Number.parseInt(digits, 16))
}
