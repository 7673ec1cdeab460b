/**
 * Writes `common-passwords.bin` from the list that Django ships, `django/contrib/auth/common-passwords.txt.gz`:
 * `node src/core/passwords/common-passwords.build.ts PATH/common-passwords.txt.gz`.
 *
 * Format: raw DEFLATE (RFC 1951) of the words, sorted, each as one byte 128 + n, where n is how many characters
 * it shares with the word before, and the rest of it in ASCII.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { constants, deflateRawSync, gunzipSync } from 'node:zlib'

const [, , listPath] = process.argv
if (listPath === undefined) throw new Error('The path of common-passwords.txt.gz is missing.')

const lines = gunzipSync(readFileSync(listPath)).toString('utf8').split('\n')
const words = [...new Set(lines.map((line) => line.trim()))].filter((word) => word !== '').sort()
const foreign = words.find((word) => !/^[ -~]+$/.test(word))
if (foreign !== undefined) throw new Error(`Not ASCII: ${foreign}`)

let previous = ''
const coded = words.map((word) => {
  let shared = 0
  while (shared < previous.length && word[shared] === previous[shared]) shared++
  previous = word
  return Buffer.concat([Buffer.from([128 + shared]), Buffer.from(word.slice(shared), 'ascii')])
})

const compressed = deflateRawSync(Buffer.concat(coded), {
  level: constants.Z_BEST_COMPRESSION,
  memLevel: 9,
})
writeFileSync(new URL('common-passwords.bin', import.meta.url), compressed)
console.log(`${words.length} words, ${compressed.length} bytes`)
