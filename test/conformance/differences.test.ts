import { expect, test } from 'vitest'
import { memberOf } from '../support/answer.ts'
import { aUser, createTestApp, type TestApp } from '../support/app.ts'
import {
  facebookKnows,
  FAY,
  SOCIAL_ENV,
  TIA,
  twitterKnows,
} from '../support/providers/exchanges.ts'
import type { ExpectedResponse, SentRequest, Step } from './corpus.ts'
import { findDifference } from './difference.ts'
import { differences } from './differences.ts'
import type { JsonObject } from './json.ts'
import { textOf, type Moment } from './moment.ts'
import { matchResponse, readResponse } from './response.ts'

// Rules that no scenario of the corpus meets: each holds where the reference answers so, and says what we answer.

const NUL = 'NUL is no character of a name'
const NO_HOST = 'an address at a domain that is no host is none'
const SLASH = 'a URL is served with and without its slash, and in no other spelling'
const PAGES = 'pages stand where the reference crashes, or has none'
const EXACT = {
  ...SOCIAL_ENV,
  DJANGO_COMPATIBILITY: 'exact',
  FACEBOOK_GRAPH_API_VERSION: 'v25.0',
}
const PASSWORD = 'right-horse-staple'
const REQUIRED = ['This field is required.']
const VALID_OTHERWISE = { username: 'ida', password1: PASSWORD, password2: PASSWORD }

/** The rule that applies to a moment. */
function ruleOf(moment: Pick<Moment, 'request' | 'expected' | 'expectedMail'>) {
  const scenario = { id: '', settings: {}, needs: [], steps: [] }
  const nothing = { captured: new Map(), done: [], timeSteps: new Map() }
  return findDifference(differences, { scenario, step: 0, ...nothing, ...moment })
}

/** Sends a request to which the reference answers as expected, and shows that we answer as the rule says. */
async function expectRule(
  app: TestApp,
  rule: string,
  { request, expected }: { readonly request: SentRequest; readonly expected: ExpectedResponse },
): Promise<void> {
  const found = ruleOf({ request, expected })
  expect(found?.name).toBe(rule)
  const ours = typeof found?.response === 'function' ? found.response(expected) : found?.response
  const { method, path, json, headers } = request
  const response = await app.request(path.replace('/dj-rest-auth/', ''), {
    method,
    headers: { 'Content-Type': 'application/json', ...texts(headers) },
    ...(json === undefined ? {} : { body: JSON.stringify(json) }),
  })
  const actual = await readResponse(response)
  const memory = { captured: new Map(), now: new Date() }
  expect(matchResponse(ours ?? expected, actual, memory)).toEqual([])
  expect(matchResponse(expected, actual, memory)).not.toEqual([])
}

function texts(headers: SentRequest['headers'] = {}): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, textOf(value)]))
}

/** Settings under which a provider's word leads to an account with the address. */
const LINKS = {
  SOCIALACCOUNT_EMAIL_AUTHENTICATION: true,
  SOCIALACCOUNT_EMAIL_AUTHENTICATION_AUTO_CONNECT: true,
  SOCIALACCOUNT_PROVIDERS: { facebook: { VERIFIED_EMAIL: true } },
}

function asText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}

const shown = { pk: 1, username: 'fay', email: FAY.email, first_name: 'Fay', last_name: 'Book' }

const SAID: readonly (readonly [string, Readonly<Record<string, string>>])[] = [
  [NUL, { last_name: 'Bo\0ok' }],
  [NO_HOST, { email: 'fay@b\u200e.com' }],
  [NO_HOST, { email: 'fay@b\u200d.com' }],
]

test.each(SAID)('%s: what a provider says, %j', async (rule, said) => {
  const app = await createTestApp({ env: EXACT })
  app.outside.setExchanges(facebookKnows({ ...FAY, ...said }))
  const key = await memberOf(app.post('facebook/', { access_token: 'fb-token' }), 'key')
  const headers = { Authorization: `Token ${key}` }
  await expectRule(app, rule, {
    request: { method: 'GET', path: '/dj-rest-auth/user/', headers },
    expected: { status: 200, json: { ...shown, ...said } },
  })
  await app.settle()
  const to = [said['email'] ?? FAY.email]
  const mailed = { count: 1, messages: [{ to, subject: 'Please Confirm' }] }
  expect(ruleOf({ expectedMail: mailed })?.mail).toEqual(
    rule === NO_HOST ? { count: 0, messages: [] } : undefined,
  )
  expect(app.mailbox).toHaveLength(rule === NO_HOST ? 0 : 1)
})

