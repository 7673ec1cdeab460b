import { createInterface } from 'node:readline/promises'
import { Writable } from 'node:stream'
import type { Io } from './command.ts'

/** The process's own streams and environment. */
export function terminal(): Io {
  // Whoever reads the output may stop early (`| head`); that is no fault.
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
    askHidden,
    input: process.stdin,
    readLine,
  }
}

/** What is typed is echoed into nothing. */
async function askHidden(question: string): Promise<string | undefined> {
  if (!process.stdin.isTTY) return undefined
  process.stderr.write(question)
  const nowhere = new Writable({
    write: (_chunk, _encoding, done) => {
      done()
    },
  })
  const lines = createInterface({ input: process.stdin, output: nowhere, terminal: true })
  try {
    return await lines.question('')
  } finally {
    lines.close()
    process.stderr.write('\n')
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
