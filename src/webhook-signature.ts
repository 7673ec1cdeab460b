import { decodeBase64, encodeBase64, hmacSha256 } from './crypto.ts'

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
