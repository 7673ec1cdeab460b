/**
 * Encrypted tokens that carry state between two requests: nothing is stored, and the client can read nothing of it.
 */
import { encodeBase64Url, seal, unseal } from '../../crypto.ts'
import type { Deps } from '../../deps.ts'

/** What a sealed token is for; one of another purpose does not open. */
export type TokenPurpose =
  | 'known-device'
  | 'mfa-ephemeral'
  | 'mfa-activation'
  | 'mfa-trust'
  | 'login-code'
  | 'login-step'
  | 'login-link'
  | 'verification-code'
  | 'reset-code'

/** An opened token: what was put in, and what makes it work once. */
export type OpenedToken = {
  readonly content: Readonly<Record<string, unknown>>
  readonly id: string
  readonly expiresAt: Date
}

/** Longer ones are no tokens of ours: nothing is computed for them. */
const MAX_LENGTH = 4_096
const ID_BYTES = 16

/** What a token carries, and for how long. */
export type NewToken = {
  readonly content: Readonly<Record<string, unknown>>
  readonly lifetimeSeconds: number
}

/**
 * Puts `content` into a token that clients cannot read or change (AES-GCM), with an expiry and a random id by which
 * it is spent. Nothing is stored before that.
 */
export async function sealToken(
  deps: Pick<Deps, 'settings' | 'now' | 'randomBytes'>,
  purpose: TokenPurpose,
  { content, lifetimeSeconds }: NewToken,
): Promise<string> {
  const expiresAtMs = deps.now.getTime() + lifetimeSeconds * 1000
  const id = encodeBase64Url(deps.randomBytes(ID_BYTES))
  const text = JSON.stringify({ ...content, id, expiresAtMs })
  return seal({ secret: deps.settings.SECRET_KEY, randomBytes: deps.randomBytes }, purpose, text)
}

/** Opens a token of `sealToken`; `undefined` where it is none, of another purpose, or too old. */
export async function openToken(
  deps: Pick<Deps, 'settings' | 'now'>,
  purpose: TokenPurpose,
  token: string,
): Promise<OpenedToken | undefined> {
  if (token.length > MAX_LENGTH) return undefined
  const secrets = [deps.settings.SECRET_KEY, ...deps.settings.SECRET_KEY_FALLBACKS]
  const opened = await unseal(secrets, purpose, token)
  if (opened === undefined) return undefined
  const content: unknown = JSON.parse(opened.text)
  if (!isRecord(content)) return undefined
  const { id, expiresAtMs } = content
  if (typeof id !== 'string' || typeof expiresAtMs !== 'number') return undefined
  if (deps.now.getTime() > expiresAtMs) return undefined
  return { content, id: `${purpose}:${id}`, expiresAt: new Date(expiresAtMs) }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}
