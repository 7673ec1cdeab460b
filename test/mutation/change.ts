import type { Test } from './stand-in.ts'

/** One thing done otherwise than it is written, that some test should notice. */
export type Change = {
  /** The same for the same change of the same sources. */
  readonly key: string
  /** The file, or the table of a statement. */
  readonly place: string
  /** For people: what stands there, and what instead. */
  readonly text: string
  readonly switchTo: (isOn: boolean) => void
  /** The tests that come past it. */
  readonly tests: readonly Test[]
}

/** What the process that tries changes writes, a line of JSON each. */
export type Report =
  | { readonly kind: 'unfit'; readonly test: string; readonly why: string }
  | { readonly kind: 'ready'; readonly tests: number; readonly changes: number }
  | { readonly kind: 'begun'; readonly key: string; readonly place: string; readonly text: string }
  | Outcome
  | { readonly kind: 'spoilt'; readonly by: string }
  | { readonly kind: 'done' }

/** What became of one change. */
export type Outcome = {
  readonly kind: 'tried'
  readonly key: string
  readonly place: string
  readonly text: string
  readonly isNoticed: boolean
}

/** What a process is to try. */
export type Job = {
  /** Globs of files whose code is changed, or the conditions of the statements that tests send. */
  readonly mutate: readonly string[] | 'statements'
  readonly tests: readonly string[]
  /** Of `statements`: only those that write these; none named: all. */
  readonly tables: readonly string[]
  /** Changes that have been tried. */
  readonly tried: readonly string[]
  /** Tests that fail when they run again, where a process before has found out. */
  readonly unfit?: readonly string[]
}
