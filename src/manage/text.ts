/** Text files in the encodings that people have: UTF-8 from Django, UTF-16 from PowerShell's redirections. */
import { readFileSync } from 'node:fs'

/** How a text file may be written: by Django in UTF-8, by a redirection in PowerShell in UTF-16. */
type Encoding = 'utf-8' | 'utf-16le' | 'utf-16be'

/** Detects it by the byte order mark, or by the NUL beside the first letter, which is ASCII in everything read here. */
function encodingOf([first, second]: Uint8Array): Encoding {
  if (first === 0xff && second === 0xfe) return 'utf-16le'
  if (first === 0xfe && second === 0xff) return 'utf-16be'
  if (second === 0) return 'utf-16le'
  return first === 0 ? 'utf-16be' : 'utf-8'
}

/** Bytes of a text, without its byte order mark. */
function decodeText(bytes: Uint8Array): string {
  return new TextDecoder(encodingOf(bytes), { fatal: true }).decode(bytes)
}

/** A whole text file. */
export function readTextFile(path: string): string {
  return decodeText(readFileSync(path))
}

/** The same piece by piece. */
export async function* decodeChunks(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  let decoder: TextDecoder | undefined
  // Two bytes tell the encoding; a pipe may bring them one by one.
  let head = Buffer.alloc(0)
  for await (const chunk of bytes) {
    if (decoder !== undefined) {
      yield decoder.decode(chunk, { stream: true })
      continue
    }
    head = Buffer.concat([head, chunk])
    if (head.length < 2) continue
    decoder = new TextDecoder(encodingOf(head), { fatal: true })
    yield decoder.decode(head, { stream: true })
  }
  yield decoder === undefined ? decodeText(head) : decoder.decode()
}
