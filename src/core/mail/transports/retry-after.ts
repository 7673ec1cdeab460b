/** So long a provider is left alone that says "too many" without saying for how long. */
const USUAL_SECONDS = 1
const MAX_SECONDS = 3_600

/** Seconds of a `Retry-After` header (RFC 9110 §10.2.3, its delay form), within an hour. */
export function retryAfterSeconds(header: string | null, fallback: number = USUAL_SECONDS): number {
  if (header === null || !/^\d{1,9}(?:\.\d{1,9})?$/.test(header)) return fallback
  return Math.min(Number(header), MAX_SECONDS)
}
