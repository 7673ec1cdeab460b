/**
 * A decorator of the database: the first batch that goes through it carries a count, and the rest of that batch is
 * disabled where the limit is reached. So a rate limit costs no round trip, and no work is done before the verdict.
 */
import { errorBehind } from '../../db/hrana.ts'
import { isConflictOf } from '../../db/constraint.ts'
import type { ClientResult, ClientStatement } from '../../db/calls.ts'
import { databaseOver, statementOf, type Database } from '../../db/open.ts'
import { insertHitsOrFail, purge } from './hits.sql.ts'
import type { Count } from './count.ts'
import { countRequest } from './throttle.sql.ts'

/** A database whose first round trip also counts the request. */
export type CountingDatabase = {
  readonly db: Database
  /** Whether the request has been counted or refused. */
  readonly isDecided: () => boolean
  /**
   * How many seconds to wait, `undefined` when the request may pass. Where nothing was asked of `db` so far
   * it counts by itself, in as many round trips: the time of a rejection must not reveal how far the work got (timing
   * attack).
   */
  readonly waitSeconds: () => Promise<number | undefined>
}

/**
 * Counts a request together with its first query, so that counting costs no round trip of its own and
 * the operation need not know. Where a rate is used up, nothing of that first round trip is done, nor of
 * any that follows; only then a second one says for how long.
 */
export function withRateGuard(db: Database, count: Count): CountingDatabase {
  const { $client: client } = db
  const guard = [purge(db, count.now), insertHitsOrFail(db, count)].map(statementOf)
  let isDecided = false
  /** Of a refused request. */
  let waitSeconds: number | undefined
  /** Until it is decided, calls that are made at once wait for each other. */
  let turn: Promise<unknown> = Promise.resolve()

  /** Answers nothing where the guard failed; then it is decided. */
  const runGuarded = async (statements: ClientStatement[]): Promise<ClientResult[] | undefined> => {
    try {
      const results = await client.batch([...guard, ...statements])
      isDecided = true
      return results.slice(guard.length)
    } catch (error) {
      // What failed for another reason has counted nothing: the next call does.
      if (!isConflictOf(error, guard.length - 1)) throw errorBehind(error, guard.length)
      waitSeconds = await countRequest(db, count)
      isDecided = true
      return undefined
    }
  }
  const run = async (
    statements: ClientStatement[],
    plain: () => Promise<ClientResult[]>,
  ): Promise<ClientResult[]> => {
    const results = isDecided ? undefined : await runGuarded(statements)
    if (results !== undefined) return results
    if (waitSeconds !== undefined) throw new Error('The request was refused before it asked.')
    return plain()
  }
  const inTurn = <Result>(work: () => Promise<Result>): Promise<Result> => {
    if (isDecided) return work()
    const result = turn.then(work)
    turn = result.catch(() => undefined)
    return result
  }

  return {
    db: databaseOver({
      execute: async (statement: ClientStatement) => {
        const [result] = await inTurn(() =>
          run([statement], async () => [await client.execute(statement)]),
        )
        if (result === undefined) throw new Error('The database answered nothing.')
        return result
      },
      batch: (statements: ClientStatement[]) =>
        inTurn(() => run(statements, () => client.batch(statements))),
    }),
    isDecided: () => isDecided,
    waitSeconds: () =>
      inTurn(async () => {
        if (!isDecided) await runGuarded([])
        return waitSeconds
      }),
  }
}
