/** Batches under a condition: an extra statement that fails, and rolls the batch back, where it does not hold. */
import { sql, type SQL } from 'drizzle-orm'
import type { BatchResponse } from 'drizzle-orm/batch'
import { isConflictOf } from './constraint.ts'
import { errorBehind } from './hrana.ts'
import { databaseOver, statementOf, type Database, type Statement } from './open.ts'
import { usedNonces } from './schema/used-once.ts'

/** Fails, and the batch with it, unless `condition` holds: the row that it would write violates a constraint. */
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
 * A database whose first call does its work only where `condition` holds, in the same transaction (time of check to
 * time of use). The operation that uses it need not know. What follows is the consequence of what was done then.
 *
 * @throws ConditionFailed from that call
 */
export function databaseIf(db: Database, condition: SQL): Database {
  const { $client: client } = db
  const guard = statementOf(failUnless(db, condition))
  let isOpen = true
  const batch: typeof client.batch = async (statements) => {
    if (!isOpen) return client.batch(statements)
    try {
      const results = await client.batch([guard, ...statements])
      isOpen = false
      return results.slice(1)
    } catch (error) {
      if (isConflictOf(error, 0)) throw new ConditionFailed()
      throw errorBehind(error, 1)
    }
  }
  return databaseOver({
    batch,
    execute: async (statement) => {
      if (!isOpen) return client.execute(statement)
      const [result] = await batch([statement])
      if (result === undefined) throw new Error('The database answered nothing.')
      return result
    },
  })
}

type Asked = Parameters<typeof statementOf>[0]

/** A database whose first call is followed by statements in the same transaction, of which it answers nothing. */
export function databaseFollowedBy(
  db: Database,
  statements: readonly (Asked | { readonly toSQL: () => ReturnType<Asked['getQuery']> })[],
): Database {
  const { $client: client } = db
  const after = statements.map((statement) =>
    statementOf('getQuery' in statement ? statement : { getQuery: () => statement.toSQL() }),
  )
  let isFirst = true
  const batch: typeof client.batch = async (own) => {
    if (!isFirst) return client.batch(own)
    isFirst = false
    return (await client.batch([...own, ...after])).slice(0, own.length)
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
