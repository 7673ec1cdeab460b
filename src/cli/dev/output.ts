/** Filters what wrangler prints, so that the address and the demo account are not lost in it. */
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'

/** wrangler's table of every script and data file that it uploads: some sixty lines that say nothing. */
const UPLOADS = /^[┌├└│]|^Attaching additional modules:/

/** Shows what the Worker logs, its mails as mails. */
export function showOutput(output: Readable, show: (text: string) => void): void {
  createInterface({ input: output }).on('line', (line) => {
    if (UPLOADS.test(line)) return
    show(`${mailIn(line) ?? line}\n`)
  })
}

/** A mail in a log line, in readable form; `undefined` for other log lines. */
function mailIn(line: string): string | undefined {
  if (!line.startsWith('{')) return undefined
  try {
    const entry: unknown = JSON.parse(line)
    if (typeof entry !== 'object' || entry === null) return undefined
    if (!('event' in entry && entry.event === 'email' && 'subject' in entry && 'text' in entry)) {
      return undefined
    }
    return `--- mail: ${String(entry.subject)}\n${String(entry.text).trimEnd()}\n---`
  } catch {
    return undefined
  }
}
