import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createClient, type Client } from '@libsql/client/web'
import { expect, test } from 'vitest'
import { platform } from '../../src/platform.ts'
import { createService } from '../../src/service.ts'
import { parseSettings } from '../../src/settings/parse.ts'
import { aUser, createTestApp } from '../support/app.ts'
import { startSqld, type Sqld } from '../support/sqld.ts'
import { manage } from './console.ts'

const PASSWORD = 'right-horse-staple'

/** What docs/operations.md tells to do: `curl URL/dump`, then `turso db shell URL < backup.sql`. */
async function restore(from: string, to: Sqld): Promise<string> {
  const answer = await fetch(`${from}/dump`)
  expect(answer.status).toBe(200)
  const dump = await answer.text()
  await to.client.executeMultiple(dump)
  return dump
}

/** How many rows each table has. */
async function rowsOf(client: Client): Promise<readonly unknown[]> {
  const { rows } = await client.execute(
    `select name from sqlite_master where type = 'table' and name not like 'libsql_%' order by name`,
  )
  const names = rows.map(({ name }) => String(name))
  const counts = await client.batch(
    names.map((name) => `select count(*) as count from "${name}"`),
    'read',
  )
  return names.map((name, index) => [name, counts[index]?.rows[0]?.['count']])
}

test('a dump that is played into an empty server is the service again', async () => {
  const app = await createTestApp({
    env: { USE_JWT: 'true', JWT_AUTH_HTTPONLY: 'false' },
    users: [aUser({ username: "O'Neil; --" }), aUser({ username: 'zoë-\u{1f980}' })],
  })
  const credentials = { username: 'zoë-\u{1f980}', password: PASSWORD }
  const { refresh } = await (await app.post('/login/', credentials)).json()
  await app.settle()
  const server = await startSqld('empty')
  const directory = mkdtempSync(join(tmpdir(), 'manage-backup-'))
  try {
    const dump = await restore(app.settings.TURSO_DATABASE_URL, server)
    expect(await rowsOf(server.client)).toEqual(
      await rowsOf(createClient({ url: app.settings.TURSO_DATABASE_URL })),
    )
    // What would log somebody in stands in no backup; what it seals opens with SECRET_KEY alone.
    expect(dump).not.toContain(PASSWORD)
    expect(dump).not.toContain(app.settings.SECRET_KEY)
    expect(dump).not.toContain(refresh)

    const env = { TURSO_DATABASE_URL: server.url, SECRET_KEY: app.settings.SECRET_KEY }
    const checked = await manage({ env, directory }, 'check', '--json')
    const { checks } = checked.json() as { checks: readonly { name: string; status: string }[] }
    expect(checks.filter(({ name }) => name === 'migrations' || name === 'database')).toEqual([
      expect.objectContaining({ status: 'ok' }),
      expect.objectContaining({ status: 'ok' }),
    ])

    const deferred: Promise<unknown>[] = []
    const settings = parseSettings({
      ...env,
      USE_JWT: 'true',
      JWT_AUTH_HTTPONLY: 'false',
      PASSWORD_PBKDF2_CALLS: '1',
      PASSWORD_PBKDF2_ITERATIONS: '1000',
    })
    const service = createService(settings, () => ({
      ...platform,
      now: () => app.clock.now(),
      log: () => undefined,
      client: { address: '192.0.2.1', country: '', userAgent: '' },
      defer: (work) => deferred.push(work),
    }))
    const post = async (path: string, body: unknown) =>
      service.fetch(
        new Request(`https://auth.example.com/dj-rest-auth/${path}`, {
          method: 'POST',
          headers: { 'Content-Type': 'application/json' },
          body: JSON.stringify(body),
        }),
      )
    // Who was signed in is signed in, and who was not signs in.
    expect((await post('token/refresh/', { refresh })).status).toBe(200)
    for (const { username } of [{ username: "O'Neil; --" }, credentials]) {
      expect((await post('login/', { username, password: PASSWORD })).status).toBe(200)
    }
    expect((await post('login/', { username: 'nobody', password: PASSWORD })).status).toBe(400)
    const made = await post('registration/', {
      username: 'new',
      email: 'new@example.com',
      password1: 'a-good-long-phrase',
      password2: 'a-good-long-phrase',
    })
    // Ids go on where they were: nobody gets the number of somebody who is gone.
    expect([made.status, (await made.json()).user?.pk]).toEqual([201, 3])
    await Promise.all(deferred)
  } finally {
    rmSync(directory, { recursive: true })
    await server.stop()
  }
})
