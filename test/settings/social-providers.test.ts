import { expect, test } from 'vitest'
import { appFaults } from '../../src/core/social/providers/configured.ts'
import * as providers from '../../src/core/social/providers/index.ts'
import { isProviderId, knownApps, knownProviders } from '../../src/core/social/providers/known.ts'
import {
  fillFromVariables,
  socialProviderSettings,
  type SocialApps,
} from '../../src/settings/social-providers.ts'

const { parse } = socialProviderSettings.SOCIALACCOUNT_PROVIDERS

function appsFrom(setting: unknown, env: Readonly<Record<string, unknown>> = {}): SocialApps {
  return fillFromVariables(parse(setting), env, { FACEBOOK_GRAPH_API_VERSION: 'v25.0' })
}

test('reads an app in allauth’s spelling, from JSON as from TOML', () => {
  const declared = {
    google: {
      APP: { client_id: 'g', secret: 's', key: '' },
      SCOPE: ['profile', 'email'],
      AUTH_PARAMS: { access_type: 'offline' },
      VERIFIED_EMAIL: true,
      CALLBACK_URL: 'https://app.example/cb',
    },
  }
  const expected = {
    google: {
      provider: 'google',
      providerId: 'google',
      name: 'google',
      clientIds: ['g'],
      secret: 's',
      key: '',
      callbackUrls: ['https://app.example/cb'],
      scope: ['profile', 'email'],
      authParams: { access_type: 'offline' },
      verifiedEmail: true,
      settings: {
        scope: ['profile', 'email'],
        auth_params: { access_type: 'offline' },
        verified_email: true,
        callback_url: 'https://app.example/cb',
      },
      declaredBy: 'setting',
    },
  }
  expect(appsFrom(declared)).toEqual(expected)
  expect(appsFrom(JSON.stringify(declared))).toEqual(expected)
})

test('lets an app’s own settings go before the provider’s options', () => {
  const apps = appsFrom({
    microsoft: {
      APPS: [{ client_id: 'm', secret: 's', settings: { tenant: 'own', scope: 'User.Read' } }],
      TENANT: 'common',
      SCOPE: ['x'],
    },
  })
  expect(apps['microsoft']).toMatchObject({ settings: { tenant: 'own' }, scope: ['User.Read'] })
})

test('takes further apps of a provider for audiences of its tokens', () => {
  const apps = appsFrom({
    google: { APPS: [{ client_id: 'web', secret: 's' }, { client_id: 'ios, android' }] },
  })
  expect(apps['google']).toMatchObject({ clientIds: ['web', 'ios', 'android'], secret: 's' })
})

test('keeps OpenID Connect apps apart by provider_id', () => {
  const app = (id: string): unknown => ({
    provider_id: id,
    name: id.toUpperCase(),
    client_id: `${id}-client`,
    secret: 's',
    settings: { server_url: `https://${id}.example` },
  })
  const apps = appsFrom({ openid_connect: { APPS: [app('one'), app('two')] } })
  expect(Object.keys(apps)).toEqual(['one', 'two'])
  expect(knownApps(apps)).toMatchObject([
    { provider: { id: 'openid_connect' }, app: { name: 'ONE' } },
    { provider: { id: 'openid_connect' }, app: { name: 'TWO', clientIds: ['two-client'] } },
  ])
})

test('reads an app from plain variables', () => {
  const apps = appsFrom(
    {},
    {
      APPLE_CLIENT_ID: 'com.example.web',
      APPLE_KEY_ID: 'KEYID',
      APPLE_TEAM_ID: 'TEAM',
      APPLE_CERTIFICATE_KEY: '-----BEGIN PRIVATE KEY-----',
      APPLE_CALLBACK_URL: 'https://app.example/a,com.example.app:/cb',
    },
  )
  expect(apps['apple']).toMatchObject({
    clientIds: ['com.example.web'],
    secret: 'KEYID',
    key: 'TEAM',
    callbackUrls: ['https://app.example/a', 'com.example.app:/cb'],
    settings: { certificate_key: '-----BEGIN PRIVATE KEY-----' },
  })
})

