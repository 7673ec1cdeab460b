import { expect, test } from 'vitest'
import { jsonExchange } from '../../support/fake-fetch.ts'
import { anApp, FB, refusal } from './social.ts'
import { answerOf } from '../../support/answer.ts'

/** What the log says of a refused login, and that the client is told nothing of it. */

const EXCHANGE = 'https://graph.facebook.com/v25.0/oauth/access_token'
const SECRET_SENTENCE = 'the code fb-secret-code was used'

test.each([
  [400, { error: 'redirect_uri_mismatch' }, '400 redirect_uri_mismatch', /letter by letter/],
  [401, { error: 'invalid_client' }, '401 invalid_client', /client id with this secret/],
  [400, { error: 'invalid_grant' }, '400 invalid_grant', /was used before/],
  [200, { error: 'bad_verification_code' }, '200 bad_verification_code', /was used before/],
  [
    400,
    { error: { type: 'OAuthException', code: 100, message: SECRET_SENTENCE } },
    '400 OAuthException 100',
    undefined,
  ],
  [400, { error: SECRET_SENTENCE }, '400', undefined],
  [400, { error: 'x'.repeat(65) }, '400', undefined],
  [403, [], '403', undefined],
])('a code that is not exchanged: %i %j is logged as %j', async (status, json, said, hint) => {
  const app = await anApp()
  app.outside.setExchanges([jsonExchange('GET', EXCHANGE, json, { status })])
  expect(await answerOf(app.post('facebook/', { code: 'fb-secret-code' }))).toEqual(
    refusal('Failed to exchange code for access token'),
  )
  const line = app.log.find(({ event }) => event === 'social_login_rejected')
  expect(line).toMatchObject({ provider: 'facebook', reason: 'code_rejected', said })
  if (hint === undefined) expect(line?.['hint']).toBeUndefined()
  else expect(line?.['hint']).toMatch(hint)
  expect(JSON.stringify(app.log)).not.toContain('fb-secret-code')
})

test('a token that is refused', async () => {
  const app = await anApp()
  const error = { error: { type: 'OAuthException', code: 190, message: 'Bad fb-token' } }
  const answer = (path: string) =>
    jsonExchange('GET', `https://graph.facebook.com/v25.0/${path}`, error, { status: 400 })
  app.outside.setExchanges([answer('me'), answer('debug_token')])
  expect(await answerOf(app.post('facebook/', FB))).toEqual(refusal('Incorrect value'))
  expect(app.log).toContainEqual(
    expect.objectContaining({
      event: 'social_login_rejected',
      provider: 'facebook',
      reason: 'refused',
      said: '400 OAuthException 190',
    }),
  )
})

test('a provider that is down', async () => {
  const app = await anApp()
  app.outside.setExchanges([jsonExchange('GET', EXCHANGE, {}, { status: 502 })])
  expect((await app.post('facebook/', { code: 'c' })).status).toBe(503)
  expect(app.log).toContainEqual({
    level: 'warn',
    event: 'social_provider_unavailable',
    provider: 'facebook',
    during: 'code_exchange',
    status: 502,
  })
})
