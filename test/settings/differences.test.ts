import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import {
  differencesTable,
  generatedPages,
  SETTING_GROUPS,
  writtenDefault,
} from '../../src/tools/readme-tables.ts'
import { parseSettings, SETTINGS } from '../../src/settings/parse.ts'
import type { Setting } from '../../src/settings/setting.ts'
import { REQUIRED_ENV } from '../support/settings.ts'

const all = Object.entries<Setting<unknown>>(SETTINGS)

test('every setting stands in one group', () => {
  const grouped = SETTING_GROUPS.flatMap(([, table]) => Object.keys(table))
  expect(grouped.toSorted()).toEqual(Object.keys(SETTINGS).toSorted())
})

test.each(all)('%s: the default is written so that reading it gives it', (name, setting) => {
  for (const value of [setting.default, setting.exact]) {
    const written = writtenDefault(name, value)
    const isNothing = written === '' && value === undefined
    if (!isNothing) expect(setting.parse(written)).toEqual(value)
  }
})

test.each(all)('%s has a meaning of one line', (_, { meaning }) => {
  expect(meaning.text).toMatch(/^[^\n]+$/)
})

test('the table of differences lists what depends on DJANGO_COMPATIBILITY, and nothing else', () => {
  const safe = parseSettings(REQUIRED_ENV)
  const exact = parseSettings({ ...REQUIRED_ENV, DJANGO_COMPATIBILITY: 'exact' })
  const differing = all
    .map(([name]) => name)
    .filter((name) => name !== 'DJANGO_COMPATIBILITY')
    .filter((name) => {
      const of = (settings: object) =>
        JSON.stringify(Object.entries(settings).find(([key]) => key === name))
      return of(safe) !== of(exact)
    })
  const listed = [...differencesTable().matchAll(/^\| `([A-Z_0-9]+)` \|/gm)].map(([, name]) => name)
  expect(listed).toEqual(differing)
})

test.each([
  'SESSION_LOGIN',
  'JWT_AUTH_SECURE',
  'LINKS_FROM_REQUEST_HOST',
  'ACCOUNT_RATE_LIMITS',
  'IGNORE_BAD_CREDENTIALS_ON_PUBLIC_ENDPOINTS',
  'ALLOW_OWN_USERNAME',
  'SOCIAL_LOGIN_FOLLOWS_VERIFICATION',
  'REGISTRATION_SETS_JWT_COOKIES',
  'REVOKE_TOKENS_ON_PASSWORD_CHANGE',
  'LOGOUT_WITHOUT_REFRESH_TOKEN',
  'JWT_LOGIN_SETS_CSRF_COOKIE',
  'TOKEN_VERIFY_CHECKS_BLACKLIST',
  'REFRESH_CHECKS_REVOKE_CLAIM',
  'HONOUR_UPDATE_LAST_LOGIN',
  'REGISTRATION_HIDES_EXISTING_EMAIL',
  'VERIFIED_EMAIL_IS_UNIQUE',
  'RESEND_FOLDS_EMAIL',
  'HONOUR_SIGNUP_FIELDS',
  'TWITTER_LOOKS_UP_EMAIL',
  'THROTTLE_ALL_ENDPOINTS',
  'TRIM_PASSWORDS',
  'UNIFORM_JWT_ERRORS',
  'REFRESH_COOKIE_ONLY',
])('%s stands in the table of differences', (name) => {
  expect(differencesTable()).toContain(`| \`${name}\` |`)
})

test.each(Object.entries(generatedPages()))(
  'docs/%s has the tables as the settings are (npm run readme)',
  (name, text) => {
    const path = new URL(`../../docs/${name}`, import.meta.url)
    expect(readFileSync(path, 'utf8')).toBe(text)
  },
)

test('the README is short, and leads to both', () => {
  const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8')
  expect(readme.split('\n').length).toBeLessThanOrEqual(221)
  for (const name of Object.keys(generatedPages())) expect(readme).toContain(`(docs/${name})`)
})
