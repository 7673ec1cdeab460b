/**
 * Django's list of 20,000 common passwords, compressed in a file beside the Worker's script and unpacked with the
 * first new password.
 */
import compressed from './common-passwords.bin'

/** Unpacked at the first question and kept for the life of the isolate. */
let words: ReadonlySet<string> | undefined

/** Whether a word, in lower case, is on Django's list of 20,000 common passwords. */
export async function isCommonPassword(word: string): Promise<boolean> {
  words ??= await unpackWords()
  return words.has(word)
}

/** `common-passwords.build.ts` describes the format. */
async function unpackWords(): Promise<ReadonlySet<string>> {
  const stream = new Blob([compressed]).stream().pipeThrough(new DecompressionStream('deflate-raw'))
  const bytes = new Uint8Array(await new Response(stream).arrayBuffer())
  const unpacked = new Set<string>()
  let word = ''
  for (const byte of bytes) {
    if (byte < 128) {
      word += String.fromCharCode(byte)
      continue
    }
    if (word !== '') unpacked.add(word)
    word = word.slice(0, byte - 128)
  }
  unpacked.add(word)
  return unpacked
}
