/** Names of ours that SQLite would read as a keyword. */
const RESERVED = new Set(['group', 'index', 'order', 'references', 'table', 'to', 'values'])

/** A text in quotes, a name in quotes, or blanks around punctuation and elsewhere. */
const PARTS = /'(?:[^']|'')*'|"(?<name>[a-z][a-z0-9_]*)"|\s*(?<mark>[(),=<>+]|->>?|\|\|)\s*|\s+/g

/**
 * The same SQL in fewer bytes: no quotes around names that need none (in a JSON body each is two bytes), no blanks
 * that mean nothing. Texts stay as they are.
 */
export function compactSql(sql: string): string {
  return sql
    .replace(PARTS, (part, ...rest) => {
      const { name, mark } = rest.at(-1) as { readonly name?: string; readonly mark?: string } // the named groups
      if (mark !== undefined) return mark
      if (name !== undefined) return RESERVED.has(name) ? part : name
      return part.startsWith("'") ? part : ' '
    })
    .trim()
}
