import { expect, test } from 'vitest'
import { usedNonces } from '../../src/db/schema/used-once.ts'
import { createTestApp, type TestApp } from '../support/app.ts'
import { anIssuer, facebookKnows, FAY, SOCIAL_ENV } from '../support/providers/exchanges.ts'

const FB = { access_token: 'fb-token' }

async function anApp(limits: Readonly<Record<string, string | null>>): Promise<TestApp> {
  const app = await createTestApp({ env: { ...SOCIAL_ENV, ACCOUNT_RATE_LIMITS: limits } })
  app.outside.setExchanges(facebookKnows(FAY))
  return app
}

test('counts social logins with logins, and says when to come back', async () => {
  const app = await anApp({ login: '2/m/ip' })
  expect((await app.post('facebook/', FB)).status).toBe(200)
  app.clock.advance(15)
  expect((await app.post('facebook/', FB)).status).toBe(200)
  const refused = await app.post('facebook/', FB)
  expect(refused.status).toBe(429)
  expect(refused.headers.get('Retry-After')).toBe('45')
  expect(await refused.json()).toEqual({
    detail: 'Request was throttled. Expected available in 45 seconds.',
  })
  app.clock.advance(45)
  expect((await app.post('facebook/', FB)).status).toBe(200)
})

test('of ten logins at once, as many are answered as the rate allows', async () => {
  const app = await anApp({ login: '3/m/key' })
  const answers = await Promise.all(Array.from({ length: 10 }, () => app.post('facebook/', FB)))
  const statuses = answers.map(({ status }) => status)
  expect(statuses.filter((status) => status === 200)).toHaveLength(3)
  expect(statuses.filter((status) => status === 429)).toHaveLength(7)
})

test('counts first logins with sign-ups, and makes nobody too many', async () => {
  const app = await anApp({ login: null, signup: '1/m/ip' })
  expect((await app.post('facebook/', FB)).status).toBe(200)
  app.outside.setExchanges(facebookKnows({ ...FAY, id: '10002', email: 'gil@example.com' }))
  expect((await app.post('facebook/', FB)).status).toBe(429)
  app.outside.setExchanges(facebookKnows(FAY))
  expect((await app.post('facebook/', FB)).status).toBe(200)
  app.clock.advance(60)
  app.outside.setExchanges(facebookKnows({ ...FAY, id: '10002', email: 'gil@example.com' }))
  expect((await app.post('facebook/', FB)).status).toBe(200)
})

test('spends nothing of a refused request, so that it can come again', async () => {
  const issuer = await anIssuer()
  const env = { ...issuer.env, ACCOUNT_RATE_LIMITS: { login: '1/m/ip' } }
  const app = await createTestApp({ env })
  app.outside.setExchanges(issuer.exchanges)
  const first = { id_token: await issuer.sign(app, { sub: 'ola' }) }
  const second = { id_token: await issuer.sign(app, { sub: 'ola', name: 'Ola' }) }
  expect((await app.post('oidc/corp/', first)).status).toBe(200)
  expect((await app.post('oidc/corp/', second)).status).toBe(429)
  expect(await app.deps().db.select().from(usedNonces)).toHaveLength(1)
  app.clock.advance(60)
  expect((await app.post('oidc/corp/', second)).status).toBe(200)
  expect((await app.post('oidc/corp/', second)).status).toBe(429)
})
