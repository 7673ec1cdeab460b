/**
 * A decorator of the database: the first batch that goes through it carries a count, and the rest of that batch is
 * disabled where the limit is reached. So a rate limit costs no round trip, and no work is done before the verdict.
 */
import { errorBehind } from '../../db/condition.ts'
import { isConflictOf } from '../../db/constraint.ts'
import {
  databaseOver,
  statementOf,
  type ClientResult,
  type ClientStatement,
  type Database,
} from '../../db/open.ts'
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

/** Whether the rate allowed the request; known once the first batch has run. */
type Verdict =
  | { readonly kind: 'open' }
  | { readonly kind: 'counted' }
  | { readonly kind: 'refused'; readonly waitSeconds: number }

/**
 * Counts a request together with its first query, so that counting costs no round trip of its own and
 * the operation need not know. Where a rate is used up, nothing of that first round trip is done, nor of
 * any that follows; only then a second one says for how long.
 */
export function withRateGuard(db: Database, count: Count): CountingDatabase {
  const { $client: client } = db
  const guard = [purge(db, count.now), insertHitsOrFail(db, count)].map(statementOf)
  let verdict: Verdict = { kind: 'open' }
  /** While the verdict is open, calls that are made at once wait for each other. */
  let turn: Promise<unknown> = Promise.resolve()

  const decide = async (): Promise<void> => {
    const waitSeconds = await countRequest(db, count)
    verdict = waitSeconds === undefined ? { kind: 'counted' } : { kind: 'refused', waitSeconds }
  }
  /** Answers nothing where the guard failed; then it is decided. */
  const runGuarded = async (statements: ClientStatement[]): Promise<ClientResult[] | undefined> => {
    try {
      const results = await client.batch([...guard, ...statements])
      verdict = { kind: 'counted' }
      return results.slice(guard.length)
    } catch (error) {
      // What failed for another reason has counted nothing: the next call does.
      if (!isConflictOf(error, guard.length - 1)) throw errorBehind(error, guard.length)
      await decide()
      return undefined
    }
  }
  const run = async (
    statements: ClientStatement[],
    plain: () => Promise<ClientResult[]>,
  ): Promise<ClientResult[]> => {
    const results = verdict.kind === 'open' ? await runGuarded(statements) : undefined
    if (results !== undefined) return results
    if (verdict.kind === 'refused') throw new Error('The request was refused before it asked.')
    return plain()
  }
  const inTurn = <Result>(work: () => Promise<Result>): Promise<Result> => {
    if (verdict.kind !== 'open') return work()
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
    isDecided: () => verdict.kind !== 'open',
    waitSeconds: () =>
      inTurn(async () => {
        if (verdict.kind === 'open') await runGuarded([])
        return verdict.kind === 'refused' ? verdict.waitSeconds : undefined
      }),
  }
}
