import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import type { BreachDeps } from '../../../src/core/passwords/breach-range.ts'
import { newPasswordFaults } from '../../../src/core/passwords/new-password.ts'
import { parseSettings } from '../../../src/settings/parse.ts'
import { REQUIRED_ENV } from '../../support/settings.ts'

const GOOD = 'right-horse-staple'
const BREACHED = 'breached-horse-staple'
const LONGEST = 'x7-'.repeat(50).slice(0, 128)

/** A range API that knows one password, and counts how often it is asked. */
function asking() {
  const digest = createHash('sha1').update(BREACHED).digest('hex').toUpperCase()
  let calls = 0
  const deps: BreachDeps = {
    settings: parseSettings({ ...REQUIRED_ENV, PASSWORD_BREACH_CHECK: 'closed' }),
    now: new Date(1_000),
    log: () => undefined,
    fetch: (input) => {
      calls += 1
      const url = input instanceof Request ? input.url : String(input)
      const known = url.endsWith(digest.slice(0, 5)) ? `${digest.slice(5)}:3\r\n` : ''
      return Promise.resolve(new Response(`${known}${'0'.repeat(34)}1:1\r\n`))
    },
  }
  const judge = (password1: string, password2 = password1) =>
    newPasswordFaults(deps, { password1, password2, owner: { username: 'horsewoman' } })
  return { judge, calls: () => calls }
}

test.each([
  ['good', GOOD, GOOD, []],
  ['as long as one may be', LONGEST, LONGEST, []],
  [
    'blank twice',
    '',
    '',
    [
      { field: 'new_password1', code: 'blank' },
      { field: 'new_password2', code: 'blank' },
    ],
  ],
  ['blank once', GOOD, '', [{ field: 'new_password2', code: 'blank' }]],
  ['blank the first time', '', GOOD, [{ field: 'new_password1', code: 'blank' }]],
  ['typed otherwise', GOOD, `${GOOD}x`, [{ field: 'new_password2', code: 'password_mismatch' }]],
  ['breached', BREACHED, BREACHED, [{ field: 'new_password2', code: 'password_breached' }]],
])('one that is %s', async (_, password1, password2, faults) => {
  expect(await asking().judge(password1, password2)).toEqual(faults)
})

test.each([
  ['too long', `${LONGEST}x`, 'too_long', 'new_password1'],
  ['too short', 'k9-x', 'password_too_short', 'new_password2'],
  ['like the name', 'horsewoman1', 'password_too_similar', 'new_password2'],
])('one that is %s is looked for in no breach', async (_, password, code, field) => {
  const { judge, calls } = asking()
  expect(await judge(password)).toContainEqual(expect.objectContaining({ field, code }))
  expect(calls()).toBe(0)
})
