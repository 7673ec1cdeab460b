import { startServerPool } from './fault-world.ts'
import { FAULTS, tryDatabaseFault, tryMailFault, type Cell } from './matrix.ts'
import { MAILING_OPERATIONS, OPERATIONS } from './operations.ts'
import { SOCIAL_MAILING_OPERATIONS, SOCIAL_OPERATIONS } from './social-operations.ts'

/**
 * Prints the fault matrix: operations by faults. A cell says what was answered when the first, second, …
 * call went wrong; `ok` when each answer was right or 503, nothing was half done, the repetition ended
 * well, and every mail went out once.
 */
async function main(): Promise<void> {
  const pool = await startServerPool(3)
  let bad = 0
  try {
    for (const { title, operations, attempt } of [
      {
        title: 'database',
        operations: [...OPERATIONS, ...SOCIAL_OPERATIONS],
        attempt: tryDatabaseFault,
      },
      {
        title: 'mail provider',
        operations: [...MAILING_OPERATIONS, ...SOCIAL_MAILING_OPERATIONS],
        attempt: tryMailFault,
      },
    ]) {
      printRow([title, ...FAULTS.map(({ name }) => name)])
      for (const operation of operations) {
        const cells = await Promise.all(
          FAULTS.map((fault) => pool.use((servers) => attempt(servers, operation, fault))),
        )
        printRow([operation.name, ...cells.map(cellText)])
        for (const problem of cells.flatMap(({ problems }) => problems)) {
          bad += 1
          console.log(`    ${problem}`)
        }
      }
      console.log('')
    }
  } finally {
    await pool.stop()
  }
  console.log(bad === 0 ? 'all good' : `${bad} problems`)
  process.exitCode = bad === 0 ? 0 : 1
}

function cellText({ statuses, problems }: Cell): string {
  return `${problems.length === 0 ? 'ok' : 'BAD'} ${statuses.join(' ')}`
}

const WIDTH = 17

function printRow([first = '', ...cells]: readonly string[]): void {
  console.log(first.padEnd(26) + cells.map((cell) => cell.padEnd(WIDTH)).join(''))
}

await main()
