/**
 * Signatures of webhooks (Standard Webhooks 1.0): HMAC over id, time and body, so that a message can be neither
 * forged nor replayed later.
 */
import { constantTimeEqualText, decodeBase64, encodeBase64, hmacSha256 } from './crypto.ts'

/** Headers by which a receiver knows a message of ours (Standard Webhooks 1.0). */
export type SignedHeaders = {
  /** The same for every try of one message: by it a receiver takes a message once. */
  readonly 'webhook-id': string
  readonly 'webhook-timestamp': string
  readonly 'webhook-signature': string
}

/**
 * Signs a message with every secret (`whsec_` and base64), so that a receiver may change to the next one while the
 * other is still good. The signature covers id, second and body.
 */
export async function signWebhook(
  message: { readonly id: string; readonly body: string; readonly now: Date },
  secrets: readonly string[],
): Promise<SignedHeaders> {
  const timestamp = String(Math.floor(message.now.getTime() / 1000))
  const signed = `${message.id}.${timestamp}.${message.body}`
  const signatures = await Promise.all(
    secrets.map(async (secret) => {
      const key = webhookKey(secret)
      if (key === undefined) throw new Error('A secret of a webhook must be whsec_ and base64.')
      return `v1,${encodeBase64(await hmacSha256(key, signed))}`
    }),
  )
  return {
    'webhook-id': message.id,
    'webhook-timestamp': timestamp,
    'webhook-signature': signatures.join(' '),
  }
}

/** Fewer bytes are too easily guessed (Standard Webhooks: 24 to 64). */
const MIN_BYTES = 24
const MAX_BYTES = 64

/** The key in a secret; `undefined` where it is none. */
export function webhookKey(secret: string): Uint8Array | undefined {
  if (!secret.startsWith('whsec_')) return undefined
  const key = decodeBase64(secret.slice('whsec_'.length))
  const isLong = key !== undefined && key.length >= MIN_BYTES && key.length <= MAX_BYTES
  return isLong ? key : undefined
}

/** A message as it came, with what its headers say. */
export type SignedMessage = {
  readonly body: string
  readonly id: string
  readonly timestamp: string
  /** One or more, by a space. */
  readonly signature: string
}

/** How far a message's time may be from ours (Standard Webhooks: five minutes), against replay. */
const TOLERANCE_SECONDS = 300

/** Whether one of the secrets has signed a message, and not long ago. */
export async function verifyWebhook(
  { body, id, timestamp, signature }: SignedMessage,
  secrets: readonly string[],
  now: Date,
): Promise<boolean> {
  const seconds = Number(timestamp)
  const isTimely =
    /^\d{1,12}$/.test(timestamp) && Math.abs(now.getTime() / 1000 - seconds) <= TOLERANCE_SECONDS
  if (!isTimely || id === '') return false
  const signed = await signWebhook({ id, body, now: new Date(seconds * 1000) }, secrets)
  const ours = signed['webhook-signature'].split(' ')
  const theirs = signature.split(' ').slice(0, MAX_SIGNATURES)
  return ours.some((one) => theirs.some((other) => constantTimeEqualText(one, other)))
}

/** More are no rotation. */
const MAX_SIGNATURES = 8
