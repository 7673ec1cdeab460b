/**
 * The form in which names and addresses are compared: case folded. SQL's `lower()` knows ASCII only, so
 * folding happens here and the result is stored beside the original.
 */
export function foldCase(text: string): string {
  return text.toUpperCase().toLowerCase()
}
