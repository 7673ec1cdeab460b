import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { webhookDeliveries } from '../../src/db/schema/webhooks.ts'
import { createTestApp } from '../support/app.ts'
import { manage } from './console.ts'

let directory: string

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'manage-webhooks-'))
})

afterAll(() => {
  rmSync(directory, { recursive: true })
})

test('webhooks list shows what was given up, and replay sends it again', async () => {
  const app = await createTestApp()
  const { SECRET_KEY, TURSO_DATABASE_URL } = app.settings
  const run = (...args: readonly string[]) =>
    manage({ env: { SECRET_KEY, TURSO_DATABASE_URL }, directory }, 'webhooks', ...args)
  const { db, now } = app.deps()
  const row = { endpoint: 'crm', type: 'login', data: {}, createdAt: now }
  await db.insert(webhookDeliveries).values([
    { ...row, messageId: 'msg_1', nextAttemptAt: now },
    { ...row, messageId: 'msg_2', attempts: 10, failedAt: now, lastReason: 'status 500' },
  ])
  const all = await run('list', '--json')
  expect(all.jsonLines().map(({ message_id: id }) => id)).toEqual(['msg_2', 'msg_1'])
  const failed = await run('list', '--failed', '--json')
  expect(failed.jsonLines()).toEqual([
    {
      id: 2,
      receiver: 'crm',
      message_id: 'msg_2',
      event: 'login',
      created_at: now.toISOString(),
      tries: 10,
      next_try_at: null,
      failed_at: now.toISOString(),
      reason: 'status 500',
    },
  ])
  expect((await run('list')).out).toMatch(/crm\s+login.*given up\s+status 500/)
  expect((await run('replay', '1')).code).toBe(1)
  expect((await run('replay')).code).toBe(2)
  expect((await run('replay', '2', '--json')).json()).toEqual({ replayed: 1 })
  expect((await run('replay', '--all')).out).toContain('0 will be sent')
  expect((await run('list', '--failed', '--json')).jsonLines()).toEqual([])
  expect((await run('test', 'crm')).said).toContain('WEBHOOKS is not set')
})

test.each([
  [
    'https://crm.example.invalid.example/hooks',
    /crm\.example\.invalid\.example cannot be reached: no such name/,
  ],
])('a receiver that is away is told in a sentence (%s)', async (url, sentence) => {
  const app = await createTestApp()
  const env = {
    TURSO_DATABASE_URL: app.settings.TURSO_DATABASE_URL,
    SECRET_KEY: app.settings.SECRET_KEY,
    WEBHOOKS: JSON.stringify({
      crm: { url, secrets: [`whsec_${btoa('0123456789abcdef0123456789abcdef')}`] },
    }),
  }
  const ran = await manage({ env, directory }, 'webhooks', 'test', 'crm')
  expect(ran.code).toBe(1)
  expect(ran.out).toMatch(sentence)
  expect(ran.out).not.toContain('TypeError')
})
