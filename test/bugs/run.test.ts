/**
 * Plays the faults that people report of software of this kind: test/bugs/cases, or the directory that
 * `BUG_CASES` names. What a case may hold is said in case.ts.
 */
import { fileURLToPath } from 'node:url'
import { test } from 'vitest'
import { readCases } from './case.ts'
import { playCase } from './play.ts'

const directory = process.env['BUG_CASES'] ?? fileURLToPath(new URL('cases/', import.meta.url))

for (const [file, bugCase] of readCases(directory)) {
  for (const mode of bugCase.modes) {
    test(`${file} (${mode}): ${bugCase.title}`, () => playCase(bugCase, mode))
  }
}
