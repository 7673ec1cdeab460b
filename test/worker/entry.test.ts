import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startWorker, type WorkerUnderTest } from './start-worker.ts'

const PASSWORD = 'right-horse-staple'

describe('a misconfigured deployment', () => {
  let worker: WorkerUnderTest

  beforeAll(async () => {
    worker = await startWorker({ USE_JWT: 'perhaps', ACCOUNT_LOGIN_METHOD: 'email' })
  })
  afterAll(() => worker.stop())

  test('answers 503 to everything, and tells strangers nothing', async () => {
    for (const path of ['login/', 'user/', '/healthz', '/']) {
      const response = await worker.request(path)
      expect(response.status).toBe(503)
      expect(response.headers.get('Content-Type')).toBe('application/json')
      expect(await response.json()).toEqual({
        detail: 'The service is misconfigured; see its log.',
      })
    }
  })
})

describe('the cron handler', () => {
  let worker: WorkerUnderTest

  beforeAll(async () => {
    worker = await startWorker()
  })
  afterAll(() => worker.stop())

  async function waitingMails(): Promise<number> {
    const { rows } = await worker.sqld.client.execute('select count(*) as n from email_outbox')
    return Number(rows[0]?.['n'])
  }

  test('delivers a mail that could not be sent, once, when its time has come', async () => {
    worker.setMailStatus(500)
    const registered = await worker.post('registration/', {
      username: 'ada',
      email: 'ada@example.com',
      password1: PASSWORD,
      password2: PASSWORD,
    })
    expect(registered.status).toBe(201)
    await expect.poll(worker.mailAttempts, { timeout: 10_000 }).toBe(1)
    expect(await waitingMails()).toBe(1)

    worker.setMailStatus(200)
    await worker.runCron()
    expect(worker.mails).toEqual([])

    await worker.sqld.client.execute('update email_outbox set next_attempt_at = 0')
    await worker.runCron()
    await worker.runCron()
    expect(worker.mails).toEqual([
      expect.objectContaining({
        to: ['ada@example.com'],
        subject: '[example.com] Please Confirm Your Email Address',
        text: expect.stringContaining('https://auth.example.com/dj-rest-auth/registration/'),
        idempotencyKey: expect.stringMatching(/^confirm_email-[0-9a-f]{32}$/),
      }),
    ])
    expect(await waitingMails()).toBe(0)
  })

  test('deletes what has expired', async () => {
    const { client } = worker.sqld
    await client.execute(
      "insert into used_nonces (purpose, nonce_hash, used_at, expires_at) values ('test', 'old', 0, 1), ('test', 'new', 0, 9e15)",
    )
    await worker.runCron()
    const { rows } = await client.execute('select nonce_hash from used_nonces')
    expect(rows.map((row) => row['nonce_hash'])).toEqual(['new'])
  })
})
