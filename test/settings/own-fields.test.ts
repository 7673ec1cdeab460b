import { expect, test } from 'vitest'
import { compileFieldPattern } from '../../src/settings/field-pattern.ts'
import { settingsOf } from '../support/settings.ts'

test.each<[string, Readonly<Record<string, unknown>>, RegExp]>([
  ['no object', { USER_FIELDS: '["phone"]' }, /USER_FIELDS must be an object of field names/],
  ['an unknown type', { USER_FIELDS: { a: { type: 'text' } } }, /a has a type that is none of/],
  ['an unknown option', { USER_FIELDS: { a: { lenght: 3 } } }, /a has unknown options: lenght/],
  [
    'a name that is taken',
    { USER_FIELDS: { is_staff: {} } },
    /is_staff means something in those bodies already: write profile\.is_staff/,
  ],
  [
    'a group that is taken',
    { USER_FIELDS: { 'user.a': {} } },
    /user means something in those bodies already: write profile\.a/,
  ],
  [
    'a name that every object has',
    { USER_FIELDS: { constructor: {} } },
    /every object has constructor already: write constructor_name/,
  ],
  ['… in a group', { USER_FIELDS: { 'a.constructor': {} } }, /every object has constructor/],
  ['… as a group', { USER_FIELDS: { 'constructor.a': {} } }, /every object has constructor/],
  ['… in JavaScript’s spelling', { USER_FIELDS: '{"__proto__": {}}' }, /which is no name/],
  ['a claim that every object has', { JWT_CLAIMS: { constructor: 'pk' } }, /cannot say constr/],
  ['… and its prototype', { JWT_CLAIMS: '{"__proto__": "pk"}' }, /cannot say __proto__/],
  ['a name that is none', { USER_FIELDS: { 'A-b': {} } }, /A-b, which is no name/],
  ['a field and a group', { USER_FIELDS: { a: {}, 'a.b': {} } }, /both as a field and as a group/],
  ['a choice of nothing', { USER_FIELDS: { a: { type: 'choice' } } }, /a, which needs choices/],
  ['a strange default', { USER_FIELDS: { a: { type: 'integer', default: 'x' } } }, /no number/],
  [
    'a unique default',
    { USER_FIELDS: { a: { unique: true, default: 'x' } } },
    /cannot have a default/,
  ],
  ['a unique flag', { USER_FIELDS: { a: { type: 'boolean', unique: true } } }, /no boolean can be/],
  ['a secret in tokens', { USER_FIELDS: { a: { read: 'staff', jwt: true } } }, /cannot be in JWTs/],
  ['a duty of staff', { USER_FIELDS: { a: { write: 'staff', required: true } } }, /only an owner/],
  ['a back reference', { USER_FIELDS: { a: { pattern: '(a)\\1' } } }, /has \\1, which is not/],
  ['a look-ahead', { USER_FIELDS: { a: { pattern: '(?=a)b' } } }, /has a look-around/],
  ['a pattern without end', { USER_FIELDS: { a: { pattern: '(a' } } }, /has a \( without its \)/],
  ['a huge pattern', { USER_FIELDS: { a: { pattern: '(?:a{99}){99}' } } }, /is too large/],
  ['a reserved claim', { JWT_CLAIMS: { exp: 'email' } }, /JWT_CLAIMS cannot say exp/],
  ['the age of a login', { JWT_CLAIMS: { auth_time: { value: 9e15 } } }, /cannot say auth_time/],
  ['its end', { JWT_CLAIMS: { remember: { value: false } } }, /cannot say remember/],
  [
    'its strength',
    { JWT_AUTH_METHOD_CLAIMS: 'true', JWT_CLAIMS: { acr: { value: 'aal2' } } },
    /cannot say acr/,
  ],
  ['the claim of the user', { JWT_CLAIMS: { user_id: 'email' } }, /cannot say user_id/],
  ['a claim of an own name', { JWT_CLAIMS: { uid: 'pk' }, SIMPLE_JWT_USER_ID_CLAIM: 'uid' }, /uid/],
  ['a claim from nowhere', { JWT_CLAIMS: { plan: 'plan' } }, /takes plan from plan, which is no/],
  [
    'a claim of a secret',
    { JWT_CLAIMS: { a: 'a' }, USER_FIELDS: { a: { read: 'staff' } } },
    /no field/,
  ],
  ['a subject that is none', { JWT_CLAIMS: { sub: 'groups' } }, /sub from pk, username or email/],
  [
    'a field as a claim twice',
    { JWT_CLAIMS: { a: 'a' }, USER_FIELDS: { a: { jwt: true } } },
    /say a/,
  ],
  ['an unknown right', { USER_ROLES: 'is_staff,owner' }, /USER_ROLES may hold is_staff/],
])('refuses %s', (_what, env, message) => {
  expect(() => settingsOf(env)).toThrow(message)
})

