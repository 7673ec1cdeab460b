import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { findBreach, type BreachDeps } from '../../../src/core/passwords/breach-range.ts'
import { settingsOf } from '../../support/settings.ts'

// What the range API says, as it is read: whether it is believed stands in `breached.test.ts`.

const PASSWORD = 'correct horse'
const SUFFIX = createHash('sha1').update(PASSWORD).digest('hex').toUpperCase().slice(5)
const OTHER = '0018A45C4D1DEF81644B54AB7F969B88D65'

/** Every test has a service of its own: what an isolate knows goes by its URL. */
let services = 0

function depsOf(answer: () => Response): BreachDeps {
  services += 1
  const env = { PASSWORD_BREACH_URL: `https://ranges${services}.example/range/` }
  const settings = settingsOf({ PASSWORD_BREACH_CHECK: 'open', ...env })
  return { settings, now: new Date(0), log: () => undefined, fetch: async () => answer() }
}

const found = (text: string) =>
  findBreach(
    depsOf(() => new Response(text)),
    PASSWORD,
  )

test.each([
  ['alone', `${SUFFIX}:1`],
  ['among others, with the line ends of Windows', `${OTHER}:2\r\n${SUFFIX}:3\r\n${OTHER}:0`],
  ['among others, with those of Unix', `${OTHER}:2\n${SUFFIX}:3\n${OTHER}:0`],
  ['with an end behind the last line', `${OTHER}:2\r\n${SUFFIX}:3\r\n`],
  ['most often of all', `${SUFFIX}:9999999999`],
])('a suffix that is there %s is breached', async (_, text) => {
  expect(await found(text)).toBe('breached')
})

test.each([
  ['of others', `${OTHER}:2`],
  ['of padding', `${SUFFIX}:0\r\n${OTHER}:7`],
  ['of padding in more digits', `${SUFFIX}:000\r\n${OTHER}:7`],
])('an answer %s leaves it unknown', async (_, text) => {
  expect(await found(text)).toBe('unknown')
})

test.each([
  ['without anything', ''],
  ['with a line before', `<html>\r\n${SUFFIX}:3`],
  ['with a line behind', `${SUFFIX}:3\r\n</html>`],
  ['of lower case', `${SUFFIX.toLowerCase()}:3`],
  ['of letters that are no digits', `${'G'.repeat(35)}:3`],
  ['of shorter suffixes', `${SUFFIX.slice(1)}:3`],
  ['of longer suffixes', `A${SUFFIX}:3`],
  ['without counts', `${SUFFIX}:`],
  ['of counts that are none', `${SUFFIX}:x`],
  ['of counts of eleven digits', `${SUFFIX}:12345678901`],
  ['of lines in one', `${SUFFIX}:3${OTHER}:3`],
  ['of lines that end in half', `${SUFFIX}:3\r${OTHER}:3`],
])('an answer %s counts as none', async (_, text) => {
  expect(await found(text)).toBe('unavailable')
})

test('answers are read up to 256 KiB', async () => {
  const line = `${OTHER}:1\r\n`
  const lines = Math.floor((256 * 1024) / line.length)
  expect(await found(line.repeat(lines))).toBe('unknown')
  expect(await found(line.repeat(lines + 1))).toBe('unavailable')
})
