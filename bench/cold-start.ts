import { execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createRequire } from 'node:module'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { Readable } from 'node:stream'
import { text as readAll } from 'node:stream/consumers'
import { bindingsOf, COMPATIBILITY_DATE, type Subject } from './subjects.ts'

/** What one start took, in milliseconds: workerd by itself, without what Miniflare puts around it. */
export type ColdStart = {
  /** From nothing to the first answer of the first isolate. */
  readonly process: number
  /** What one more isolate takes until it has answered. */
  readonly isolate: number
}

/** Its package answers where the binary is. */
const { default: WORKERD }: { readonly default: string } = createRequire(import.meta.url)('workerd')

/** So many isolates are started to tell what one of them takes. */
const COPIES = 13

/**
 * Starts a subject alone and many times over; every isolate answers one request. workerd reads its whole configuration
 * first, which holds the files of each isolate, and copies it twice: as much is read where one isolate is compared
 * with many, so that what one more takes is none of that.
 */
export async function measureColdStart(
  subject: Subject,
  database: string,
  answer: (origin: string) => Promise<Response>,
): Promise<ColdStart> {
  const alone = await timeStart({ subject, database, answer, copies: 1 })
  const one = await timeStart({ subject, database, answer, copies: 1, readsOf: COPIES })
  const many = await timeStart({ subject, database, answer, copies: COPIES })
  return { process: alone, isolate: (many - one) / (COPIES - 1) }
}

/** So many isolates of one subject, each of which answers one request. */
export type Start = {
  readonly subject: Subject
  readonly database: string
  readonly answer: (origin: string) => Promise<Response>
  readonly copies: number
  /** Of so many isolates workerd reads the files, of those that it does not start as well. */
  readonly readsOf?: number
}

async function timeStart(start: Start): Promise<number> {
  return withConfig(start, async (config) => {
    const startedMs = performance.now()
    const child = spawn(WORKERD, ['serve', '--binary', config, '--control-fd=3'], {
      stdio: ['ignore', 'ignore', 'inherit', 'pipe'],
    })
    try {
      await answerAll(child, start)
      return performance.now() - startedMs
    } finally {
      child.kill('SIGKILL')
      await once(child, 'exit')
    }
  })
}

/**
 * How many instructions workerd executes for it, by valgrind: the same on a busy machine as on an idle one. What the
 * kernel does, and waits for memory, are not among them.
 */
export async function countInstructions(start: Start): Promise<number> {
  return withConfig(start, async (config) => {
    const counts = ['--tool=callgrind', '--callgrind-out-file=/dev/null']
    const serve = ['serve', '--binary', config, '--control-fd=3']
    const child = spawn('valgrind', [...counts, WORKERD, ...serve], {
      stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
    })
    const told = readAll(child.stdio[2] as Readable)
    try {
      await answerAll(child, start)
    } catch (error) {
      // It would go on and take a core.
      child.kill('SIGKILL')
      throw error
    }
    child.kill('SIGTERM')
    const [, count] = /Collected : (\d+)/.exec(await told) ?? []
    if (count === undefined) throw new Error('valgrind told no count')
    return Number(count)
  })
}

/** Does something with the configuration of a start, in a directory that lasts as long. */
async function withConfig<T>(start: Start, use: (config: string) => Promise<T>): Promise<T> {
  const directory = mkdtempSync(join(tmpdir(), 'rest-auth-edge-cold-'))
  try {
    return await use(encodeConfig(writeConfig(directory, start)))
  } finally {
    rmSync(directory, { recursive: true })
  }
}

/** Sends each isolate its request, one after the other. */
async function answerAll(child: ChildProcess, { answer, copies }: Start): Promise<void> {
  for (const port of await listeningPorts(child, copies)) {
    const response = await answer(`http://127.0.0.1:${port}`)
    await response.arrayBuffer()
  }
}

/** What workerd reads at once: parsing the text of a configuration, and the scripts in it, is no part of a start. */
function encodeConfig(config: string): string {
  const file = `${config}.bin`
  const maxBuffer = 1024 ** 3
  writeFileSync(file, execFileSync(WORKERD, ['compile', config, '--config-only'], { maxBuffer }))
  return file
}

/** workerd tells each socket on its control channel, one JSON line each. */
async function listeningPorts(child: ChildProcess, count: number): Promise<readonly number[]> {
  const control = child.stdio[3] as Readable
  const ports: number[] = []
  let text = ''
  for await (const chunk of control) {
    text += String(chunk)
    const lines = text.split('\n')
    text = lines.pop() ?? ''
    for (const line of lines) {
      const told: { readonly event: string; readonly port?: number } = JSON.parse(line)
      if (told.event === 'listen' && told.port !== undefined) ports.push(told.port)
    }
    if (ports.length === count) return ports
  }
  throw new Error('workerd ended before it listened')
}

function writeConfig(
  directory: string,
  {
    subject,
    database,
    copies,
    readsOf = copies,
  }: Pick<Start, 'subject' | 'database' | 'copies' | 'readsOf'>,
): string {
  const modules = subject.modules.map(({ type, path, contents }) => {
    const file = join(directory, path)
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, contents)
    return `(name = ${JSON.stringify(path)}, ${FIELDS[type]} = embed ${JSON.stringify(path)})`
  })
  const bindings = Object.entries(bindingsOf(subject, database, 0)).map(
    ([name, value]) => `(name = ${JSON.stringify(name)}, text = ${JSON.stringify(value)})`,
  )
  const worker = `(modules = [${modules.join(', ')}], bindings = [${bindings.join(', ')}],
    compatibilityDate = ${JSON.stringify(COMPATIBILITY_DATE)})`
  const each = Array.from({ length: copies }, (_, index) => index)
  const services = each.map((index) => `(name = "copy${index}", worker = ${worker})`)
  const sockets = each.map(
    (index) =>
      `(name = "socket${index}", address = "127.0.0.1:0", http = (), service = "copy${index}")`,
  )
  // As long as the files of the isolates that are not started: a module that nobody imports, so nothing compiles it.
  const bytes = subject.modules.reduce((sum, { contents }) => sum + contents.length, 0)
  writeFileSync(join(directory, 'unread.js'), ' '.repeat((readsOf - copies) * bytes))
  const internet = '(name = "internet", network = (allow = ["public", "private"]))'
  const file = join(directory, 'config.capnp')
  writeFileSync(
    file,
    `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [${[internet, ...services].join(',\n')}],
  sockets = [${sockets.join(',\n')}],
  extensions = [(modules = [(name = "bench:unread", esModule = embed "unread.js")])]
);
`,
  )
  return file
}

const FIELDS = { ESModule: 'esModule', CompiledWasm: 'wasm', Data: 'data' } as const
