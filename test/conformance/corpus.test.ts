import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { corpusFiles, readCorpusFile, type CorpusFile } from './corpus.ts'

const directory = mkdtempSync(join(tmpdir(), 'rest-auth-edge-corpus-'))

afterAll(() => {
  rmSync(directory, { recursive: true })
})

function read(content: unknown): CorpusFile {
  writeFileSync(join(directory, 'x.json'), JSON.stringify(content))
  return readCorpusFile(directory, 'x.json')
}

function scenarioWith(...steps: readonly unknown[]): unknown {
  return { format: 1, group: 'g', scenarios: [{ name: 'n', settings: {}, steps }] }
}

test('the whole corpus is read', () => {
  const corpus = new URL('../corpus', import.meta.url).pathname
  const files = corpusFiles(corpus).map((name) => readCorpusFile(corpus, name))
  const counts = files.map((file) =>
    file.kind === 'cases' ? file.cases.length : file.scenarios.length,
  )
  expect(counts.reduce((sum, count) => sum + count, 0)).toBe(3057)
  const ids = files.flatMap((file) => (file.kind === 'cases' ? file.cases : file.scenarios))
  expect(new Set(ids.map(({ id }) => id)).size).toBe(3057)
})

test('cases are named by their place', () => {
  const file = read({
    format: 1,
    name: 'fuzz x',
    settings: { PROFILE: 'jwt' },
    setup: [{ wait: 1 }],
    cases: [{ request: { method: 'GET', path: '/' }, response: { status: 200 } }],
  })
  expect(file).toEqual({
    kind: 'cases',
    setup: {
      id: 'fuzz x#setup',
      settings: { PROFILE: 'jwt' },
      needs: [],
      steps: [{ kind: 'wait', seconds: 1 }],
    },
    cases: [
      {
        id: 'fuzz x#0',
        settings: { PROFILE: 'jwt' },
        needs: [],
        steps: [
          { kind: 'request', request: { method: 'GET', path: '/' }, response: { status: 200 } },
        ],
        setup: [{ kind: 'wait', seconds: 1 }],
      },
    ],
  })
})

describe('what this runner does not know is refused', () => {
  const request = { method: 'GET', path: '/' }
  const response = { status: 200 }

  test.each([
    [{ format: 2, group: 'g', scenarios: [] }, 'unknown format'],
    [scenarioWith({ dance: 1 }), 'unknown step dance'],
    [scenarioWith({ wait: 1, mail: {} }), 'a step of two kinds'],
    [scenarioWith({ wait: 'long' }), 'not a number'],
    [scenarioWith({ seed: {} }), 'not a list'],
    [scenarioWith({ request, response, other: 1 }), 'unknown other'],
    [scenarioWith({ request: { ...request, body: 1 }, response }), 'unknown body'],
    [scenarioWith({ request: { ...request, json: 1, raw: '' }, response }), 'two bodies'],
    [scenarioWith({ request, response: { ...response, xml: '' } }), 'unknown xml'],
    [scenarioWith({ request }), 'not an object'],
    [
      scenarioWith({ mail: { count: 0, messages: [{ to: [], subject: '', cc: [] }] } }),
      'unknown cc',
    ],
    [{ format: 1, group: 'g', scenarios: [{ name: 'n', steps: [], tags: [] }] }, 'unknown tags'],
  ])('%j', (content, message) => {
    expect(() => read(content)).toThrow(message)
  })
})
