import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { createTestApp } from '../../support/app.ts'

const read = (name: string) =>
  readFileSync(new URL(`../../../docs/${name}`, import.meta.url), 'utf8')
const rules = read('alerts.yml')

/** What the rules look at is served by a service in which nothing has happened yet. */
test('every rule is about what /metrics serves from the beginning', async () => {
  const secret = `whsec_${btoa('0123456789abcdef0123456789abcdef')}`
  const app = await createTestApp({
    env: {
      METRICS_TOKEN: 't',
      WEBHOOKS: JSON.stringify({ crm: { url: 'https://crm.example.com', secrets: [secret] } }),
    },
  })
  const response = await app.request('https://auth.example.com/metrics', {
    headers: { Authorization: 'Bearer t' },
  })
  const served = (await response.text()).split('\n')
  const metrics = new Set([...rules.matchAll(/\brest_auth_\w+/g)].map(([name]) => name))
  const kinds = [...rules.matchAll(/kind=~?"([^"]+)"/g)].flatMap(([, one]) => one?.split('|') ?? [])
  expect(metrics.size).toBeGreaterThan(2)
  for (const name of metrics) expect(served.join('\n')).toContain(`# TYPE ${name} `)
  // Without a zero in front of it, the first event of a kind is no increase.
  for (const kind of kinds) expect(served).toContain(`rest_auth_events_total{kind="${kind}"} 0`)
})

test('every rule fires in the tests for promtool, and stands in the documentation', () => {
  const names = [...rules.matchAll(/- alert: (\w+)/g)].map(([, name]) => name ?? '')
  const tested = read('alerts.test.yml')
  expect(names.length).toBeGreaterThan(4)
  for (const name of names) {
    expect(tested).toMatch(new RegExp(`alertname: ${name}\\n +exp_alerts:\\n +- exp_labels`))
    expect(read('operations.md')).toContain(`\`${name}\``)
  }
})
