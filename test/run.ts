/** `npm test`: every test there is, offline but for the package, which npm installs; the last line says how many passed and failed. */
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

type Totals = { readonly passed: number; readonly failed: number }
type Suite = {
  readonly name: string
  readonly command: readonly string[]
  /** Reads what the command counted; `undefined` where it did not get that far. */
  readonly totals: (output: string) => Totals | undefined
}

const projectRoot = fileURLToPath(new URL('../', import.meta.url))
const directory = mkdtempSync(join(tmpdir(), 'rest-auth-edge-test-'))
const vitestReport = join(directory, 'vitest.json')

const suites: readonly Suite[] = [
  {
    name: 'vitest',
    command: [
      'node_modules/.bin/vitest',
      'run',
      '--config',
      'test/vitest.config.ts',
      // What is published is installed from npm: `npm run test:package`.
      '--project',
      'node',
      '--project',
      'alone',
      '--project',
      'worker',
      '--project',
      'load',
      '--reporter',
      'default',
      '--reporter',
      'json',
      '--outputFile.json',
      vitestReport,
    ],
    totals: readVitestReport,
  },
  {
    name: 'conformance',
    command: ['npm', 'run', '--silent', 'conformance'],
    totals: readConformance,
  },
  {
    name: 'first logins',
    command: ['npm', 'run', '--silent', 'conformance', '--', '--first', '--filter', 'login'],
    totals: readConformance,
  },
]

const lines: string[] = []
const total = { passed: 0, failed: 0 }
for (const suite of suites) {
  console.log(`\n${suite.name}: ${suite.command.join(' ')}`)
  const startedMs = performance.now()
  const { code, output } = await run(suite.command)
  const counted = suite.totals(output) ?? { passed: 0, failed: 0 }
  // A suite that fails without a failed test broke before it could count one.
  const failed = code === 0 ? counted.failed : Math.max(1, counted.failed)
  total.passed += counted.passed
  total.failed += failed
  const seconds = ((performance.now() - startedMs) / 1000).toFixed(0)
  lines.push(`${suite.name}: ${counted.passed} passed, ${failed} failed, ${seconds} s`)
}
rmSync(directory, { recursive: true })
console.log(`\n${lines.join('\n')}\n${total.passed} passed, ${total.failed} failed`)
process.exitCode = total.failed === 0 ? 0 : 1

async function run(command: readonly string[]): Promise<{ code: number; output: string }> {
  const [program = '', ...args] = command
  const child = spawn(program, args, {
    cwd: projectRoot,
    env: process.stdout.isTTY ? process.env : { ...process.env, NO_COLOR: '1' },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let output = ''
  child.stdout.setEncoding('utf8')
  child.stdout.on('data', (text: string) => {
    output += text
    process.stdout.write(text)
  })
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code) => {
      resolve({ code: code ?? 1, output })
    })
  })
}

function readConformance(output: string): Totals | undefined {
  const line = output.trimEnd().split('\n').at(-1) ?? ''
  const counts = /^(\d+) passed, (\d+) failed$/.exec(line)
  return counts === null ? undefined : { passed: Number(counts[1]), failed: Number(counts[2]) }
}

/** A skipped test proves nothing, so it counts as failed. */
function readVitestReport(): Totals | undefined {
  try {
    const report: Readonly<Record<string, unknown>> = JSON.parse(readFileSync(vitestReport, 'utf8'))
    const count = (name: string): number => Number(report[name] ?? 0)
    return {
      passed: count('numPassedTests'),
      failed: count('numFailedTests') + count('numPendingTests') + count('numTodoTests'),
    }
  } catch {
    return undefined
  }
}
