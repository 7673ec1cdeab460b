import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** A started example. */
export type Frontend = { readonly stop: () => Promise<void> }

/** The folder of an example. */
export function exampleFolder(name: string): string {
  return fileURLToPath(new URL(`../../examples/${name}/`, import.meta.url))
}

/** What an example's `service.env` asks of the service, its own address put in. */
export function exampleSettings(name: string, origin: string): Record<string, string> {
  const text = readFileSync(join(exampleFolder(name), 'service.env'), 'utf8')
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'))
  return Object.fromEntries(
    lines.map((line) => {
      const equals = line.indexOf('=')
      const value = line.slice(equals + 1)
      return [line.slice(0, equals), value.replaceAll('http://localhost:3000', origin)]
    }),
  )
}

const START_DEADLINE_MS = 60_000

/** Starts an example's server and waits until it answers. */
export async function startFrontend(
  name: string,
  args: readonly string[],
  {
    port,
    serviceUrl,
    env = {},
  }: {
    readonly port: number
    readonly serviceUrl: string
    readonly env?: Readonly<Record<string, string>>
  },
): Promise<Frontend> {
  const child = spawn(process.execPath, args, {
    cwd: exampleFolder(name),
    env: { ...process.env, PORT: String(port), REST_AUTH_URL: serviceUrl, ...env },
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  const deadline = performance.now() + START_DEADLINE_MS
  while (performance.now() < deadline && child.exitCode === null) {
    const answers = await fetch(`http://localhost:${port}/`).then(
      () => true,
      () => false,
    )
    if (answers) return { stop: () => stop(child) }
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  await stop(child)
  throw new Error(`the example ${name} did not start`)
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const gone = once(child, 'exit')
  child.kill()
  await gone
}

/** A port that is free now. */
export async function freePort(): Promise<number> {
  const server = createServer()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port was given')
  server.close()
  await once(server, 'close')
  return address.port
}
