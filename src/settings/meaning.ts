/** What a setting means, for the tables of the documentation. No plain text, which would get into the bundle. */
export type Meaning = { readonly text: string }

/** Says what a setting means. No request reads it: in a bundle `src/tools/no-meaning.ts` replaces it. */
export function meaning(text: string): Meaning {
  return { text }
}
