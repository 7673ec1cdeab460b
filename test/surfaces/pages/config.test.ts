import { expect, test } from 'vitest'
import { cookieHeaderOf } from '../../support/answer.ts'
import { aUser, createTestApp } from '../../support/app.ts'
import { readPage } from './page.ts'

async function configOf(env: Readonly<Record<string, string>>) {
  const app = await createTestApp({ env })
  const response = await app.request('pages/sign-in/')
  return { cookies: response.headers.getSetCookie(), ...(await readPage(response)).config }
}

test('token mode: the key goes into a header, no cookie is set', async () => {
  const { access, refresh, cookies } = await configOf({})
  expect(access).toEqual({ kind: 'header', name: 'Authorization', scheme: 'Token' })
  expect(refresh).toBe('none')
  expect(cookies).toEqual([])
})

test('JWT mode without cookies: the pair is kept by the script, where the body holds it', async () => {
  const shown = await configOf({ USE_JWT: 'true', JWT_AUTH_HTTPONLY: 'false' })
  expect(shown.access).toEqual({ kind: 'header', name: 'Authorization', scheme: 'Bearer' })
  expect(shown.refresh).toBe('body')
  const hidden = await configOf({ USE_JWT: 'true' })
  expect(hidden.refresh).toBe('none')
})

test('JWT cookies: nothing is kept by the script, and the CSRF cookie is set', async () => {
  const { access, refresh, csrf, cookies } = await configOf({
    USE_JWT: 'true',
    JWT_AUTH_COOKIE: 'at',
    JWT_AUTH_REFRESH_COOKIE: 'rt',
  })
  expect(access).toEqual({ kind: 'cookie' })
  expect(refresh).toBe('cookie')
  expect(csrf.header).toBe('X-Csrftoken')
  expect(csrf.token).toMatch(/^[a-zA-Z0-9]{64}$/)
  expect(cookies).toHaveLength(1)
  expect(cookies[0]).toMatch(/^csrftoken=[a-zA-Z0-9]{32};/)
})

test('the page holds the CSRF token under another mask each time, and either lets it write', async () => {
  const env = { USE_JWT: 'true', JWT_AUTH_COOKIE: 'at', CSRF_ORIGIN_SUFFICES: 'false' }
  const app = await createTestApp({ env, users: [aUser()] })
  const page = await app.request('pages/sign-in/')
  const csrf = page.headers.getSetCookie()[0]?.split(';')[0] ?? ''
  const { config } = await readPage(page)
  const again = await readPage(await app.request('pages/sign-in/', { headers: { Cookie: csrf } }))
  expect(again.config.csrf.token).not.toBe(config.csrf.token)
  const login = await app.post('login/', { username: 'alice', password: 'right-horse-staple' })
  const Cookie = `${cookieHeaderOf(login)}; ${csrf}`
  for (const { token } of [config.csrf, again.config.csrf]) {
    const headers = { Cookie, Origin: 'https://auth.example.com', 'X-Csrftoken': token }
    expect((await app.request('user/', { method: 'PATCH', headers })).status).toBe(200)
  }
})

test('sessions: as with JWT cookies; a CSRF cookie that is there stays', async () => {
  const app = await createTestApp({ env: { TOKEN_MODEL: 'null', SESSION_LOGIN: 'true' } })
  const token = 'a'.repeat(32)
  const response = await app.request('pages/account/', {
    headers: { Cookie: `csrftoken=${token}` },
  })
  expect(response.headers.getSetCookie()).toEqual([])
  const { config } = await readPage(response)
  expect(config.access).toEqual({ kind: 'cookie' })
  expect(config.csrf.token).toMatch(/^[a-zA-Z0-9]{64}$/)
  expect(config.csrf.token).not.toContain(token)
})

test('takes nothing for a CSRF token that is none', async () => {
  const app = await createTestApp({ env: { USE_JWT: 'true', JWT_AUTH_COOKIE: 'at' } })
  const headers = { Cookie: 'csrftoken=</script><b>' }
  const { config } = await readPage(await app.request('pages/sign-in/', { headers }))
  expect(config.csrf.token).toMatch(/^[a-zA-Z0-9]{64}$/)
})