test('keeps secrets out of the setting where variables hold them', () => {
  const apps = appsFrom(
    {
      facebook: { APP: { client_id: 'fb' } },
      openid_connect: { APPS: [{ provider_id: 'my-corp', client_id: 'c' }] },
    },
    { FACEBOOK_CLIENT_SECRET: 'fb-secret', MY_CORP_CLIENT_SECRET: 'corp-secret' },
  )
  expect(apps['facebook']).toMatchObject({ clientIds: ['fb'], secret: 'fb-secret' })
  expect(apps['my-corp']).toMatchObject({ secret: 'corp-secret' })
})

test.each([
  ['an empty client id', { facebook: { APP: { client_id: '', secret: 's' } } }],
  ['options alone', { facebook: { VERIFIED_EMAIL: true } }],
  ['no app', { facebook: {} }],
])('has no provider for %s', (_, declared) => {
  expect(appsFrom(declared)).toEqual({})
})

test('takes a number for a client id', () => {
  const apps = appsFrom({ facebook: { APP: { client_id: 123456789012345, secret: 's' } } })
  expect(apps['facebook']?.clientIds).toEqual(['123456789012345'])
})

test('gives Facebook the version of the setting unless VERSION says otherwise', () => {
  const APP = { client_id: 'fb', secret: 's' }
  expect(appsFrom({ facebook: { APP } })['facebook']?.settings).toEqual({ version: 'v25.0' })
  expect(appsFrom({ facebook: { APP, VERSION: 'v24.0' } })['facebook']?.settings).toEqual({
    version: 'v24.0',
  })
})

test('makes twitter_oauth2 the second pair of credentials of twitter', () => {
  const apps = appsFrom(
    { twitter: { APP: { client_id: 'consumer', secret: 's' } } },
    { TWITTER_OAUTH2_CLIENT_ID: 'client', TWITTER_OAUTH2_CLIENT_SECRET: 's2' },
  )
  expect(Object.keys(apps)).toEqual(['twitter'])
  expect(apps['twitter']).toMatchObject({
    clientIds: ['consumer'],
    settings: { oauth2_client_id: 'client', oauth2_secret: 's2' },
  })
})

test.each([
  [[], 'must be an object of provider and app'],
  ['{"facebook"', 'is not valid JSON'],
  [{ facebook: 5 }, 'needs an object for facebook'],
  [{ Facebook: {} }, 'names a provider "Facebook": small letters, digits and _ only'],
  [{ facebook: { APPS: ['x'] } }, 'needs an object for facebook.APPS[0]'],
  [
    { facebook: { APP: { clientid: 'x' } } },
    'has clientid in facebook.APPS[0]; known are provider, provider_id, name, client_id, secret, ' +
      'key, callback_url, settings, certificate_key, hidden',
  ],
  [
    {
      google: { APP: { client_id: 'g', secret: 's' } },
      openid_connect: { APPS: [{ provider_id: 'google', client_id: 'x' }] },
    },
    'has two providers named google',
  ],
  [
    { openid_connect: { APPS: [{ provider_id: 'my corp', client_id: 'x' }] } },
    'has the provider_id "my corp" in openid_connect.APPS[0]: a-z, 0-9, _, - only',
  ],
  [{ facebook: 5, google: 6 }, 'needs an object for facebook; needs an object for google'],
])('refuses %j', (declared, message) => {
  expect(() => parse(declared)).toThrow(new Error(message))
})

test('names callback URLs that are not absolute', () => {
  const env = { GITHUB_CLIENT_ID: 'x', GITHUB_CLIENT_SECRET: 's', GITHUB_CALLBACK_URL: '/cb' }
  const google = { APP: { client_id: 'x', secret: 's', callback_url: ['postmessage', 'cb'] } }
  expect(appFaults(appsFrom({ google }, env))).toEqual([
    'SOCIALACCOUNT_PROVIDERS has the callback URL "cb" for google: not absolute',
    'SOCIALACCOUNT_PROVIDERS has the callback URL "/cb" for github: not absolute',
  ])
})

