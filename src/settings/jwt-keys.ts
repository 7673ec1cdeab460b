import { isLongEnough, MIN_SECRET_BYTES } from './secret-key.ts'

/** The settings that the keys of JWTs come from. */
type JwtKeys = {
  readonly SIMPLE_JWT_ALGORITHM: string
  readonly SIMPLE_JWT_SIGNING_KEY: string | undefined
  readonly SIMPLE_JWT_VERIFYING_KEY: string | undefined
  readonly SIMPLE_JWT_VERIFYING_KEY_FALLBACKS: readonly string[]
}

const PRIVATE_KEY = '-----BEGIN PRIVATE KEY-----'
const PUBLIC_KEY = '-----BEGIN PUBLIC KEY-----'

/** What is wrong with the keys: whether they are any, and fit the algorithm. */
export function jwtKeyFaults(settings: JwtKeys): string[] {
  const { SIMPLE_JWT_ALGORITHM: algorithm, SIMPLE_JWT_SIGNING_KEY: signingKey } = settings
  if (algorithm.startsWith('HS')) return secretFaults(signingKey)
  return [...privateKeyFaults(algorithm, signingKey), ...publicKeyFaults(settings)]
}

/** An HMAC secret must be as long as its hash (RFC 7518 §3.2). */
function secretFaults(secret: string | undefined): string[] {
  const isShort = secret !== undefined && !isLongEnough(secret)
  return isShort ? [`SIMPLE_JWT_SIGNING_KEY must have at least ${MIN_SECRET_BYTES} bytes`] : []
}

/** A private key must be PEM, and fit the algorithm. */
function privateKeyFaults(algorithm: string, pem: string | undefined): string[] {
  if (pem === undefined)
    return [`SIMPLE_JWT_SIGNING_KEY is missing: ${algorithm} needs a PKCS #8 PEM`]
  if (!pem.startsWith(PRIVATE_KEY)) {
    return [
      `SIMPLE_JWT_SIGNING_KEY must be a PKCS #8 PEM (${PRIVATE_KEY}); convert others: openssl pkcs8 -topk8 -nocrypt`,
    ]
  }
  return isKeyFor(algorithm, pem) ? [] : [`SIMPLE_JWT_SIGNING_KEY ${notFor(algorithm)}`]
}

/** Former public keys, which still verify, must be PEM, too. */
function publicKeyFaults(settings: JwtKeys): string[] {
  const { SIMPLE_JWT_VERIFYING_KEY: own, SIMPLE_JWT_VERIFYING_KEY_FALLBACKS: older } = settings
  const isWrong = (pem: string) => !pem.startsWith(PUBLIC_KEY)
  if (own !== undefined && !isWrong(own) && !isKeyFor(settings.SIMPLE_JWT_ALGORITHM, own)) {
    return [`SIMPLE_JWT_VERIFYING_KEY ${notFor(settings.SIMPLE_JWT_ALGORITHM)}`]
  }
  return [
    ...(own !== undefined && isWrong(own)
      ? [`SIMPLE_JWT_VERIFYING_KEY must be an SPKI PEM (${PUBLIC_KEY})`]
      : []),
    ...(older.some(isWrong)
      ? [`SIMPLE_JWT_VERIFYING_KEY_FALLBACKS must be SPKI PEMs (${PUBLIC_KEY})`]
      : []),
  ]
}

/** Object identifiers of the kinds of keys in DER (RFC 8017, RFC 5480, RFC 8410), and what makes one. */
const KEY_KINDS: Readonly<Record<string, { readonly id: string; readonly make: string }>> = {
  ES256: { id: '2a8648ce3d030107', make: 'EC -pkeyopt ec_paramgen_curve:P-256' },
  ES384: { id: '2b81040022', make: 'EC -pkeyopt ec_paramgen_curve:P-384' },
  EdDSA: { id: '2b6570', make: 'ed25519' },
  RS: { id: '2a864886f70d010101', make: 'RSA -pkeyopt rsa_keygen_bits:2048' },
}

function kindOf(algorithm: string) {
  return KEY_KINDS[algorithm.startsWith('RS') ? 'RS' : algorithm]
}

/** Shorter RSA keys are refused when they sign (RFC 7518 §3.3): public ones of 2048 bits have 294 bytes. */
const MIN_RSA_BYTES = 290

/**
 * Whether a PEM holds a key of the kind that an algorithm requires. The runtime reports a wrong one only at the first
 * login.
 */
export function isKeyFor(algorithm: string, pem: string): boolean {
  let der: string
  try {
    der = atob(pem.replace(/-----[^-]*-----|\s/g, ''))
  } catch {
    return false
  }
  const hex = Array.from(der, (byte) => byte.charCodeAt(0).toString(16).padStart(2, '0')).join('')
  const isSequence = hex.startsWith('30') && der.length > 40
  const isLong = !algorithm.startsWith('RS') || der.length > MIN_RSA_BYTES
  return isSequence && isLong && hex.includes(kindOf(algorithm)?.id ?? '')
}

function notFor(algorithm: string): string {
  return `is no key for SIMPLE_JWT_ALGORITHM ${algorithm}: copy it whole, or make one: openssl genpkey -algorithm ${kindOf(algorithm)?.make}`
}
