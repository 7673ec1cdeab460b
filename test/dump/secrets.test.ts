import { expect, test } from 'vitest'
import { sql } from 'drizzle-orm'
import { aUser, createTestApp, type TestApp } from '../support/app.ts'

const PASSWORD = 'right-horse-staple'
const NEW_PASSWORD = 'another-horse-staple'
const SECRET_KEY = 'dump-secret-key-0123456789-abcdefghijklmnopqrstuvwxyz'

/** Every row of every table, as whoever steals a copy sees them. */
async function dump(app: TestApp): Promise<string> {
  const { db } = app.deps()
  const tables = await db.all<{ readonly name: string }>(
    sql`select name from sqlite_master where type = 'table' and name not like 'libsql_%'`,
  )
  const rows: string[] = []
  for (const { name } of tables) {
    const found = await db.all<Readonly<Record<string, unknown>>>(
      sql`select * from ${sql.identifier(name)}`,
    )
    rows.push(...found.map((row) => `${name} ${JSON.stringify(row)}`))
  }
  return rows.join('\n')
}

/** What the service handed out: cookies, tokens in bodies, links in mails. */
class Handed {
  readonly secrets = new Map<string, string>()

  add(what: string, secret: unknown): void {
    if (typeof secret !== 'string' || secret.length < 12) throw new Error(`${what} is no secret`)
    this.secrets.set(secret, what)
  }

  addCookies(response: Response): void {
    for (const cookie of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)="?([^;"]*)/.exec(cookie) ?? []
      if (value !== '') this.add(`cookie ${name}`, value)
    }
  }

  foundIn(text: string): readonly string[] {
    return [...this.secrets].filter(([secret]) => text.includes(secret)).map(([, what]) => what)
  }
}

type Tokens = { readonly key?: string; readonly access?: string; readonly refresh?: string }

async function logIn(app: TestApp, handed: Handed, password: string): Promise<Tokens> {
  const response = await app.post('/login/', { username: 'ada', password })
  expect(response.status).toBe(200)
  handed.addCookies(response)
  const body: Tokens = await response.json()
  for (const [what, token] of Object.entries(body)) {
    if (typeof token === 'string') handed.add(what, token)
  }
  return body
}

function addLinks(app: TestApp, handed: Handed): void {
  for (const { text } of app.mailbox) {
    const [, token] = /reset\/confirm\/[^/]+\/([^/]+)\//.exec(text) ?? []
    const [, key] = /account-confirm-email\/([^/]+)\//.exec(text) ?? []
    if (token !== undefined) handed.add('reset token', token)
    if (key !== undefined) handed.add('e-mail key', key)
  }
}

test('a stolen database holds nothing that lets anybody in', async () => {
  const handed = new Handed()
  handed.add('SECRET_KEY', SECRET_KEY)
  handed.add('password', PASSWORD)
  handed.add('new password', NEW_PASSWORD)
  const ada = aUser({ username: 'ada', password: PASSWORD })
  const env = { SECRET_KEY, SESSION_LOGIN: 'true', ACCOUNT_RATE_LIMITS: 'false' }

  const app = await createTestApp({ env, users: [ada] })
  const { key } = await logIn(app, handed, PASSWORD)
  const registration = await app.post('/registration/', {
    username: 'bob',
    email: 'bob@example.com',
    password1: PASSWORD,
    password2: PASSWORD,
  })
  handed.addCookies(registration)
  handed.add('key of a registration', (await registration.json()).key)
  await app.post('/registration/resend-email/', { email: 'bob@example.com' })
  await app.post('/password/reset/', { email: ada.email })
  await app.post('/login/', { username: 'ada', password: 'wrong-horse-staple' })
  await app.settle()
  addLinks(app, handed)

  const jwtApp = await createTestApp({
    env: { ...env, USE_JWT: 'true', JWT_AUTH_HTTPONLY: 'false' },
    data: 'kept',
  })
  const { refresh } = await logIn(jwtApp, handed, PASSWORD)
  const rotated = await jwtApp.post('/token/refresh/', { refresh })
  handed.addCookies(rotated)
  const successor: Tokens = await rotated.json()
  handed.add('access token of a refresh', successor.access)
  handed.add('successor', successor.refresh)
  const ended = await logIn(jwtApp, handed, PASSWORD)
  await jwtApp.post('/logout/', { refresh: ended.refresh })
  await jwtApp.settle()

  // Mails that wait, of every kind there is.
  const waiting = await createTestApp({
    env,
    data: 'kept',
    sendEmail: (message) => {
      app.mailbox.push(message)
      return Promise.resolve({ kind: 'failed', reason: 'down' })
    },
  })
  await waiting.post('/password/reset/', { email: ada.email })
  await waiting.post('/registration/resend-email/', { email: 'bob@example.com' })
  const passwords = { new_password1: NEW_PASSWORD, new_password2: NEW_PASSWORD }
  const change = await waiting.post('/password/change/', passwords, {
    Authorization: `Token ${key}`,
  })
  expect(change.status).toBe(200)
  await waiting.settle()
  addLinks(app, handed)
  await logIn(waiting, handed, NEW_PASSWORD)
  await waiting.settle()

  const stolen = await dump(waiting)
  const kinds = new Set(handed.secrets.values())
  expect([...kinds].sort()).toEqual([
    'SECRET_KEY',
    'access',
    'access token of a refresh',
    'cookie csrftoken',
    'cookie known_device',
    'cookie sessionid',
    'e-mail key',
    'key',
    'key of a registration',
    'new password',
    'password',
    'refresh',
    'reset token',
    'successor',
  ])
  for (const table of ['users', 'auth_tokens', 'sessions', 'refresh_families', 'email_outbox']) {
    expect(stolen).toContain(`${table} {`)
  }
  expect(stolen).toContain('"kind":"password_reset"')
  expect(stolen).toContain('"kind":"confirm_email"')

  expect(handed.foundIn(stolen)).toEqual([])
  expect(stolen).not.toMatch(/eyJ[\w-]+\.[\w-]+\.[\w-]+/)
  expect(stolen).not.toMatch(/https?:\/\//)
  expect(handed.foundIn(`${stolen}${key}`)).toEqual(['key'])
})
