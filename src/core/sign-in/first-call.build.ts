/**
 * Writes `first-call.json`, the statements of a login's first call as Drizzle makes them:
 * `node src/core/sign-in/first-call.build.ts`. A test fails while it is out of date.
 */
import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { ClientStatement, DatabaseCalls } from '../../db/calls.ts'
import { databaseOver } from '../../db/open.ts'
import type { Count } from '../limits/count.ts'
import { countValues, refusalValues } from '../limits/count-values.ts'
import { withRateGuard } from '../limits/counting.sql.ts'
import { userColumns, type SelectedUser } from '../users/users.sql.ts'
import { findLoginCandidate, namedAccount } from './by-password.sql.ts'
import type { KeptStatement, KeptStatements } from './first-call.ts'
import { comparisonOf, type Comparison, type TypedName } from './login-input.ts'

/** A name for each way to compare. */
const NAMES = [
  named({ email: undefined, isNarrow: false }),
  named({ email: undefined, isNarrow: true }),
  named({ email: 'A@b.example', isNarrow: false }),
  named({ email: 'A@b.example', isNarrow: true }),
] as const

function named(how: Pick<TypedName, 'email' | 'isNarrow'>): TypedName {
  return { username: 'a', foldedUsernames: ['a'], foldedEmail: 'a@b.example', ...how }
}

const RATE = { key: 'a key', limit: 1, windowMs: 2 }
const COUNT: Count = { requestId: 'a request', action: 'login', rates: [RATE], now: new Date(3) }

/** The text of `first-call.json`. */
export async function firstCallJson(): Promise<string> {
  const [typed] = NAMES
  const [purge, insertHits, tallyRefused] = await sentFor(typed, COUNT)
  const [, insertHitsOrFail] = await sentBehindScope(typed)
  const kept: Kept = {
    purge,
    insertHitsOrFail,
    insertHits,
    insertAccountHits: await byComparison(async (name) => (await sentFor(name, countOf(name)))[1]),
    tallyRefused,
    selectCandidate: await byComparison(async (name) => (await sentFor(name, undefined))[0]),
  }
  return JSON.stringify(kept, undefined, 2) + '\n'
}

/** JSON leaves out what is not there, and then the service does not compile. */
type Kept = Readonly<Record<keyof KeptStatements, unknown>>

async function byComparison(make: (typed: TypedName) => Promise<unknown>): Promise<unknown> {
  const entries: [Comparison, unknown][] = []
  for (const typed of NAMES) entries.push([comparisonOf(typed), await make(typed)])
  return Object.fromEntries(entries)
}

function countOf(typed: TypedName): Count {
  const accountRates = {
    accounts: namedAccount(typed),
    unknownKey: 'a hash',
    rates: [{ ...RATE, limit: 4 }],
  }
  return { ...COUNT, accountRates }
}

/** What a login sends first. */
async function sentFor(
  typed: TypedName,
  count: Count | undefined,
): Promise<readonly KeptStatement[]> {
  const values = {
    ...(count && { ...refusalValues(count), ...countValues(count) }),
    ...namedAccount(typed).values,
  }
  return recorded(values, async (calls) => {
    const search = { columns: userColumns as SelectedUser, typed, session: undefined }
    await findLoginCandidate(databaseOver(calls), search, count)
  })
}

/** The same of a request that is counted in a scope. */
async function sentBehindScope(typed: TypedName): Promise<readonly KeptStatement[]> {
  const values = { ...countValues(COUNT), ...namedAccount(typed).values }
  return recorded(values, async (calls) => {
    const { db } = withRateGuard(databaseOver(calls), COUNT)
    const search = { columns: userColumns as SelectedUser, typed, session: undefined }
    await findLoginCandidate(db, search, undefined)
  })
}

/** The statements of the first call, with the name of each value. No two values may be alike. */
async function recorded(
  values: Readonly<Record<string, unknown>>,
  work: (calls: DatabaseCalls) => Promise<void>,
): Promise<readonly KeptStatement[]> {
  const sent: ClientStatement[] = []
  const keep = (statements: readonly ClientStatement[]): Promise<never> => {
    sent.push(...statements)
    return Promise.reject(new Error('kept'))
  }
  await work({ execute: (statement) => keep([statement]), batch: keep }).catch(() => undefined)
  return sent.map((statement) => keptOf(statement, values))
}

function keptOf(
  statement: ClientStatement,
  values: Readonly<Record<string, unknown>>,
): KeptStatement {
  if (typeof statement === 'string' || !Array.isArray(statement.args)) throw new Error('no values')
  const names = statement.args.map((arg) => {
    const [name, ...others] = Object.entries(values).filter(([, value]) => value === arg)
    if (name === undefined || others.length > 0) throw new Error(`What is ${String(arg)}?`)
    return name[0]
  })
  return { sql: statement.sql, names }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  writeFileSync(new URL('first-call.json', import.meta.url), await firstCallJson())
}
