/** A stored hash whose cost was read and found bearable, before any work is done. */
export type StoredHash = {
  /**
   * Work in Web Crypto PBKDF2 iterations, so that a wrong password can be made to cost as much as
   * against a hash of our own. `Infinity` for what costs more than ours in any case.
   */
  readonly nativeIterations: number
  readonly matches: (password: string) => Promise<boolean>
}

/** How a stored hash is written; `Parts` are the named groups, and a group that may be missing is declared as such. */
export type HashFormat<Parts> = RegExp & { readonly parts?: Parts }

/** The parts of a stored hash; `undefined` where it is not of the format. */
export function partsOf<Parts>(format: HashFormat<Parts>, encoded: string): Parts | undefined {
  return format.exec(encoded)?.groups as Parts | undefined // the names stand in the format
}

/** Reads `algorithm$…` as Django writes it; `undefined` when malformed or dearer than its limit. */
export type Hasher = (encoded: string) => StoredHash | undefined
