/** Pause after a provider's "too many requests" without a Retry-After. */
const USUAL_SECONDS = 1
const MAX_SECONDS = 3_600

/** Seconds of a `Retry-After` header (RFC 9110 §10.2.3, its delay form), within an hour. */
export function retryAfterSeconds(header: string | null, fallback: number = USUAL_SECONDS): number {
  if (header === null || !/^\d{1,9}(?:\.\d{1,9})?$/.test(header)) return fallback
  return Math.min(Number(header), MAX_SECONDS)
}
