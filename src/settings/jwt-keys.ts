/** The settings that the keys of JWTs come from. */
type JwtKeys = {
  readonly SIMPLE_JWT_ALGORITHM: string
  readonly SIMPLE_JWT_SIGNING_KEY: string | undefined
  readonly SIMPLE_JWT_VERIFYING_KEY: string | undefined
  readonly SIMPLE_JWT_VERIFYING_KEY_FALLBACKS: readonly string[]
}

const MIN_SECRET_BYTES = 32
const PRIVATE_KEY = '-----BEGIN PRIVATE KEY-----'
const PUBLIC_KEY = '-----BEGIN PUBLIC KEY-----'

/** A PEM on one line, as .env files hold it: `\n` stands for the line's end. */
export function unescapePem(text: string): string {
  return text.startsWith('-----BEGIN ') ? text.replaceAll('\\n', '\n') : text
}

/** What is wrong with the form of the keys; whether they fit the algorithm shows when they are used. */
export function jwtKeyFaults(settings: JwtKeys): string[] {
  const { SIMPLE_JWT_ALGORITHM: algorithm, SIMPLE_JWT_SIGNING_KEY: signingKey } = settings
  if (algorithm.startsWith('HS')) return secretFaults(signingKey)
  return [...privateKeyFaults(algorithm, signingKey), ...publicKeyFaults(settings)]
}

function secretFaults(secret: string | undefined): string[] {
  const isShort = secret !== undefined && new TextEncoder().encode(secret).length < MIN_SECRET_BYTES
  return isShort ? [`SIMPLE_JWT_SIGNING_KEY must have at least ${MIN_SECRET_BYTES} bytes`] : []
}

function privateKeyFaults(algorithm: string, pem: string | undefined): string[] {
  if (pem === undefined)
    return [`SIMPLE_JWT_SIGNING_KEY is missing: ${algorithm} needs a PKCS #8 PEM`]
  if (pem.startsWith(PRIVATE_KEY)) return []
  return [
    `SIMPLE_JWT_SIGNING_KEY must be a PKCS #8 PEM (${PRIVATE_KEY}); convert others: openssl pkcs8 -topk8 -nocrypt`,
  ]
}

function publicKeyFaults(settings: JwtKeys): string[] {
  const { SIMPLE_JWT_VERIFYING_KEY: own, SIMPLE_JWT_VERIFYING_KEY_FALLBACKS: older } = settings
  const isWrong = (pem: string) => !pem.startsWith(PUBLIC_KEY)
  return [
    ...(own !== undefined && isWrong(own)
      ? [`SIMPLE_JWT_VERIFYING_KEY must be an SPKI PEM (${PUBLIC_KEY})`]
      : []),
    ...(older.some(isWrong)
      ? [`SIMPLE_JWT_VERIFYING_KEY_FALLBACKS must be SPKI PEMs (${PUBLIC_KEY})`]
      : []),
  ]
}
