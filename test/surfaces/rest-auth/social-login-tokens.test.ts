import { expect, test } from 'vitest'
import { unseal } from '../../../src/crypto.ts'
import { socialAccounts } from '../../../src/db/schema/social.ts'
import { answerOf } from '../../support/answer.ts'
import { createTestApp } from '../../support/app.ts'
import { jsonExchange } from '../../support/fake-fetch.ts'
import {
  anIssuer,
  FACEBOOK_DEBUG,
  FACEBOOK_ME,
  facebookKnows,
  FAY,
  TIA,
  TWITTER_VERIFY,
  twitterKnows,
} from '../../support/providers/exchanges.ts'
import { anApp, FB, KEY, refusal, stored, TW } from './social.ts'

test('logs in by a signed token of X, and asks for the address', async () => {
  const app = await anApp()
  app.outside.setExchanges(twitterKnows(TIA))
  expect(await answerOf(app.post('twitter/', TW))).toEqual({ status: 200, body: KEY })
  expect(app.outside.calls[0]?.entries.get('include_email')).toBe('true')
  expect(await stored(app)).toMatchObject({
    users: ['tia <tia@example.com>'],
    accounts: ['1 twitter 20002'],
  })
})

test('refuses a token that was issued to another app', async () => {
  const app = await anApp()
  app.outside.setExchanges([
    jsonExchange('GET', FACEBOOK_ME, FAY),
    jsonExchange('GET', FACEBOOK_DEBUG, { data: { app_id: 'evil-client', is_valid: true } }),
  ])
  expect(await answerOf(app.post('facebook/', FB))).toEqual(refusal('Incorrect value'))
  expect((await stored(app)).users).toEqual([])
  expect(app.log).toContainEqual(
    expect.objectContaining({ event: 'social_login_rejected', reason: 'token_of_another_app' }),
  )
})

test.each([
  ['facebook/', FB, facebookKnows({ ...FAY, id: null }), 'Incorrect value'],
  ['facebook/', FB, facebookKnows({ ...FAY, id: '' }), 'Incorrect value'],
  ['facebook/', FB, facebookKnows([]), 'Incorrect value'],
  [
    'twitter/',
    TW,
    twitterKnows({ ...TIA, id: null }),
    'No access to private resources at "api.x.com".',
  ],
  [
    'twitter/',
    TW,
    twitterKnows({ ...TIA, id: {} }),
    'No access to private resources at "api.x.com".',
  ],
])('refuses at %s a profile without an id', async (path, body, exchanges, message) => {
  const app = await anApp()
  app.outside.setExchanges(exchanges)
  expect(await answerOf(app.post(path, body))).toEqual(refusal(message))
  expect((await stored(app)).accounts).toEqual([])
})

const UNAVAILABLE = {
  status: 503,
  body: { detail: 'Service temporarily unavailable, try again later.' },
}

test('says when to come back while a provider cannot be reached', async () => {
  const app = await anApp()
  const response = await app.post('facebook/', FB)
  expect(response.headers.get('Retry-After')).toBe('5')
  expect(await answerOf(response)).toEqual(UNAVAILABLE)
  expect((await stored(app)).users).toEqual([])
})

test.each([500, 503, 429])('says so while a provider answers %s', async (status) => {
  const app = await anApp()
  app.outside.setExchanges([
    { ...jsonExchange('GET', TWITTER_VERIFY, {}, { status }), headers: { 'Retry-After': '17' } },
  ])
  const response = await app.post('twitter/', TW)
  expect(response.headers.get('Retry-After')).toBe('17')
  expect(await answerOf(response)).toEqual(UNAVAILABLE)
})

test('takes a provider’s 500 for a bad token where the reference does', async () => {
  const app = await anApp({ SOCIALACCOUNT_PROVIDER_DOWN: 'rejected' })
  app.outside.setExchanges([jsonExchange('GET', TWITTER_VERIFY, {}, { status: 500 })])
  expect(await answerOf(app.post('twitter/', TW))).toEqual(
    refusal('No access to private resources at "api.x.com".'),
  )
})

