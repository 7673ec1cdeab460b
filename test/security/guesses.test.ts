import { expect, test } from 'vitest'
import { aUser, createTestApp } from '../support/app.ts'
import { judgedGuesses, TARGETS } from './guesses.ts'

const DAY_MS = 86_400_000
/** `GUESS_DAYS=1` plays a whole day; the counters forget within an hour, so a part of it says the same. */
const DAYS = Number(process.env['GUESS_DAYS'] ?? 1 / 24)
const GUESSES = 1_000_000

/** Judged in that time, by what their counters allow: the window that is open at the end counts, too. */
const ALLOWED: Readonly<Record<string, (durationMs: number) => number>> = {
  'one-time code (any token, any route)': (ms) => 5 * Math.ceil(ms / 300_000),
  'mailed code (a new handle a guess)': (ms) => 30 * Math.ceil(ms / 3_600_000),
  'password, proving again with a stolen token': (ms) => 10 * Math.ceil(ms / 60_000),
}

test.each(Object.keys(TARGETS))(
  'of 1,000,000 guesses at one account hardly any is judged: %s',
  { timeout: 400_000 },
  async (name) => {
    const target = TARGETS[name]
    if (target === undefined) throw new Error(`no target ${name}`)
    const app = await createTestApp({ users: [aUser()] })
    const deps = app.deps()
    const start = deps.now.getTime()
    const attack = { guesses: GUESSES, durationMs: DAYS * DAY_MS, userId: 1 }
    const depsAt = (ms: number) => ({ ...deps, now: new Date(start + ms) })
    const judged = await judgedGuesses(depsAt, attack, target)
    const chance = judged / target.possibilities
    process.stdout.write(
      `${name}: ${judged} of ${GUESSES} judged in ${24 * DAYS} h, a chance of ${chance.toExponential(1)}\n`,
    )
    expect(judged).toBeGreaterThan(0)
    expect(judged).toBeLessThanOrEqual(ALLOWED[name]?.(attack.durationMs) ?? 0)
  },
)
