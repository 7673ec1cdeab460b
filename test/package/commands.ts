import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { join } from 'node:path'

/** A command of a project, as it runs. */
export type Running = { readonly child: ChildProcess; readonly output: () => string }

/** Result of a command. */
export type Finished = { readonly code: number | null; readonly output: string }

/** Starts `rest-auth-edge …` of a project. */
export function startCommand(
  project: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Running {
  const program = join(project, 'node_modules/rest-auth-edge/lib/cli/rest-auth-edge.js')
  const child = spawn(process.execPath, [program, ...args], {
    cwd: project,
    env: { ...process.env, CI: 'true', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text
    })
  }
  return { child, output: () => output }
}

/** Runs it to its end. */
export async function runCommand(
  project: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Finished> {
  const { child, output } = startCommand(project, args, env)
  await once(child, 'close')
  return { code: child.exitCode, output: output() }
}

/** The line of `dev` that says it serves: the service's address, and the form that logs the demo account in. */
export async function untilReady({ child, output }: Running): Promise<{
  readonly url: string
  readonly form: URLSearchParams
}> {
  while (child.exitCode === null) {
    const found = /^Ready: (\S+) {2}Log in: curl \S+ -d (\S+) -d (\S+)$/m.exec(output())
    const [, url = '', name = '', password = ''] = found ?? []
    if (found !== null) return { url, form: new URLSearchParams(`${name}&${password}`) }
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  throw new Error(`dev ended:\n${output()}`)
}

/** Ends what runs, and waits for it. */
export async function stopCommand({ child }: Running): Promise<void> {
  if (child.exitCode !== null) return
  const gone = once(child, 'exit')
  child.kill('SIGTERM')
  await gone
}

/** A port that nobody listens on now. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  return typeof address === 'object' ? (address?.port ?? 0) : 0
}
