import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startServerPool, type ServerPool } from './fault-world.ts'
import { FAULTS, tryDatabaseFault, tryMailFault } from './matrix.ts'
import { MAILING_OPERATIONS, OPERATIONS } from './operations.ts'
import { SOCIAL_MAILING_OPERATIONS, SOCIAL_OPERATIONS } from './social-operations.ts'

let pool: ServerPool

beforeAll(async () => {
  pool = await startServerPool(3)
})

afterAll(async () => {
  await pool.stop()
})

describe.concurrent('whatever happens to a call to the database', () => {
  test.each(
    [...OPERATIONS, ...SOCIAL_OPERATIONS].map((operation) => [operation.name, operation] as const),
  )(
    '%s is answered rightly or 503, done wholly or not at all, and may be repeated',
    { timeout: 400_000 },
    async (_name, operation) => {
      for (const fault of FAULTS) {
        const cell = await pool.use((servers) => tryDatabaseFault(servers, operation, fault))
        expect(cell.problems, fault.name).toEqual([])
      }
    },
  )
})

describe.concurrent('whatever happens to the mail provider', () => {
  test.each(
    [...MAILING_OPERATIONS, ...SOCIAL_MAILING_OPERATIONS].map(
      (operation) => [operation.name, operation] as const,
    ),
  )(
    '%s is answered as ever, and its mail goes out once',
    { timeout: 400_000 },
    async (_name, operation) => {
      for (const fault of FAULTS) {
        const cell = await pool.use((servers) => tryMailFault(servers, operation, fault))
        expect(cell.problems, fault.name).toEqual([])
      }
    },
  )
})
