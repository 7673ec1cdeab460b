import { describe, expect, test } from 'vitest'
import { jsonOfPython } from '../../src/settings/python-value.ts'
import type { Settings } from '../../src/settings/parse.ts'
import { settingsOf } from '../support/settings.ts'

/** Values as they stand in a Django project's settings.py, put into a variable. */

test.each<[string, unknown]>([
  ["('a', 'b')", ['a', 'b']],
  ["('a',)", ['a']],
  ["('a')", ['a']],
  ['()', []],
  ['[\'a\', "b",]', ['a', 'b']],
  ["{'a', 'b'}", ['a', 'b']],
  ["{'a',}", ['a']],
  ['{}', []],
  [
    "{'a': True, 'b': None, 'c': (1, 2.5), 'd': {'e': False}}",
    { a: true, b: null, c: [1, 2.5], d: { e: false } },
  ],
  ["{\n  'a': 1,  # a remark, (really)\n  'b': ['x',\n  ],\n}", { a: 1, b: ['x'] }],
  [
    "['True', 'a, b', 'c,]', '(d)', '# e', \"None\", 'timedelta(1)']",
    ['True', 'a, b', 'c,]', '(d)', '# e', 'None', 'timedelta(1)'],
  ],
  ["[r'^https://\\w+\\.example\\.com$']", ['^https://\\w+\\.example\\.com$']],
  ["{'a': timedelta(minutes=5), 'b': datetime.timedelta(days=1, hours=2)}", { a: 300, b: 93_600 }],
  ['timedelta(hours=1)', 3600],
  ['timedelta(minutes=1.5)', 90],
  ['timedelta(seconds=30)', 30],
])('reads %s', (text, value) => {
  expect(JSON.parse(jsonOfPython(text))).toEqual(value)
})

test.each([
  "['a'",
  "{'a': b}",
  'timedelta(years=1)',
  'timedelta(weeks=1)',
  'timedelta(5)',
  'timedelta(minutes=x)',
  "dict(a='b')",
  '[1 + 1]',
  "['a' 'b']",
  '["it\'s"]',
  "['a' # it's\n]",
  "['\\w']",
  "{'https://a', 'b'}",
  '[Trueish]',
])('does not guess at %s', (text) => {
  expect(() => JSON.parse(jsonOfPython(text))).toThrow(SyntaxError)
})

describe('a setting', () => {
  test.each<[string, unknown, keyof Settings, unknown]>([
    ['REST_AUTH', "{'USE_JWT': True, 'JWT_AUTH_COOKIE': 'x',}", 'JWT_AUTH_COOKIE', 'x'],
    ['REST_AUTH', "{'OLD_PASSWORD_FIELD_ENABLED': True}", 'OLD_PASSWORD_FIELD_ENABLED', true],
    [
      'SIMPLE_JWT',
      "{'ACCESS_TOKEN_LIFETIME': timedelta(minutes=7)}",
      'SIMPLE_JWT_ACCESS_TOKEN_LIFETIME',
      420,
    ],
    [
      'SIMPLE_JWT',
      { REFRESH_TOKEN_LIFETIME: 'timedelta(days=2)' },
      'SIMPLE_JWT_REFRESH_TOKEN_LIFETIME',
      172_800,
    ],
    [
      'SIMPLE_JWT_ACCESS_TOKEN_LIFETIME',
      'datetime.timedelta(hours=1)',
      'SIMPLE_JWT_ACCESS_TOKEN_LIFETIME',
      3600,
    ],
    ['SIMPLE_JWT_AUDIENCE', 'None', 'SIMPLE_JWT_AUDIENCE', undefined],
    ['SIMPLE_JWT_AUDIENCE', "['a', 'b']", 'SIMPLE_JWT_AUDIENCE', ['a', 'b']],
    [
      'SIMPLE_JWT_AUTH_HEADER_TYPES',
      "('JWT', 'Bearer')",
      'SIMPLE_JWT_AUTH_HEADER_TYPES',
      ['JWT', 'Bearer'],
    ],
    ['ACCOUNT_LOGIN_METHODS', "{'email'}", 'ACCOUNT_LOGIN_METHODS', ['email']],
    [
      'ACCOUNT_LOGIN_METHODS',
      "('username', 'email')",
      'ACCOUNT_LOGIN_METHODS',
      ['username', 'email'],
    ],
    [
      'CORS_ALLOWED_ORIGINS',
      "('https://app.example',)",
      'CORS_ALLOWED_ORIGINS',
      ['https://app.example'],
    ],
    ['SECRET_KEY_FALLBACKS', `['${'a'.repeat(40)}',]`, 'SECRET_KEY_FALLBACKS', ['a'.repeat(40)]],
    ['SECRET_KEY_FALLBACKS', '()', 'SECRET_KEY_FALLBACKS', []],
    ['JWT_AUTH_COOKIE', 'None', 'JWT_AUTH_COOKIE', undefined],
    ['TOKEN_MODEL', 'rest_framework.authtoken.models.Token', 'TOKEN_MODEL', 'Token'],
    ['ACCOUNT_EMAIL_VERIFICATION', 'None', 'ACCOUNT_EMAIL_VERIFICATION', 'none'],
  ])('%s = %j', (name, value, read, expected) => {
    expect(settingsOf({ [name]: value })[read]).toEqual(expected)
  })

  test.each([
    [
      { SIMPLE_JWT_ACCESS_TOKEN_LIFETIME: 'timedelta(years=1)' },
      'SIMPLE_JWT_ACCESS_TOKEN_LIFETIME',
    ],
    [
      { SIMPLE_JWT_ACCESS_TOKEN_LIFETIME: 'timedelta(milliseconds=1)' },
      'SIMPLE_JWT_ACCESS_TOKEN_LIFETIME',
    ],
    [{ SIMPLE_JWT_ACCESS_TOKEN_LIFETIME: '0:05:00' }, 'SIMPLE_JWT_ACCESS_TOKEN_LIFETIME'],
    [{ ACCOUNT_LOGIN_METHODS: '(username)' }, 'ACCOUNT_LOGIN_METHODS'],
    [{ REST_AUTH: "{'USE_JWTT': True}" }, 'REST_AUTH has USE_JWTT'],
    [{ REST_AUTH: '(1, 2)' }, 'REST_AUTH must be an object'],
    [{ USE_JWT: 'None' }, 'USE_JWT must be true or false'],
  ])('is refused by name: %j', (env, message) => {
    expect(() => settingsOf(env)).toThrow(message)
  })
})
