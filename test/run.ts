/** `npm test`: every test there is, offline but for the package, which npm installs; the last line says how many passed and failed. */
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
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

const vitest: Suite = {
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
}

/** One process fewer than it takes by itself: two of these run at once. */
const workers = String(Math.min(4, availableParallelism()))
const conformance = ['npm', 'run', '--silent', 'conformance', '--', '--workers', workers]

/** What of one group runs at once: either would leave a core idle while its processes start and end. */
const groups: readonly (readonly Suite[])[] = [
  [vitest],
  [
    { name: 'conformance', command: conformance, totals: readConformance },
    {
      name: 'first logins',
      command: [...conformance, '--first', '--filter', 'login'],
      totals: readConformance,
    },
  ],
]

const lines: string[] = []
const total = { passed: 0, failed: 0 }
for (const group of groups) {
  const running = group.map((suite, index) => ({ suite, ended: run(suite.command, index === 0) }))
  for (const [index, { suite, ended }] of running.entries()) {
    console.log(`\n${suite.name}: ${suite.command.join(' ')}`)
    const { code, output, errors, seconds } = await ended
    if (index > 0) {
      process.stdout.write(output)
      process.stderr.write(errors)
    }
    const counted = suite.totals(output) ?? { passed: 0, failed: 0 }
    // A suite that fails without a failed test broke before it could count one.
    const failed = code === 0 ? counted.failed : Math.max(1, counted.failed)
    total.passed += counted.passed
    total.failed += failed
    lines.push(`${suite.name}: ${counted.passed} passed, ${failed} failed, ${seconds.toFixed(0)} s`)
  }
}
rmSync(directory, { recursive: true })
console.log(`\n${lines.join('\n')}\n${total.passed} passed, ${total.failed} failed`)
process.exitCode = total.failed === 0 ? 0 : 1

type Ended = {
  readonly code: number
  readonly output: string
  readonly errors: string
  readonly seconds: number
}

/** What is not shown while it comes is for the caller to show in one piece. */
async function run(command: readonly string[], isShown: boolean): Promise<Ended> {
  const startedMs = performance.now()
  const [program = '', ...args] = command
  const child = spawn(program, args, {
    cwd: projectRoot,
    env: process.stdout.isTTY ? process.env : { ...process.env, NO_COLOR: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const keep = (from: Readable, to: NodeJS.WriteStream): (() => string) => {
    let kept = ''
    from.setEncoding('utf8').on('data', (text: string) => {
      kept += text
      if (isShown) to.write(text)
    })
    return () => kept
  }
  const output = keep(child.stdout, process.stdout)
  const errors = keep(child.stderr, process.stderr)
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code) => {
      const seconds = (performance.now() - startedMs) / 1000
      resolve({ code: code ?? 1, output: output(), errors: errors(), seconds })
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
