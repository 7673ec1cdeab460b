/** A better hash of a password that was just proved, when the stored one is of an older cost or algorithm. */
import type { Deps } from '../../deps.ts'
import type { Statement } from '../../db/open.ts'
import { sessionAuthHash } from '../tokens/authentication.ts'
import { replacePasswordHash } from './complete.sql.ts'
import type { Proof } from '../tokens/proof.sql.ts'

/** A better hash of the password that was proved. */
export type Rehash = {
  readonly newHash: string
  /** The proof for the statements after these. */
  readonly proof: Proof
  readonly statements: readonly Statement[]
}

/** Stores a better hash; sessions that were bound to the old one stay valid. */
export async function rehash(
  { db, settings }: Pick<Deps, 'db' | 'settings'>,
  proof: Proof,
  newHash: string,
): Promise<Rehash> {
  const secrets = [settings.SECRET_KEY, ...settings.SECRET_KEY_FALLBACKS]
  const oldHash = proof.passwordHash ?? ''
  const authHashes = {
    old: await Promise.all(secrets.map((secret) => sessionAuthHash(oldHash, secret))),
    new: await sessionAuthHash(newHash, settings.SECRET_KEY),
  }
  return {
    newHash,
    proof: { ...proof, passwordHash: newHash },
    statements: replacePasswordHash(db, proof, { newHash, authHashes }),
  }
}
