/** Ports for `dev`: a free one where the usual one is taken, because several projects may run at once. */
import { once } from 'node:events'
import { createServer } from 'node:net'
import { CommandError } from '../../manage/command.ts'

const HOST = '127.0.0.1'

/** Whether the port is free. */
export async function isPortFree(port: number): Promise<boolean> {
  const server = createServer()
  const outcome = new Promise<boolean>((resolve) => {
    server.once('error', () => {
      resolve(false)
    })
    server.once('listening', () => {
      resolve(true)
    })
  })
  server.listen(port, HOST)
  const isFree = await outcome
  if (isFree) {
    server.close()
    await once(server, 'close')
  }
  return isFree
}

/** A port that is free now. */
export async function findFreePort(): Promise<number> {
  const server = createServer()
  server.listen(0, HOST)
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('No port was given.')
  server.close()
  await once(server, 'close')
  return address.port
}

/**
 * Reads a port from a variable of the environment; `undefined` when it is not set.
 *
 * @throws CommandError when it is no port
 */
export function parsePort(name: string, text: string | undefined): number | undefined {
  if (text === undefined || text === '') return undefined
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0
  if (port < 1 || port > 65_535) throw new CommandError(`${name} must be a port, not ${text}.`)
  return port
}
