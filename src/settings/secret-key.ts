/** The check of `SECRET_KEY`. */

/** Bytes of a secret that signs. */
export const MIN_SECRET_BYTES = 32

/** Whether the secrets that sign everything are long enough (RFC 7518 §3.2). */
export function secretKeyFaults(settings: {
  readonly SECRET_KEY: string
  readonly SECRET_KEY_FALLBACKS: readonly string[]
}): readonly string[] {
  if ([settings.SECRET_KEY, ...settings.SECRET_KEY_FALLBACKS].every(isLongEnough)) return []
  return [
    `SECRET_KEY (and each of SECRET_KEY_FALLBACKS) must have at least ${MIN_SECRET_BYTES} bytes; make one: openssl rand -base64 48`,
  ]
}

/** Whether a secret has them. */
export function isLongEnough(secret: string): boolean {
  return new TextEncoder().encode(secret).length >= MIN_SECRET_BYTES
}
