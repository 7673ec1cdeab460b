import type { Node } from './regexp-syntax.ts'

/**
 * A regular expression's positions (Glushkov's automaton): one a place that takes a character. Position 0
 * stands for what a search passes over before its match begins.
 */
export type Automaton = {
  /** Bits of the classes of characters that a position takes. */
  readonly takes: readonly bigint[]
  readonly follows: readonly (readonly number[])[]
  /** Positions behind which the whole expression matches, whatever comes next. */
  readonly succeeds: ReadonlySet<number>
  /** Steps that can be made in two ways. */
  readonly doubled: readonly (readonly [number, number])[]
}

/** What of an expression comes first and last; `mid` is behind characters, where `^` never holds. */
type Part = {
  readonly firstAtStart: readonly number[]
  readonly firstMid: readonly number[]
  readonly last: readonly number[]
  /** As `last`, where nothing more is asserted. */
  readonly lastFree: readonly number[]
  readonly isEmptyAtStart: boolean
  readonly isEmptyMid: boolean
  readonly isEmptyFree: boolean
}

const EMPTY: Part = {
  firstAtStart: [],
  firstMid: [],
  last: [],
  lastFree: [],
  isEmptyAtStart: true,
  isEmptyMid: true,
  isEmptyFree: true,
}

/** Longer repetitions with a bound count as this many: they differ by a factor only. */
const MAX_COPIES = 64

/** The automaton of a parsed expression. */
export function automatonOf(tree: Node, isSticky: boolean): Automaton {
  const takes: ((character: string) => boolean)[] = [() => true]
  const edges = new Set<string>()
  const follows: number[][] = [[]]
  const doubled: [number, number][] = []

  const link = (froms: readonly number[], tos: readonly number[]): void => {
    for (const from of froms) {
      for (const to of tos) {
        const edge = `${from} ${to}`
        if (edges.has(edge)) doubled.push([from, to])
        else follows[from]?.push(to)
        edges.add(edge)
      }
    }
  }
  const join = (left: Part, right: Part): Part => {
    link(left.last, right.firstMid)
    return {
      firstAtStart: [...left.firstAtStart, ...(left.isEmptyAtStart ? right.firstAtStart : [])],
      firstMid: [...left.firstMid, ...(left.isEmptyMid ? right.firstMid : [])],
      last: [...right.last, ...(right.isEmptyMid ? left.last : [])],
      lastFree: [...right.lastFree, ...(right.isEmptyFree ? left.lastFree : [])],
      isEmptyAtStart: left.isEmptyAtStart && right.isEmptyAtStart,
      isEmptyMid: left.isEmptyMid && right.isEmptyMid,
      isEmptyFree: left.isEmptyFree && right.isEmptyFree,
    }
  }
  const maybe = (part: Part): Part => ({
    ...part,
    isEmptyAtStart: true,
    isEmptyMid: true,
    isEmptyFree: true,
  })
  const repeated = (body: Node, min: number, max: number): Part => {
    if (max === Infinity) {
      const loop = partOf(body)
      link(loop.last, loop.firstMid)
      return min <= 1
        ? min === 0
          ? maybe(loop)
          : loop
        : join(repeated(body, min - 1, min - 1), loop)
    }
    let whole = EMPTY
    for (let copy = Math.min(max, MAX_COPIES); copy > 0; copy -= 1) {
      whole = join(partOf(body), whole)
      if (copy > min) whole = maybe(whole)
    }
    return whole
  }
  const partOf = (node: Node): Part => {
    switch (node.kind) {
      case 'characters': {
        const here = [takes.push(node.takes) - 1]
        follows.push([])
        const never = { isEmptyAtStart: false, isEmptyMid: false, isEmptyFree: false }
        return { firstAtStart: here, firstMid: here, last: here, lastFree: here, ...never }
      }
      case 'assertion':
        return { ...EMPTY, isEmptyMid: !node.isStart, isEmptyFree: false }
      case 'sequence':
        return node.parts.map(partOf).reduce(join, EMPTY)
      case 'choice': {
        const parts = node.parts.map(partOf)
        return {
          firstAtStart: parts.flatMap((part) => part.firstAtStart),
          firstMid: parts.flatMap((part) => part.firstMid),
          last: parts.flatMap((part) => part.last),
          lastFree: parts.flatMap((part) => part.lastFree),
          isEmptyAtStart: parts.some((part) => part.isEmptyAtStart),
          isEmptyMid: parts.some((part) => part.isEmptyMid),
          isEmptyFree: parts.some((part) => part.isEmptyFree),
        }
      }
      case 'repeat':
        return repeated(node.body, node.min, node.max)
    }
  }

  const whole = partOf(tree)
  if (!isSticky) link([0], [0, ...whole.firstMid])
  return { takes: classesOf(takes), follows, succeeds: new Set(whole.lastFree), doubled }
}

/** Characters that the expressions of a source tell apart, or that languages have. */
const FURTHER = [
  0x37e, 0x3a9, 0x660, 0x1369, 0x1680, 0x2003, 0x2028, 0x2029, 0x202f, 0x205f, 0x2070, 0x212a,
  0x3000, 0x3002, 0x3042, 0x4e00, 0xd800, 0xdc00, 0xfeff, 0xff0e, 0xff61, 0x10a40, 0x1f600,
]
const SAMPLE: readonly string[] = [...Array.from({ length: 0x250 }).keys(), ...FURTHER].map(
  (code) => String.fromCodePoint(code),
)

/** One bit for each set of characters that all positions treat alike. */
function classesOf(takes: readonly ((character: string) => boolean)[]): readonly bigint[] {
  const classes = new Map<string, number>()
  const masks = takes.map(() => 0n)
  for (const character of SAMPLE) {
    const takers = takes.map((does) => does(character))
    const key = takers.map(Number).join('')
    const bit = classes.get(key) ?? classes.size
    classes.set(key, bit)
    takers.forEach((does, position) => {
      if (does) masks[position] = (masks[position] ?? 0n) | (1n << BigInt(bit))
    })
  }
  return masks
}
