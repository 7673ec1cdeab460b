/**
 * The form in which usernames are compared: case folded, as widely as Unicode allows, so that no one takes
 * a name that differs from another one in case alone. SQL's `lower()` knows ASCII only, so folding happens
 * here and the result is stored beside the original. Never for addresses: it merges different mailboxes
 * (`ı` and `i`, `ß` and `ss`); `foldEmail` compares those.
 */
export function foldUsername(text: string): string {
  return text.toUpperCase().toLowerCase()
}
