/**
 * Whether `new URL` can read it. `URL.canParse` says no to hosts with Latin letters beyond ASCII (`bücher.example`) in
 * Node 20 and 22, from the few thousandth call on, when it has been optimized.
 */
export function isUrl(text: string): boolean {
  try {
    return new URL(text).href !== ''
  } catch {
    return false
  }
}
