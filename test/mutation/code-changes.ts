import { Instrumenter, type File } from '@stryker-mutator/instrumenter'
import { readFileSync } from 'node:fs'
import { registerHooks, stripTypeScriptTypes } from 'node:module'
import { pathToFileURL } from 'node:url'
import type { Change } from './change.ts'
import type { Test } from './stand-in.ts'

/** Files whose code can be changed while it is loaded. */
export type InstrumentedCode = {
  /** Notes which changes a test comes past. */
  readonly during: (test: Test, work: () => Promise<unknown>) => Promise<unknown>
  /** All changes, but those that only the loading of a module comes past: they are judged by reading. */
  readonly changes: () => readonly Change[]
}

/** More often than any test comes past one place: the change has made an endless loop. */
const MAX_HITS = 200_000

/** Stryker writes every change into the code, behind a switch each; the switches are here. */
export async function instrument(paths: readonly string[]): Promise<InstrumentedCode> {
  const files = paths.map((name): File => ({
    name,
    mutate: true,
    content: madeAnew(readFileSync(name, 'utf8')),
  }))
  const instrumenter = new Instrumenter(SILENT)
  const { mutants, files: changed } = await instrumenter.instrument(files, OPTIONS)
  const sources = changed.map(({ name, content }) => [pathToFileURL(name).href, content] as const)
  loadInPlace(new Map([[COMPILED.href, compiledAnew()], ...sources]))
  const switches = createSwitches()
  return {
    during: switches.during,
    changes: () =>
      mutants.flatMap((mutant): readonly Change[] => {
        const tests = switches.coveringOf(mutant.id)
        if (tests.length === 0 && switches.isStatic(mutant.id)) return []
        const line = mutant.location.start.line + 1
        const place = mutant.fileName.slice(process.cwd().length + 1)
        const written = readFileSync(mutant.fileName, 'utf8').split('\n')[line - 1] ?? ''
        return [
          {
            key: `${place}:${mutant.id}`,
            place,
            text: `${line}: ${written.trim()}  →  ${mutant.replacement}`,
            switchTo: (isOn) => {
              switches.activate(isOn ? mutant.id : undefined)
            },
            tests,
          },
        ]
      }),
  }
}

const nothing = (): void => undefined
const SILENT = {
  isTraceEnabled: () => false,
  isDebugEnabled: () => false,
  isInfoEnabled: () => false,
  isWarnEnabled: () => false,
  isErrorEnabled: () => false,
  isFatalEnabled: () => false,
  trace: nothing,
  debug: nothing,
  info: nothing,
  warn: nothing,
  error: nothing,
  fatal: nothing,
}
// Without its own header: the two functions that it would define are those of `createSwitches`.
const OPTIONS = { plugins: null, excludedMutations: [], ignorers: [], noHeader: true }

const COMPILED = new URL('../../src/db/compiled.ts', import.meta.url)

/** Statements that are built once and kept would hide every change of what builds them. */
function compiledAnew(): string {
  const written = readFileSync(COMPILED, 'utf8')
  const anew = written
    .replace('made ??= compile(', 'made = compile(')
    .replace('made.get(constant) ?? make(constant)', 'make(constant)')
  if (anew.split('\n').filter((line, index) => line !== written.split('\n')[index]).length === 2) {
    return anew
  }
  throw new Error('src/db/compiled.ts keeps statements in another way now.')
}

/** So would anything else that a module makes with its first use and keeps. */
function madeAnew(source: string): string {
  return source.replaceAll(' ??= await ', ' = await ')
}

function loadInPlace(sources: ReadonlyMap<string, string | undefined>): void {
  registerHooks({
    load(url, context, next) {
      const source = sources.get(url)
      if (source === undefined) return next(url, context)
      return { format: 'module', source: stripTypeScriptTypes(source), shortCircuit: true }
    },
  })
}

/** What instrumented code asks: whether a change is on, and that it came past some. */
function createSwitches() {
  const covering = new Map<string, Set<Test>>()
  const loading = new Set<string>()
  let active: string | undefined
  let hits = 0
  let current: Test | undefined
  let isCounting = true
  const isActive = (id: string): boolean => {
    if (id !== active) return false
    hits += 1
    if (hits > MAX_HITS) throw new Error('an endless loop')
    return true
  }
  const cover = (...ids: readonly string[]): void => {
    if (!isCounting) return
    for (const id of ids) {
      if (current === undefined) loading.add(id)
      else covering.set(id, (covering.get(id) ?? new Set<Test>()).add(current))
    }
  }
  Object.assign(globalThis, { stryMutAct_9fa48: isActive, stryCov_9fa48: cover })
  return {
    during: async (test: Test, work: () => Promise<unknown>): Promise<unknown> => {
      current = test
      try {
        return await work()
      } finally {
        current = undefined
      }
    },
    coveringOf: (id: string): readonly Test[] => [...(covering.get(id) ?? [])],
    isStatic: (id: string): boolean => loading.has(id),
    activate: (id: string | undefined): void => {
      isCounting = false
      active = id
      hits = 0
    },
  }
}