const REFUSED: readonly (readonly [string, JsonObject, number, JsonObject])[] = [
  ['registration/', VALID_OTHERWISE, 201, { key: 'x' }],
  ['registration/', { username: 'ida' }, 400, { password1: REQUIRED, password2: REQUIRED }],
  ['login/', { password: PASSWORD }, 400, { non_field_errors: ['Unable to log in with …'] }],
  ['password/reset/', {}, 200, { detail: 'Password reset e-mail has been sent.' }],
  ['registration/resend-email/', {}, 200, { detail: 'ok' }],
]

test.each(REFUSED)(
  'an address at no host is refused: %s %j',
  async (path, fields, status, json) => {
    const app = await createTestApp({ env: EXACT })
    for (const email of ['ida@b\u200e.com', 'ida@b\u200d.com']) {
      await expectRule(app, NO_HOST, {
        request: { method: 'POST', path: `/dj-rest-auth/${path}`, json: { ...fields, email } },
        expected: { status, json },
      })
    }
  },
)

test.each([
  [true, {}, 'twitter', 2],
  [false, LINKS, 'facebook', 1],
] as const)(
  'nobody is asked to verify an address that is proved: %s, %j',
  async (isVerified, more, provider, logins) => {
    const settings = { SOCIALACCOUNT_EMAIL_VERIFICATION: 'mandatory', ...more }
    const written = Object.entries(settings).map(([name, value]) => [name, asText(value)])
    const env = { ...EXACT, ACCOUNT_RATE_LIMITS: 'false', ...Object.fromEntries(written) }
    const address = { facebook: FAY.email, twitter: TIA.email }[provider]
    const alice = { email: address, emailVerified: isVerified }
    const app = await createTestApp({ env, users: [aUser(alice)] })
    const seed = { op: 'create_user', email: address, email_verified: isVerified }
    const steps: Step[] = [{ kind: 'seed', operations: [seed] }]
    for (let turn = 0; turn < logins; turn += 1) {
      const knows = { facebook: facebookKnows(FAY), twitter: twitterKnows(TIA) }
      app.outside.setExchanges(knows[provider])
      const json = { access_token: 'fb-token', token_secret: 'tw-secret-token' }
      expect((await app.post(`${provider}/`, json)).status).toBe(200)
      const request = { method: 'POST', path: `/dj-rest-auth/${provider}/`, json }
      steps.push({ kind: 'request', request, response: { status: 200 } })
    }
    await app.settle()
    expect(app.mailbox.filter(({ subject }) => subject.includes('Confirm'))).toEqual([])
    const scenario = { id: '', settings, needs: [], steps }
    const nothing = { captured: new Map(), done: [], timeSteps: new Map() }
    const expectedMail = { count: 1, messages: [{ to: [address], subject: 'Please Confirm' }] }
    const moment = { scenario, step: steps.length, ...nothing, expectedMail }
    expect(findDifference(differences, moment)?.mail).toEqual({ count: 0, messages: [] })
  },
)

test('a soft hyphen is no part of a host, and no reason to refuse', () => {
  const request = { method: 'POST', path: '/dj-rest-auth/login/', json: { email: 'a@b\u00ad.com' } }
  expect(ruleOf({ request, expected: { status: 400, json: {} } })).toBeUndefined()
})

test('pages that mails lead to are served without their slash, and those of resets stand', async () => {
  const app = await createTestApp({ env: EXACT })
  const path = '/dj-rest-auth/registration/account-confirm-email/abc'
  for (const method of ['GET', 'POST', 'OPTIONS']) {
    const expected = { status: 301, headers: { Location: `${path}/` }, empty: true }
    await expectRule(app, SLASH, { request: { method, path }, expected })
  }
  await expectRule(app, PAGES, {
    request: { method: 'GET', path: '/dj-rest-auth/password/reset/confirm/MQ/x/' },
    expected: { status: 404, any_body: true },
  })
})
