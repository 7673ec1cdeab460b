import { automatonOf, type Automaton } from './regexp-automaton.ts'
import { parseRegExp } from './regexp-syntax.ts'

/**
 * Why a regular expression may take more than linear time on some input; `undefined` where it never does.
 * Conservative: what it passes is linear for a backtracking engine, what it refuses may only look bad.
 *
 * A backtracking search is super-linear where its automaton can go on in two loops on the same text (Weber
 * and Seidl 1991: infinite degree of ambiguity) and then fail. Passing over text before a match is a loop,
 * too: `\s+$` begins again at every blank. A loop behind which the whole expression has matched never fails.
 */
export function superLinearity(regexp: RegExp): string | undefined {
  const automaton = automatonOf(parseRegExp(regexp), regexp.sticky)
  const loops = loopsOf(automaton)
  const doubled = automaton.doubled.find(
    ([from, to]) => loops[from]?.has(to) && loops[to]?.has(from),
  )
  if (doubled !== undefined) return `a loop within a loop over position ${doubled[0]}`
  for (const [p, reached] of loops.entries()) {
    if (!reached.has(p)) continue
    for (const q of reached) {
      if (q === p || loops[q]?.has(q) !== true || automaton.succeeds.has(q)) continue
      if (loopsAlike(automaton, p, q)) return `positions ${p} and ${q} loop over the same text`
    }
  }
  return undefined
}

/** Of each position, what can be reached from it. */
function loopsOf({ follows }: Automaton): readonly ReadonlySet<number>[] {
  return follows.map((next) => {
    const reached = new Set<number>(next)
    for (const position of reached) for (const to of follows[position] ?? []) reached.add(to)
    return reached
  })
}

/** Whether one text leads from p to p, from p to q, and from q to q. */
function loopsAlike({ takes, follows }: Automaton, p: number, q: number): boolean {
  const size = takes.length
  const code = (a: number, b: number, c: number): number => (a * size + b) * size + c
  const goal = code(p, q, q)
  const seen = new Set<number>([code(p, p, q)])
  for (const state of seen) {
    const c = state % size
    const b = ((state - c) / size) % size
    const a = Math.floor(state / size / size)
    for (const nextA of follows[a] ?? []) {
      for (const nextB of follows[b] ?? []) {
        const both = (takes[nextA] ?? 0n) & (takes[nextB] ?? 0n)
        if (both === 0n) continue
        for (const nextC of follows[c] ?? []) {
          if ((both & (takes[nextC] ?? 0n)) === 0n) continue
          const next = code(nextA, nextB, nextC)
          if (next === goal) return true
          seen.add(next)
        }
      }
    }
  }
  return false
}
