/**
 * `npm run bench:start`: how many instructions one more isolate costs until its first answer, and until its first
 * login. Valgrind counts them, so that the load of the machine does not matter; two runs differ by less than 1 %. It takes
 * some two minutes. Needs Debian's `valgrind`.
 */
import { countInstructions } from './cold-start.ts'
import { startFarDatabase } from './database.ts'
import { firstLogin } from './operations.ts'
import { table } from './report.ts'
import { ALL_ON, buildSubjects, type Subject } from './subjects.ts'
import { whileRunning } from './turns.ts'

/** Isolates beyond the first, over which the difference is divided. */
const MORE = 2

const [floor, service] = await buildSubjects()
if (floor === undefined || service === undefined) throw new Error('nothing was built')
const database = await startFarDatabase()
try {
  // The account that all of them log in to.
  await whileRunning(service, database.url, async () => undefined)
  const subjects = [floor, service, { ...service, name: 'all switched on', settings: ALL_ON }]
  const counts: (readonly [string, number, number])[] = []
  for (const subject of subjects) {
    const answer = await oneMore(subject, (origin) => fetch(`${origin}/nothing`))
    const login = await oneMore(subject, (origin) => firstLogin(subject.name, origin))
    counts.push([subject.name, answer, login])
  }
  const [, least, leastLogin] = counts[0] ?? ['', Number.NaN, Number.NaN]
  table(
    'One more isolate, million instructions',
    ['', 'to its first answer', 'to floor', 'to its first login', 'to floor'],
    counts.map(([name, answer, login]) => [
      name,
      millions(answer),
      `${(answer / least).toFixed(2)}×`,
      millions(login),
      `${(login / leastLogin).toFixed(2)}×`,
    ]),
  )
} finally {
  await database.stop()
}

/** What each isolate after the first costs. */
async function oneMore(
  subject: Subject,
  answer: (origin: string) => Promise<Response>,
): Promise<number> {
  const start = { subject, database: database.url, answer }
  const one = await countInstructions({ ...start, copies: 1 })
  const many = await countInstructions({ ...start, copies: 1 + MORE })
  return (many - one) / MORE
}

function millions(instructions: number): string {
  return (instructions / 1_000_000).toFixed(1)
}
