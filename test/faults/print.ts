import { ADMIN_MAILING_OPERATIONS, ADMIN_OPERATIONS } from './admin-operations.ts'
import { startServerPool, type ServerPool } from './fault-world.ts'
import { FAULTS, tryDatabaseFault, tryMailFault, type Cell, type NamedFault } from './matrix.ts'
import { MAILING_OPERATIONS, OPERATIONS } from './operations.ts'
import { tryProviderFault } from './provider-matrix.ts'
import { PROVIDER_OPERATIONS } from './provider-operations.ts'
import { SECOND_FACTOR_OPERATIONS } from './second-factor-operations.ts'
import { SOCIAL_MAILING_OPERATIONS, SOCIAL_OPERATIONS } from './social-operations.ts'

/** Most of the time is waiting; more would make a busy machine miss the deadlines of the test. */
const POOL = 6

/**
 * Prints the fault matrix: operations by faults. A cell says what was answered when the first, second, …
 * call went wrong; `ok` when each answer was right or 503, nothing was half done, the repetition ended
 * well, and every mail went out once.
 */
async function main(): Promise<void> {
  const pool = await startServerPool(POOL)
  const startedMs = performance.now()
  let bad = 0
  const printTable = async <One extends { readonly name: string }>(
    title: string,
    operations: readonly One[],
    attempt: (pool: ServerPool, operation: One, fault: NamedFault) => Promise<Cell>,
  ): Promise<void> => {
    printRow([title, ...FAULTS.map(({ name }) => name)])
    const rows = operations.map((operation) =>
      Promise.all(FAULTS.map((fault) => attempt(pool, operation, fault))),
    )
    for (const [index, operation] of operations.entries()) {
      const cells = (await rows[index]) ?? []
      printRow([operation.name, ...cells.map(cellText)])
      for (const problem of cells.flatMap(({ problems }) => problems)) {
        bad += 1
        console.log(`    ${problem}`)
      }
    }
    console.log('')
  }
  try {
    const social = { all: SOCIAL_OPERATIONS, mailing: SOCIAL_MAILING_OPERATIONS }
    const all = [...OPERATIONS, ...social.all, ...SECOND_FACTOR_OPERATIONS, ...ADMIN_OPERATIONS]
    const mailing = [...MAILING_OPERATIONS, ...social.mailing, ...ADMIN_MAILING_OPERATIONS]
    await printTable('database', all, tryDatabaseFault)
    await printTable('mail provider', mailing, tryMailFault)
    await printTable('identity provider', PROVIDER_OPERATIONS, tryProviderFault)
  } finally {
    await pool.stop()
  }
  const seconds = Math.round((performance.now() - startedMs) / 1000)
  console.log(`${bad === 0 ? 'all good' : `${bad} problems`}, in ${seconds} s`)
  process.exitCode = bad === 0 ? 0 : 1
}

function cellText({ statuses, problems }: Cell): string {
  return `${problems.length === 0 ? 'ok' : 'BAD'} ${statuses.join(' ')}`
}

const WIDTH = 22

function printRow([first = '', ...cells]: readonly string[]): void {
  console.log(first.padEnd(26) + cells.map((cell) => cell.padEnd(WIDTH)).join(''))
}

await main()
