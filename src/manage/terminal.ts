/** The process's own streams, as an `Io`. */
import { createInterface } from 'node:readline/promises'
import { Writable } from 'node:stream'
import { Interrupted, type Io } from './command.ts'

/** The process's own streams and environment. */
export function terminal(): Io {
  // The reader of the output may stop early (`| head`); that is not an error.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
    process.exit()
  })
  return {
    env: process.env,
    directory: process.cwd(),
    out: (text) => process.stdout.write(text),
    say: (text) => process.stderr.write(text),
    isScreen: process.stderr.isTTY,
    hasColors: process.stdout.isTTY && (process.env['NO_COLOR'] ?? '') === '',
    ask: (question) => prompt(question, 'shown'),
    askHidden: (question) => prompt(question, 'hidden'),
    input: process.stdin,
    readLine,
  }
}

/** What is typed hidden is echoed into nothing. */
async function prompt(question: string, typed: 'shown' | 'hidden'): Promise<string | undefined> {
  if (!process.stdin.isTTY) return undefined
  const nowhere = new Writable({
    write: (_chunk, _encoding, done) => {
      done()
    },
  })
  const output = typed === 'hidden' ? nowhere : process.stderr
  const lines = createInterface({ input: process.stdin, output, terminal: true })
  // Only now is nothing echoed any more.
  process.stderr.write(question)
  // Ctrl-C and Ctrl-D both close the interface; neither answers the question.
  const ended = new Promise<never>((_resolve, reject) => {
    lines.once('close', () => {
      reject(new Interrupted())
    })
  })
  try {
    return await Promise.race([lines.question('').catch(() => ended), ended])
  } finally {
    // What happens from here on is no interruption.
    ended.catch(() => undefined)
    lines.close()
    if (typed === 'hidden') process.stderr.write('\n')
  }
}

async function readLine(): Promise<string> {
  const lines = createInterface({ input: process.stdin })
  try {
    for await (const line of lines) return line
    return ''
  } finally {
    lines.close()
  }
}
