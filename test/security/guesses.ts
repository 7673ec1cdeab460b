import type { Count } from '../../src/core/limits/count.ts'
import { countRequest } from '../../src/core/limits/throttle.sql.ts'
import { countFor } from '../../src/core/limits/rate-limits.ts'
import { countCodeGuess } from '../../src/core/second-factor/code-handle.ts'
import { countGuess } from '../../src/core/second-factor/failures.ts'
import type { Deps } from '../../src/deps.ts'

/** Guesses at one account, from as many addresses as there are guesses, evenly over a time. */
export type Attack = {
  readonly guesses: number
  readonly durationMs: number
  readonly userId: number
}

/** How the guesses of an attack are counted, whoever sends them. */
type Counter = (deps: Deps, attack: Attack, index: number) => Promise<Count | undefined>

/** How many possibilities a guess is one of. */
export type Target = { readonly count: Counter; readonly possibilities: number }

/** What is guessed at, and how that is counted. */
export const TARGETS: Readonly<Record<string, Target>> = {
  'one-time code (any token, any route)': {
    count: (deps, { userId }) => Promise.resolve(countGuess(deps, userId)),
    // Two periods are good at a time.
    possibilities: 1_000_000 / 2,
  },
  'mailed code (a new handle a guess)': {
    count: (deps, { userId }, index) =>
      countCodeGuess(deps, {
        handle: {
          isMailed: true,
          purpose: 'login-code',
          seed: '',
          userId,
          email: 'alice@example.com',
          password: '',
        },
        claim: { id: `handle-${index}`, spentBy: '', expiresAt: deps.now },
      }),
    possibilities: 28 ** 6,
  },
  'password, proving again with a stolen token': {
    count: (deps, { userId }) => countFor(deps, 'reauthenticate', { userId }),
    possibilities: Number.POSITIVE_INFINITY,
  },
}

/**
 * How many guesses are judged, asked of the counters themselves. A refused guess counts nothing, and tells how long
 * nothing will be judged: the guesses of that time are refused without asking for each.
 */
export async function judgedGuesses(
  depsAt: (ms: number) => Deps,
  attack: Attack,
  { count }: Target,
): Promise<number> {
  const stepMs = attack.durationMs / attack.guesses
  let judged = 0
  for (let index = 0; index < attack.guesses;) {
    const deps = depsAt(Math.floor(index * stepMs))
    const counted = await count(deps, attack, index)
    const waitSeconds = counted === undefined ? undefined : await countRequest(deps.db, counted)
    if (waitSeconds === undefined) judged += 1
    index += waitSeconds === undefined ? 1 : Math.max(1, Math.floor((waitSeconds * 1000) / stepMs))
  }
  return judged
}
