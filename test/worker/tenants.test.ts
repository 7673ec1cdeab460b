import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { convertV4MiniflareOptions, fetch, Miniflare, Response, type Request } from 'miniflare'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { bundleService } from '../../src/tools/bundle-service.ts'
import { bundleModules } from '../support/bundle-modules.ts'
import { startSqld, type Sqld } from '../support/sqld.ts'

/** One Worker in workerd, two hosts, two databases (`byHost`). */

const SHOP = 'auth.shop.example'
const BANK = 'auth.bank.example'
const PASSWORD = 'right-horse-staple'

const directory = mkdtempSync(join(tmpdir(), 'rest-auth-edge-tenants-'))
let shop: Sqld
let bank: Sqld
let miniflare: Miniflare
/** Recipients and links of mails. */
const mails: string[] = []

beforeAll(async () => {
  shop = await startSqld()
  bank = await startSqld()
  await bundleService('test/worker/tenants-worker.ts', directory)
  miniflare = new Miniflare(
    convertV4MiniflareOptions({
      modules: bundleModules(directory),
      compatibilityDate: '2026-11-17',
      bindings: {
        PASSWORD_PBKDF2_CALLS: '1',
        PASSWORD_PBKDF2_ITERATIONS: '1000',
        PASSWORD_QUEUE_MAX_MS: '60000',
        DATABASE_TIMEOUT_MS: '60000',
        RESEND_API_KEY: 're_worker',
        DEFAULT_FROM_EMAIL: 'auth@example.com',
        SHOP_SECRET_KEY: 's'.repeat(48),
        SHOP_TURSO_DATABASE_URL: shop.url,
        SHOP_PUBLIC_URL: `https://${SHOP}`,
        BANK_SECRET_KEY: 'b'.repeat(48),
        BANK_TURSO_DATABASE_URL: bank.url,
        BANK_PUBLIC_URL: `https://${BANK}`,
      },
      outboundService: answerOutside,
    }),
  )
})
afterAll(async () => {
  await miniflare.dispose()
  await Promise.all([shop.stop(), bank.stop()])
  rmSync(directory, { recursive: true, force: true })
})

async function answerOutside(request: Request): Promise<Response> {
  const { origin, href } = new URL(request.url)
  if (origin === shop.url || origin === bank.url) return fetch(request)
  if (href !== 'https://api.resend.com/emails') return new Response('', { status: 599 })
  const mail = (await request.json()) as { readonly to: readonly string[]; readonly text: string } // ours
  const hosts = new Set(
    Array.from(mail.text.matchAll(/https:\/\/([^/\s]+)\//g), ([, host]) => host),
  )
  mails.push(`${mail.to.join()} ${[...hosts].join()}`)
  return Response.json({ id: 'mail' })
}

/** The service of a host answers: status, and the body's texts. */
async function call(host: string, path: string, init: { body?: object; token?: string } = {}) {
  const { body, token } = init
  const response = await miniflare.dispatchFetch(`https://${host}/dj-rest-auth/${path}`, {
    method: body === undefined ? 'GET' : 'POST',
    headers: {
      'Content-Type': 'application/json',
      ...(token === undefined ? {} : { Authorization: `Bearer ${token}` }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  const answer = (await response.json()) as Readonly<Record<string, string>> // texts, where it is looked
  return { status: response.status, answer }
}

const statusOf = async (...given: Parameters<typeof call>) => (await call(...given)).status

const registration = (username: string) => ({
  username,
  email: `${username}@example.com`,
  password1: PASSWORD,
  password2: PASSWORD,
})

test('two hosts of one isolate have two databases, and tokens of one are nothing at the other', async () => {
  const hosts = [SHOP, BANK]
  const people = ['ada', 'eve', 'joe']
  // All at once: what an isolate keeps must be each tenant's own.
  const statuses = await Promise.all(
    hosts.flatMap((host) =>
      people.map((name) => statusOf(host, 'registration/', { body: registration(name) })),
    ),
  )
  expect(statuses).toEqual([201, 201, 201, 201, 201, 201])
  const logins = await Promise.all(
    hosts.flatMap((host) =>
      people.map(async (username) => ({
        host,
        token: (await call(host, 'login/', { body: { username, password: PASSWORD } })).answer[
          'access'
        ],
      })),
    ),
  )
  for (const { host, token = '' } of logins) {
    const other = host === SHOP ? BANK : SHOP
    expect(await statusOf(host, 'user/', { token })).toBe(200)
    expect(await statusOf(other, 'user/', { token })).toBe(401)
  }
  await call(SHOP, 'password/change/', {
    token: logins[0]?.token ?? '',
    body: { new_password1: 'another-horse-staple', new_password2: 'another-horse-staple' },
  })
  const old = { body: { username: 'ada', password: PASSWORD } }
  expect([await statusOf(SHOP, 'login/', old), await statusOf(BANK, 'login/', old)]).toEqual([
    400, 200,
  ])
})

test('another host is nobody’s, whatever it says', async () => {
  for (const host of ['auth.other.example', `${SHOP}.evil.example`, `${SHOP}:8443`]) {
    expect(await call(host, 'user/')).toEqual({ status: 421, answer: { detail: 'Not found.' } })
  }
})

test('mails lead to the host that they are of, and the cron handler serves both', async () => {
  mails.length = 0
  const stale =
    "insert into used_nonces (purpose, nonce_hash, used_at, expires_at) values ('x', 'y', 1, 2)"
  for (const { client } of [shop, bank]) await client.execute(stale)
  const { outcome } = await (await miniflare.getWorker()).scheduled({ cron: '* * * * *' })
  expect(outcome).toBe('ok')
  for (const { client } of [shop, bank]) {
    const { rows } = await client.execute('select count(*) as n from used_nonces')
    expect(Number(rows[0]?.['n'])).toBe(0)
  }
  for (const host of [SHOP, BANK]) {
    await call(host, 'password/reset/', { body: { email: 'eve@example.com' } })
  }
  await expect
    .poll(() => mails.toSorted())
    .toEqual([`eve@example.com ${BANK}`, `eve@example.com ${SHOP}`])
})