test.each(['google', 'twitter', 'twitter_oauth2', 'github'])(
  'lets no issuer take the accounts of %s by its name',
  (provider_id) => {
    const app = { provider_id, client_id: 'x', settings: { server_url: 'https://idp.example' } }
    const declared = { openid_connect: { APPS: [app] } }
    expect(appFaults(appsFrom(declared))).toEqual([
      `SOCIALACCOUNT_PROVIDERS has the provider_id ${provider_id} for openid_connect: it is another provider's name`,
    ])
    const variables = { GOOGLE_CLIENT_ID: 'g', GOOGLE_CLIENT_SECRET: 's' }
    expect(appFaults(appsFrom(declared, variables))).not.toEqual([])
  },
)

test('names what the providers find wrong with their apps, all at once', () => {
  const apps = appsFrom({
    facebook: { APP: { client_id: 'x' } },
    myspace: { APP: { client_id: 'x', secret: 's' } },
    openid_connect: {
      APPS: [
        { provider_id: 'one', client_id: 'x' },
        { provider_id: 'two', client_id: 'x', settings: { server_url: 'http://two.example' } },
      ],
    },
  })
  expect(appFaults(apps)).toEqual([
    'SOCIALACCOUNT_PROVIDERS has no secret for facebook',
    expect.stringMatching(/^SOCIALACCOUNT_PROVIDERS knows apple, .*, twitter, not myspace$/),
    'SOCIALACCOUNT_PROVIDERS has no settings.server_url for one',
    'SOCIALACCOUNT_PROVIDERS has no https server_url for two',
  ])
})

test('leaves other people’s variables alone', () => {
  const apps = appsFrom(
    {},
    { SENTRY_CLIENT_ID: 'x', GITHUB_CLIENT_ID: 'g', GITHUB_CLIENT_SECRET: 's' },
  )
  expect(appFaults(apps)).toEqual([])
  expect(knownApps(apps).map(({ provider }) => provider.id)).toEqual(['github'])
})

test.each(['constructor', '__proto__', 'toString', ''])('knows no provider %j', (name) => {
  expect(isProviderId(name)).toBe(false)
})

test.each([
  ['True', true, true],
  ['false', false, false],
  [true, true, true],
])('VERIFIED_EMAIL and EMAIL_AUTHENTICATION may be written %j', (raw, verified, authenticates) => {
  const { google } = appsFrom({
    google: {
      APP: { client_id: 'g', secret: 's' },
      VERIFIED_EMAIL: raw,
      EMAIL_AUTHENTICATION: raw,
    },
  })
  expect(google?.verifiedEmail).toBe(verified)
  expect(google?.settings['email_authentication']).toBe(authenticates)
})

test('whose addresses are believed must be said plainly', () => {
  const declared = { APP: { client_id: 'g' }, VERIFIED_EMAIL: 1, EMAIL_AUTHENTICATION: 'perhaps' }
  expect(() => appsFrom({ google: declared })).toThrow(
    'needs true, false or a list of domains as VERIFIED_EMAIL of google.APPS[0]; needs true or false as EMAIL_AUTHENTICATION of google.APPS[0]',
  )
  const domain = { APP: { client_id: 'g' }, VERIFIED_EMAIL: 'example.com' }
  expect(appsFrom({ google: domain })['google']?.verifiedEmail).toEqual(['example.com'])
})

test('knows the code of every provider, and its name without it', () => {
  const named = Object.fromEntries(Object.values(providers).map(({ id, name }) => [id, name]))
  const known = Object.entries(knownProviders).map(([id, { name }]) => [id, name])
  expect(named).toEqual(Object.fromEntries(known))
})