test('refuses a code that cannot be exchanged', async () => {
  const app = await anApp()
  const url = 'https://graph.facebook.com/v25.0/oauth/access_token'
  app.outside.setExchanges([jsonExchange('GET', url, { error: {} }, { status: 400 })])
  expect(await answerOf(app.post('facebook/', { code: 'other' }))).toEqual(
    refusal('Failed to exchange code for access token'),
  )
  expect(app.outside.calls[0]?.entries.get('redirect_uri')).toBe(
    'https://app.example/callback/facebook',
  )
})

test('exchanges a code at an allowed redirect URI only, as the reference does: the app’s', async () => {
  const app = await anApp()
  const url = 'https://graph.facebook.com/v25.0/oauth/access_token'
  app.outside.setExchanges([jsonExchange('GET', url, { error: {} }, { status: 400 })])
  const body = { code: 'fb-code', redirect_uri: 'https://evil.example/' }
  expect(await answerOf(app.post('facebook/', body))).toEqual(
    refusal('Failed to exchange code for access token'),
  )
  expect(app.outside.calls[0]?.entries.get('redirect_uri')).toBe(
    'https://app.example/callback/facebook',
  )
})

test('needs a redirect URI for a code', async () => {
  const app = await anApp({ FACEBOOK_CALLBACK_URL: '' })
  expect(await answerOf(app.post('facebook/', { code: 'fb-code' }))).toEqual(
    refusal('Define callback_url in view'),
  )
})

test('keeps the provider’s tokens sealed under STORE_TOKENS', async () => {
  const app = await anApp({ SOCIALACCOUNT_STORE_TOKENS: 'true' })
  app.outside.setExchanges(twitterKnows(TIA))
  await app.post('twitter/', TW)
  const [account] = await app.deps().db.select().from(socialAccounts)
  const sealed = account?.sealedTokens ?? ''
  expect(sealed).not.toContain('tw-token')
  const opened = await unseal([app.settings.SECRET_KEY], 'social-tokens', sealed)
  expect(JSON.parse(opened?.text ?? '')).toEqual({
    accessToken: 'tw-token',
    tokenSecret: 'tw-secret-token',
  })
})

test('keeps no new account where the reference crashes over its tokens', async () => {
  const app = await anApp({ SOCIALACCOUNT_STORE_TOKENS: 'true', HONOUR_STORE_TOKENS: 'false' })
  app.outside.setExchanges(facebookKnows(FAY))
  expect(await answerOf(app.post('facebook/', FB))).toEqual(refusal('Incorrect value'))
  expect((await stored(app)).users).toEqual([])
})

test('logs in by an ID token of a configured issuer, once', async () => {
  const issuer = await anIssuer()
  const app = await createTestApp({ env: issuer.env })
  app.outside.setExchanges(issuer.exchanges)
  const claims = { sub: 'ola', email: 'ola@corp.example', email_verified: true, name: 'Ola Open' }
  const body = { id_token: await issuer.sign(app, claims) }
  expect(await answerOf(app.post('oidc/corp/', body))).toEqual({ status: 200, body: KEY })
  expect(await stored(app)).toEqual({
    users: ['ola <ola@corp.example>'],
    addresses: ['1 ola@corp.example verified'],
    accounts: ['1 corp ola'],
  })
  expect(await answerOf(app.post('oidc/corp/', body))).toEqual(refusal('Incorrect value'))
})

test('takes an ID token of many at once for one of them', async () => {
  const issuer = await anIssuer()
  const app = await createTestApp({ env: issuer.env })
  app.outside.setExchanges(issuer.exchanges)
  const body = { id_token: await issuer.sign(app, { sub: 'ola' }) }
  const answers = await Promise.all(
    Array.from({ length: 6 }, () => answerOf(app.post('oidc/corp/', body))),
  )
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
})