test.each(Object.getOwnPropertyNames(Object.prototype))('no setting knows %s', (name) => {
  const refused = (env: Readonly<Record<string, unknown>>) => () => settingsOf(env)
  const keyed = `{"${name}": {"a": 1}}`
  expect(refused({ DEFAULT_AUTHENTICATION_CLASSES: name })).toThrow(/knows .*, not/)
  expect(refused({ REGISTER_PERMISSION_CLASSES: name })).toThrow(/knows .*, not/)
  expect(refused({ ACCOUNT_RATE_LIMITS: keyed })).toThrow(/knows .*, not/)
  expect(refused({ EMAIL_TEMPLATES: keyed })).toThrow(/knows the mails/)
  expect(refused({ USER_FIELDS: keyed })).toThrow(/USER_FIELDS/)
  expect(refused({ USER_ROLES: name })).toThrow(/may hold/)
  expect(refused({ SOCIALACCOUNT_PROVIDERS: keyed })).not.toThrow(TypeError)
  expect(refused({ HEADLESS_FRONTEND_URLS: `{"${name}": "https://x"}` })).toThrow(/HEADLESS/)
  expect(refused({ [name]: 'x', [`${name.toUpperCase()}_CLIENT_ID`]: 'x' })).not.toThrow(TypeError)
})

test('reads declarations from JSON and from tables alike', () => {
  const declared = { phone: { type: 'phone', unique: true }, 'profile.bio': {} }
  const { USER_FIELDS } = settingsOf({ USER_FIELDS: declared })
  expect(settingsOf({ USER_FIELDS: JSON.stringify(declared) }).USER_FIELDS).toEqual(USER_FIELDS)
  expect(USER_FIELDS.map(({ name, type, maxLength }) => [name, type, maxLength])).toEqual([
    ['phone', 'phone', 255],
    ['profile.bio', 'string', 255],
  ])
})

test.each<[string, readonly string[], readonly string[]]>([
  ['^[A-Z]{2}\\d+$', ['AB1', 'ZZ123'], ['A1', 'AB', 'AB1x', 'xAB1', '']],
  ['(?:a|b)*c?', ['', 'abab', 'abc', 'c'], ['cc', 'd']],
  ['[^@]+@[^@]+', ['a@b'], ['a', '@', 'a@b@c']],
  ['a{2,3}|\\w+-\\w+', ['aa', 'aaa', 'x-y'], ['a', 'aaaa', '-']],
  ['.+\\.pdf', ['x.pdf'], ['.pdf', 'x.pdfx', 'x_pdf']],
  ['(a*)*b', ['b', 'aaab'], ['a', '']],
  ['[äöü]+', ['äö'], ['a']],
])('%s matches whole texts as a regular expression does', (pattern, good, bad) => {
  const matches = compileFieldPattern(pattern)
  expect(good.filter((text) => !matches(text))).toEqual([])
  expect(bad.filter((text) => matches(text))).toEqual([])
})

test.each(['(a+)+b', '(a|a)*b', '(.*)*x', 'a*a*a*a*a*b', '(?:a{0,20}){0,20}b'])(
  '%s, which ruins others, takes time in proportion to the text',
  (pattern) => {
    const matches = compileFieldPattern(pattern)
    let taken = 0
    const text = 'a'.repeat(2_000)
    const begun = process.hrtime.bigint()
    taken += matches(text) ? 1 : 0
    const milliseconds = Number(process.hrtime.bigint() - begun) / 1e6
    expect(taken).toBe(0)
    // Backtracking would not end in this life.
    expect(milliseconds).toBeLessThan(5_000)
  },
)
