import { Readable } from 'node:stream'
import { runManage } from '../../src/manage/run.ts'
import type { Io } from '../../src/manage/command.ts'

/** Where a command runs, and what a person at the keyboard would answer. */
export type ConsoleOptions = {
  readonly env: Readonly<Record<string, string>>
  readonly directory: string
  /** Answers to prompts, in order; none: nobody is there. */
  readonly answers?: readonly string[]
  /** First line of the standard input. */
  readonly line?: string
  /** Whether the output is a terminal. */
  readonly isTerminal?: boolean
  /** The standard input as a whole. */
  readonly input?: string
}

/** What a command did. */
export type Ran = {
  readonly code: number
  readonly out: string
  readonly said: string
  /** The answers of `--json`: one a line, or one in all. */
  readonly json: () => unknown
  readonly jsonLines: () => readonly Readonly<Record<string, unknown>>[]
}

/** Runs a command of the operator's tool in this process. */
export async function manage(options: ConsoleOptions, ...args: readonly string[]): Promise<Ran> {
  let out = ''
  let said = ''
  const answers = [...(options.answers ?? [])]
  const io: Io = {
    env: options.env,
    directory: options.directory,
    out: (text) => (out += text),
    say: (text) => (said += text),
    isScreen: options.isTerminal ?? false,
    hasColors: options.isTerminal ?? false,
    ask: (question) => {
      said += question
      return Promise.resolve(answers.shift())
    },
    askHidden: (question) => {
      said += question
      return Promise.resolve(answers.shift())
    },
    input: Readable.from([Buffer.from(options.input ?? '')]),
    readLine: () => Promise.resolve(options.line ?? ''),
  }
  const code = await runManage(args, io)
  return {
    code,
    out,
    said,
    json: () => JSON.parse(out),
    jsonLines: () =>
      out
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line)),
  }
}
