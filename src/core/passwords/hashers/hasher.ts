/** A stored hash whose cost was read and found bearable, before any work is done. */
export type StoredHash = {
  /**
   * Work in Web Crypto PBKDF2 iterations, so that a wrong password can be made to cost as much as
   * against a hash of our own. `Infinity` for what costs more than ours in any case.
   */
  readonly nativeIterations: number
  readonly matches: (password: string) => Promise<boolean>
}

/** Reads `algorithm$…` as Django writes it; `undefined` when malformed or dearer than its limit. */
export type Hasher = (encoded: string) => StoredHash | undefined
