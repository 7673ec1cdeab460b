import { expect, test } from 'vitest'
import {
  isUsernameReserved,
  isUsernameSyntax,
  normalizeUsername,
  usernameCandidates,
} from '../../../src/core/users/username.ts'
import { countingBytes, settingsOf } from '../../support/settings.ts'

test.each(['alice', 'A.b-c_d+e@f', 'é', '密码', '１２', 'x'.repeat(150)])('takes %j', (name) => {
  expect(isUsernameSyntax(name)).toBe(true)
})

test.each(['', ' ', 'a b', 'a!', 'a/b', 'a\n', '\u0000', '😀', 'a\u0301', 'a\u200bb', '<a>'])(
  'refuses %j',
  (name) => {
    expect(isUsernameSyntax(name)).toBe(false)
  },
)

test('normalizes width and, where asked, case', () => {
  expect(normalizeUsername(settingsOf(), 'Ａlice')).toBe('Alice')
  expect(normalizeUsername(settingsOf({ NORMALIZE_USERNAMES: 'false' }), 'Ａlice')).toBe('Ａlice')
  const lower = settingsOf({ ACCOUNT_PRESERVE_USERNAME_CASING: 'false' })
  expect(normalizeUsername(lower, 'Ａlice')).toBe('alice')
})

test('keeps listed names for nobody, in any case', () => {
  const settings = settingsOf({ ACCOUNT_USERNAME_BLACKLIST: 'Admin, root' })
  expect(isUsernameReserved(settings, 'ADMIN')).toBe(true)
  expect(isUsernameReserved(settings, 'root')).toBe(true)
  expect(isUsernameReserved(settings, 'roots')).toBe(false)
})

test.each([
  [['carol@example.com'], 'carol'],
  [['Carol Ann@example.com'], 'carol_ann'],
  [['Größe@example.com'], 'groe'],
  [['', undefined, 'second@x.example'], 'second'],
  [['!!!', '密码', 'third'], 'third'],
  [[], 'user'],
  [['x'.repeat(200)], 'x'.repeat(150)],
])('makes names from %j, the plainest first', (texts, first) => {
  const names = usernameCandidates(settingsOf(), texts, countingBytes)
  expect(names[0]).toBe(first)
  expect(new Set(names).size).toBe(names.length)
  for (const name of names) {
    expect(name.length).toBeLessThanOrEqual(150)
    expect(isUsernameSyntax(name)).toBe(true)
  }
})

test('makes names of the least length, and none that is listed', () => {
  const settings = settingsOf({
    ACCOUNT_USERNAME_MIN_LENGTH: '8',
    ACCOUNT_USERNAME_BLACKLIST: 'admin',
  })
  const short = usernameCandidates(settings, ['al@example.com'], countingBytes)
  for (const name of short) expect(name).toMatch(/^al\d{6,}$/)
  const listed = usernameCandidates(settings, ['admin@example.com'], countingBytes)
  for (const name of listed) expect(name).toMatch(/^user\d+$/)
})
