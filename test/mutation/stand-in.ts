/**
 * What our tests use of Vitest, for a process that keeps everything loaded and runs each test as often as it likes.
 * Only what they use: an unknown member is an error.
 */
import {
  ASYMMETRIC_MATCHERS_OBJECT,
  chai,
  GLOBAL_EXPECT,
  JestAsymmetricMatchers,
  JestChaiExpect,
  JestExtend,
  setState,
} from '@vitest/expect'
import { fn, restoreAllMocks, spyOn } from '@vitest/spy'

type Work = () => unknown

/** A group of tests: a file, or a `describe` in it. */
export type Group = {
  readonly name: string
  readonly parent: Group | undefined
  readonly beforeAll: Work[]
  readonly afterAll: Work[]
  readonly beforeEach: Work[]
  readonly afterEach: Work[]
}

/** A test that was written down; running it is somebody else's. */
export type Test = {
  readonly name: string
  readonly group: Group
  readonly run: Work
  /** How long it may take, where it says so. */
  readonly timeoutMs: number | undefined
}

/** All that files have written down. */
export const tests: Test[] = []

/** Hooks of no file: those of the setup. */
const everywhere: Group = group('', undefined)
let current: Group = everywhere

function group(name: string, parent: Group | undefined): Group {
  return { name, parent, beforeAll: [], afterAll: [], beforeEach: [], afterEach: [] }
}

/** Collects what importing a file writes down. */
export async function collect(name: string, load: () => Promise<unknown>): Promise<void> {
  const outer = current
  current = group(name, everywhere)
  await load()
  current = outer
}

function addGroup(name: string, body: Work): void {
  const outer = current
  current = group(name, outer)
  body()
  current = outer
}

function addTest(name: string, run: Work, timeoutMs?: number): void {
  tests.push({ name, group: current, run, timeoutMs })
}

type Add = (name: string, body: Work, timeoutMs?: number) => void

type Body = (...row: readonly unknown[]) => unknown

/** Options and deadlines stand before or after it. */
function bodyOf(given: readonly unknown[]): Body {
  const body = given.find((one): one is Body => typeof one === 'function')
  if (body === undefined) throw new Error('a test without a body')
  return body
}

function timeoutOf(given: readonly unknown[]): number | undefined {
  for (const one of given) {
    const timeout: unknown =
      typeof one === 'object' && one !== null && 'timeout' in one ? one.timeout : one
    if (typeof timeout === 'number') return timeout
  }
  return undefined
}

/** `each`: rows that are all arrays are the arguments; else each is the one argument. */
function withEach(add: Add) {
  const each =
    (rows: readonly unknown[]) =>
    (name: string, ...given: readonly unknown[]): void => {
      const body = bodyOf(given)
      const isTable = rows.every(Array.isArray)
      for (const [index, row] of rows.entries()) {
        const values: readonly unknown[] = isTable && Array.isArray(row) ? row : [row]
        add(`${name} #${index}`, () => body(...values), timeoutOf(given))
      }
    }
  return Object.assign(
    (name: string, ...given: readonly unknown[]) => {
      add(name, bodyOf(given), timeoutOf(given))
    },
    { each },
  )
}

// Vitest's own names and meanings from here on.

export const test = withEach(addTest)
export const describe = withEach(addGroup)

export const beforeAll = (work: Work): void => void current.beforeAll.push(work)
export const afterAll = (work: Work): void => void current.afterAll.push(work)
export const beforeEach = (work: Work): void => void current.beforeEach.push(work)
export const afterEach = (work: Work): void => void current.afterEach.push(work)

chai.use(JestExtend)
chai.use(JestChaiExpect)
chai.use(JestAsymmetricMatchers)
const made = (value: unknown, message?: string): unknown => chai.expect(value, message)
Object.assign(made, chai.expect)
Object.assign(made, Reflect.get(globalThis, ASYMMETRIC_MATCHERS_OBJECT))
Reflect.set(globalThis, GLOBAL_EXPECT, made)
setState(
  { assertionCalls: 0, isExpectingAssertions: false, expectedAssertionsNumber: null },
  made as never,
)
export const expect = made
export const expectTypeOf = (): unknown =>
  new Proxy(() => undefined, { get: () => expectTypeOf, apply: () => undefined })
export const vi = { fn, restoreAllMocks, spyOn }
