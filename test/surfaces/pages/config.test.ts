import { expect, test } from 'vitest'
import { createTestApp } from '../../support/app.ts'
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
  expect(csrf.token).toMatch(/^[a-zA-Z0-9]{32}$/)
  expect(cookies).toHaveLength(1)
  expect(cookies[0]).toContain(`csrftoken=${csrf.token};`)
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
  expect(config.csrf.token).toBe(token)
})

test('takes nothing for a CSRF token that is none', async () => {
  const app = await createTestApp({ env: { USE_JWT: 'true', JWT_AUTH_COOKIE: 'at' } })
  const headers = { Cookie: 'csrftoken=</script><b>' }
  const { config } = await readPage(await app.request('pages/sign-in/', { headers }))
  expect(config.csrf.token).toMatch(/^[a-zA-Z0-9]{32}$/)
})
