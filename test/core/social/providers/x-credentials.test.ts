import { expect, test } from 'vitest'
import { jsonExchange } from '../../../support/fake-fetch.ts'
import { settingsOf } from '../../../support/settings.ts'
import { appFaults } from '../../../../src/core/social/providers/configured.ts'
import { createTestApp } from '../../../support/app.ts'

/** X gives out OAuth 2.0 credentials and, for older APIs, OAuth 1.0a ones: either alone must do, or be refused. */

const CALLBACK = 'https://app.example/callback/twitter'
const CALLBACK_PAGE = 'https://login.example.com/dj-rest-auth/pages/callback/twitter/'
const OAUTH2_ID = 'RjdTVFE1SHdVQmNDTjlxX05uNzg6MTpjaQ'

const SPELLINGS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'plain variables': {
    TWITTER_OAUTH2_CLIENT_ID: OAUTH2_ID,
    TWITTER_OAUTH2_CLIENT_SECRET: 's',
    TWITTER_OAUTH2_CALLBACK_URL: CALLBACK,
  },
  'variables with the callback of twitter': {
    TWITTER_OAUTH2_CLIENT_ID: OAUTH2_ID,
    TWITTER_OAUTH2_CLIENT_SECRET: 's',
    TWITTER_CALLBACK_URL: CALLBACK,
  },
  "allauth's twitter_oauth2": {
    SOCIALACCOUNT_PROVIDERS: JSON.stringify({
      twitter_oauth2: { APP: { client_id: OAUTH2_ID, secret: 's', callback_url: CALLBACK } },
    }),
  },
  'settings of twitter': {
    SOCIALACCOUNT_PROVIDERS: JSON.stringify({
      twitter: {
        APP: {
          callback_url: CALLBACK,
          settings: { oauth2_client_id: OAUTH2_ID, oauth2_secret: 's' },
        },
      },
    }),
  },
}

test.each(Object.entries(SPELLINGS))('logs in by OAuth 2.0 alone: %s', async (_name, env) => {
  const app = await createTestApp({ env })
  const begun = await app.request('twitter/authorize/')
  const { authorization_url, state, code_verifier } = await begun.json()
  expect(new URL(authorization_url).searchParams.get('client_id')).toBe(OAUTH2_ID)
  app.outside.setExchanges([
    jsonExchange('POST', 'https://api.x.com/2/oauth2/token', { access_token: 'bearer' }),
    jsonExchange('GET', 'https://api.x.com/2/users/me', {
      data: { id: '20002', username: 'tia', name: 'Tia Tweets' },
    }),
  ])
  const answer = await app.post('twitter/', { code: 'c', state, code_verifier })
  expect(answer.status).toBe(200)
  expect(app.outside.calls[0]?.headers.get('Authorization')).toBe(`Basic ${btoa(`${OAUTH2_ID}:s`)}`)
})

test.each(Object.entries(SPELLINGS))(
  'asks X nothing about an OAuth 1.0a token without a consumer: %s',
  async (_name, env) => {
    const app = await createTestApp({ env })
    const answer = await app.post('twitter/', { access_token: 'a', token_secret: 'b' })
    expect(answer.status).toBe(400)
    expect(app.outside.calls).toEqual([])
  },
)

const faultsOf = (env: Readonly<Record<string, string>>) =>
  appFaults(settingsOf(env).SOCIALACCOUNT_PROVIDERS)

test.each(Object.entries(SPELLINGS))('finds nothing wrong with OAuth 2.0 alone: %s', (_, env) => {
  expect(faultsOf(env)).toEqual([])
})

test('says where an OAuth 2.0 client id belongs', () => {
  expect(faultsOf({ TWITTER_CLIENT_ID: OAUTH2_ID, TWITTER_CLIENT_SECRET: 's' })).toEqual([
    'SOCIALACCOUNT_PROVIDERS has an OAuth 2.0 client id as consumer key of twitter: write it as ' +
      'TWITTER_OAUTH2_CLIENT_ID, its secret as TWITTER_OAUTH2_CLIENT_SECRET',
  ])
  expect(
    faultsOf({ TWITTER_CLIENT_ID: 'consumerkeyconsumerkey123', TWITTER_CLIENT_SECRET: 's' }),
  ).toEqual([])
})

test.each([
  { TWITTER_CLIENT_ID: 'consumer' },
  { TWITTER_OAUTH2_CLIENT_ID: OAUTH2_ID },
  {
    TWITTER_CLIENT_ID: 'consumer',
    TWITTER_CLIENT_SECRET: 's',
    TWITTER_OAUTH2_CLIENT_ID: OAUTH2_ID,
  },
  {
    TWITTER_CLIENT_ID: 'consumer',
    TWITTER_OAUTH2_CLIENT_ID: OAUTH2_ID,
    TWITTER_OAUTH2_CLIENT_SECRET: 's',
  },
])('misses a secret: %j', (env) => {
  expect(faultsOf(env)).toEqual(['SOCIALACCOUNT_PROVIDERS has no secret for twitter'])
})

test('calls the button X', async () => {
  const env = {
    ...SPELLINGS['plain variables'],
    PUBLIC_URL: 'https://login.example.com',
    TWITTER_OAUTH2_CALLBACK_URL: CALLBACK_PAGE,
  }
  const app = await createTestApp({ env })
  const page = await (await app.request('pages/sign-in/')).text()
  expect(page).toContain('data-provider="twitter/"')
  expect(page).toMatch(/Continue with X<\/button>/)
})

test('shows no button where X has nothing but a consumer', async () => {
  const env = {
    PUBLIC_URL: 'https://login.example.com',
    TWITTER_CLIENT_ID: 'consumer',
    TWITTER_CLIENT_SECRET: 's',
    TWITTER_CALLBACK_URL: CALLBACK_PAGE,
  }
  const app = await createTestApp({ env })
  expect(await (await app.request('pages/sign-in/')).text()).not.toContain('data-provider')
  expect((await app.request('twitter/authorize/')).status).toBe(400)
})
