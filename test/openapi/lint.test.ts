import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { DEPLOYMENTS, describeDeployment } from './settings.ts'

const redocly = fileURLToPath(new URL('../../node_modules/.bin/redocly', import.meta.url))
const rules = fileURLToPath(new URL('redocly.yaml', import.meta.url))

/** Lints documents, and answers what the linter said of faults. */
async function lint(documents: Readonly<Record<string, unknown>>): Promise<string> {
  const directory = mkdtempSync(join(tmpdir(), 'rest-auth-edge-openapi-'))
  try {
    const files = Object.entries(documents).map(([name, document]) => {
      const file = join(directory, `${name}.json`)
      writeFileSync(file, JSON.stringify(document))
      return file
    })
    await promisify(execFile)(redocly, ['lint', '--config', rules, '--format=stylish', ...files], {
      env: { ...process.env, REDOCLY_TELEMETRY: 'off', REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true' },
    })
    return ''
  } catch (error) {
    if (error instanceof Error) return 'stdout' in error ? String(error.stdout) : error.message
    throw error
  } finally {
    rmSync(directory, { recursive: true })
  }
}

test('the description of every kind of deployment is valid OpenAPI by the strict rules', async () => {
  const documents: [string, unknown][] = []
  for (const [name, env] of Object.entries(DEPLOYMENTS)) {
    documents.push([name, await describeDeployment(env)])
  }
  expect(await lint(Object.fromEntries(documents))).toBe('')
}, 60_000)

test('the linter does find faults', async () => {
  const { paths: _paths, ...broken } = await describeDeployment({})
  expect(await lint({ broken })).toContain('error')
}, 60_000)
