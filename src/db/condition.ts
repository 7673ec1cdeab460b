import { sql, type SQL } from 'drizzle-orm'
import type { BatchResponse } from 'drizzle-orm/batch'
import { isConflictOf } from './constraint.ts'
import { databaseOver, statementOf, type Database, type Statement } from './open.ts'
import { usedNonces } from './schema.ts'

/** Fails, and the batch with it, unless `condition` holds: the row that it would write lacks what the table wants. */
function failUnless(db: Database, condition: SQL) {
  return db.run(
    sql`insert into ${usedNonces} (purpose, nonce_hash, used_at, expires_at)
      select null, '', 0, 0 where not coalesce((${condition}), 0)`,
  )
}

/** Runs a batch where `condition` holds when it begins; `undefined` where it does not, and nothing was done. */
export async function batchIf<const Statements extends readonly [Statement, ...Statement[]]>(
  db: Database,
  condition: SQL,
  statements: Statements,
): Promise<BatchResponse<Statements> | undefined> {
  try {
    const [, ...results] = await db.batch([failUnless(db, condition), ...statements])
    return results
  } catch (error) {
    if (isConflictOf(error, 0)) return undefined
    throw error
  }
}

/** A condition that a database was to keep does not hold any more. */
export class ConditionFailed extends Error {
  override readonly name = 'ConditionFailed'
}

/**
 * A database each of whose calls does its work only where `condition` holds, in the same transaction (time of check to
 * time of use). The operation that uses it need not know.
 *
 * @throws ConditionFailed from the call that found it broken
 */
export function databaseIf(db: Database, condition: SQL): Database {
  const { $client: client } = db
  const guard = statementOf(failUnless(db, condition))
  const batch: typeof client.batch = async (statements) => {
    try {
      return (await client.batch([guard, ...statements])).slice(1)
    } catch (error) {
      if (isConflictOf(error, 0)) throw new ConditionFailed()
      throw error
    }
  }
  return databaseOver({
    batch,
    execute: async (statement) => {
      const [result] = await batch([statement])
      if (result === undefined) throw new Error('The database answered nothing.')
      return result
    },
  })
}
