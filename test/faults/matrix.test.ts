import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ADMIN_MAILING_OPERATIONS, ADMIN_OPERATIONS } from './admin-operations.ts'
import { startServerPool, type ServerPool } from './fault-world.ts'
import { FAULTS, tryDatabaseFault, tryMailFault, type Cell, type NamedFault } from './matrix.ts'
import { MAILING_OPERATIONS, OPERATIONS } from './operations.ts'
import { tryProviderFault } from './provider-matrix.ts'
import { PROVIDER_OPERATIONS } from './provider-operations.ts'
import { SECOND_FACTOR_OPERATIONS } from './second-factor-operations.ts'
import { SOCIAL_MAILING_OPERATIONS, SOCIAL_OPERATIONS } from './social-operations.ts'

let pool: ServerPool

beforeAll(async () => {
  pool = await startServerPool(12)
})

afterAll(async () => {
  await pool.stop()
})

/** What was wrong, by fault. */
async function problemsOf<One>(
  attempt: (pool: ServerPool, operation: One, fault: NamedFault) => Promise<Cell>,
  operation: One,
): Promise<readonly string[]> {
  const cells = await Promise.all(
    FAULTS.map(async (fault) => ({
      name: fault.name,
      problems: (await attempt(pool, operation, fault)).problems,
    })),
  )
  return cells.flatMap(({ name, problems }) => problems.map((text) => `${name}: ${text}`))
}

describe.concurrent('whatever happens to a call to the database', () => {
  test.each(
    [...OPERATIONS, ...SOCIAL_OPERATIONS, ...SECOND_FACTOR_OPERATIONS, ...ADMIN_OPERATIONS].map(
      (operation) => [operation.name, operation] as const,
    ),
  )(
    '%s is answered rightly or 503, done wholly or not at all, and may be repeated',
    { timeout: 400_000 },
    async (_name, operation) => {
      expect(await problemsOf(tryDatabaseFault, operation)).toEqual([])
    },
  )
})

describe.concurrent('whatever happens to the mail provider', () => {
  test.each(
    [...MAILING_OPERATIONS, ...SOCIAL_MAILING_OPERATIONS, ...ADMIN_MAILING_OPERATIONS].map(
      (operation) => [operation.name, operation] as const,
    ),
  )(
    '%s is answered as ever, and its mail goes out once',
    { timeout: 400_000 },
    async (_name, operation) => {
      expect(await problemsOf(tryMailFault, operation)).toEqual([])
    },
  )
})

describe.concurrent('whatever happens to a call to the identity provider', () => {
  test.each(PROVIDER_OPERATIONS.map((operation) => [operation.name, operation] as const))(
    '%s is answered rightly, refused or 503, done wholly or not at all, and may be begun anew',
    { timeout: 400_000 },
    async (_name, operation) => {
      expect(await problemsOf(tryProviderFault, operation)).toEqual([])
    },
  )
})
