/**
 * Plays the faults that people report of software of this kind: test/bugs/cases and the variants of them beside, or the
 * directory that `BUG_CASES` names. What a case may hold is said in case.ts.
 */
import { fileURLToPath } from 'node:url'
import { test } from 'vitest'
import { readCases } from './case.ts'
import { playCase } from './play.ts'

const named = process.env['BUG_CASES']
const own = ['cases/', 'variants/'].map((name) => fileURLToPath(new URL(name, import.meta.url)))

for (const directory of named === undefined ? own : [named]) {
  for (const [file, bugCase] of readCases(directory)) {
    for (const mode of bugCase.modes) {
      test(`${file} (${mode}): ${bugCase.title}`, () => playCase(bugCase, mode))
    }
  }
}
