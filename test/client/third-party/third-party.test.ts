import { describe, expect, test } from 'vitest'
import { aUser, createTestApp, type TestApp } from '../../support/app.ts'
import { openAxiosSite } from './axios-site.ts'
import { openPage } from './browser-page.ts'
import { documentedSettings, otherOriginSettings } from './documented.ts'
import { generateClient } from './generated.ts'
import { nextAuth } from './next-auth.ts'
import { nuxtAuth } from './nuxt-auth.ts'
import { reactAdminAuthProvider } from './react-admin.ts'

/** Programs of other people, with the settings of docs/clients.md and nothing else. */

const SERVICE = 'https://auth.example.com/dj-rest-auth/'
const LOGIN = { username: 'alice', password: 'right-horse-staple' }
const NEW = { new_password1: 'second-horse-staple', new_password2: 'second-horse-staple' }
const COOKIES = { USE_JWT: 'true', JWT_AUTH_COOKIE: 'access', JWT_AUTH_REFRESH_COOKIE: 'refresh' }
const HEADERS = { USE_JWT: 'true', JWT_AUTH_HTTPONLY: 'false' }

describe.each(['safe', 'exact'])('%s mode', (mode) => {
  function start(env: Readonly<Record<string, string>>): Promise<TestApp> {
    return createTestApp({ env: { ...env, DJANGO_COMPATIBILITY: mode }, users: [aUser()] })
  }

  test.each([
    ['its own origin', 'https://auth.example.com', {}],
    ['another origin of the site', 'https://app.example.com', otherOriginSettings()],
    ['another site', 'https://app.example.net', otherOriginSettings()],
  ])('an axios site with cookies, on %s', async (_where, origin, settings) => {
    const app = await start({ ...COOKIES, ...forOrigin(settings, origin) })
    const page = openPage(app, origin)
    const site = openAxiosSite({
      baseURL: SERVICE,
      fetch: page.fetch,
      withCredentials: true,
      cookies: page.readableCookies,
    })
    expect((await site.login({ ...LOGIN, password: 'wrong' })).data).toEqual({
      non_field_errors: ['Unable to log in with provided credentials.'],
    })
    expect((await site.login(LOGIN)).status).toBe(200)
    expect((await site.me()).data).toMatchObject({ username: 'alice' })
    app.clock.advance(301)
    expect((await site.rename({ first_name: 'Al' })).data).toMatchObject({ first_name: 'Al' })
    expect((await site.sendForm({ last_name: 'L' })).data).toMatchObject({ last_name: 'L' })
    expect((await site.changePassword(NEW)).status).toBe(200)
    expect((await site.me()).status).toBe(200)
    expect((await site.logout()).status).toBe(200)
    expect((await site.me()).status).toBe(401)
  })

  test('an axios site that keeps tokens itself needs CORS_ALLOWED_ORIGINS alone', async () => {
    const origin = 'https://app.example.net'
    const app = await start({ ...HEADERS, CORS_ALLOWED_ORIGINS: origin })
    const page = openPage(app, origin)
    const site = openAxiosSite({
      baseURL: SERVICE,
      fetch: page.fetch,
      withCredentials: false,
      cookies: page.readableCookies,
      localStorage: new Map(),
    })
    expect((await site.login(LOGIN)).status).toBe(200)
    app.clock.advance(301)
    expect((await site.me()).data).toMatchObject({ username: 'alice' })
    expect((await site.rename({ first_name: 'Al' })).status).toBe(200)
    expect((await site.changePassword(NEW)).status).toBe(200)
    app.clock.advance(301)
    expect((await site.me()).status).toBe(200)
    expect((await site.logout()).status).toBe(200)
    expect(page.cookieNames()).toEqual([])
  })

  test('react-admin: a working day without a refresh', async () => {
    const origin = 'https://admin.example.com'
    const app = await start(documentedSettings('react-admin'))
    const { fetch } = openPage(app, origin)
    const localStorage = new Map<string, string>()
    const provider = reactAdminAuthProvider(SERVICE, { fetch, localStorage })
    await expect(provider.login({ ...LOGIN, password: 'wrong' })).rejects.toThrow('Unable to log')
    await expect(provider.checkAuth()).rejects.toThrow()
    await provider.login(LOGIN)
    await provider.checkAuth()
    app.clock.advance(7 * 3600)
    expect(await provider.getIdentity()).toEqual({ id: 1, fullName: 'alice' })
    app.clock.advance(3600)
    const error = await provider.getIdentity().catch((caught: { status: number }) => caught)
    await expect(provider.checkError(error as { status: number })).rejects.toThrow('logged out')
    await provider.login(LOGIN)
    await provider.logout()
    await expect(provider.checkAuth()).rejects.toThrow()
  })

  test('next-auth: login, refreshes one after the other and at once, logout', async () => {
    const app = await start(documentedSettings('next-auth'))
    const serverFetch: typeof fetch = (url, init) => app.fetch(new Request(url, init))
    const server = nextAuth(SERVICE, serverFetch)
    expect(await server.authorize({ ...LOGIN, password: 'wrong' })).toBeNull()
    let token = (await server.authorize(LOGIN)) ?? {}
    expect(token).toMatchObject({ user: { username: 'alice' } })
    expect(await server.jwt(token, app.clock.now().getTime())).toBe(token)
    for (let round = 0; round < 3; round += 1) {
      app.clock.advance(301)
      token = await server.jwt(token, app.clock.now().getTime())
      expect(token).not.toHaveProperty('error')
      expect(await server.user(token)).toBe(200)
    }
    app.clock.advance(301)
    const now = app.clock.now().getTime()
    const both = await Promise.all([server.jwt(token, now), server.jwt(token, now)])
    for (const one of both) expect(one).not.toHaveProperty('error')
    token = both[0]
    expect(await server.user(token)).toBe(200)
    expect(await server.signOut(token)).toBe(200)
    app.clock.advance(301)
    const after = await server.jwt(token, app.clock.now().getTime())
    expect(after).toHaveProperty('error')
  })

  test('a client that was generated from openapi.json: every call of a working day', async () => {
    const app = await start({ ...HEADERS, ACCOUNT_EMAIL_VERIFICATION: 'none' })
    const description: unknown = await (await app.request('openapi.json')).json()
    let tokens: { access?: string; refresh?: string | undefined } = {}
    const call = generateClient(description, SERVICE, {
      fetch: (url, init) => app.fetch(new Request(url, init)),
      token: () => tokens.access,
    })
    expect(await call('login_create', { ...LOGIN, password: 'wrong' })).toEqual({
      status: 400,
      data: { non_field_errors: ['Unable to log in with provided credentials.'] },
    })
    tokens = (await call('login_create', LOGIN)).data as typeof tokens
    expect((await call('user_retrieve')).data).toMatchObject({ username: 'alice' })
    expect((await call('user_partial_update', { first_name: 'Al' })).status).toBe(200)
    app.clock.advance(301)
    expect((await call('user_retrieve')).status).toBe(401)
    const { refresh } = tokens
    tokens = {}
    const renewed = (await call('token_refresh_create', { refresh })).data as typeof tokens
    tokens = { refresh, ...renewed }
    expect((await call('token_verify_create', { token: tokens.access })).status).toBe(200)
    const changed = (await call('password_change_create', NEW)).data as typeof tokens
    tokens = { ...tokens, ...changed }
    expect((await call('user_retrieve')).status).toBe(200)
    expect((await call('logout_create', { refresh: tokens.refresh })).status).toBe(200)
    const last = tokens.refresh
    tokens = {}
    expect((await call('token_refresh_create', { refresh: last })).status).toBe(401)
  })

  test('nuxt-auth: sign-up, session, refresh, sign-out', async () => {
    const origin = 'https://app.example.com'
    const app = await start(documentedSettings('@sidebase/nuxt-auth'))
    const auth = nuxtAuth(SERVICE.replace(/\/$/, ''), openPage(app, origin), {
      // Refresh tokens rotate in safe mode, as the documentation says.
      refreshOnlyToken: mode === 'exact',
    })
    await auth.signUp({
      username: 'bob',
      email: 'bob@example.com',
      password1: 'first-horse-staple',
      password2: 'first-horse-staple',
    })
    await expect(auth.signIn({ username: 'bob', password: 'wrong' })).rejects.toMatchObject({
      data: { non_field_errors: ['Unable to log in with provided credentials.'] },
    })
    await auth.signIn({ username: 'bob', password: 'first-horse-staple' })
    expect(await auth.getSession()).toMatchObject({ username: 'bob' })
    app.clock.advance(301)
    expect(await auth.getSession()).toBeUndefined()
    await auth.refresh()
    expect(await auth.getSession()).toMatchObject({ username: 'bob' })
    await auth.refresh()
    // It names no refresh token: the reference minds, and it forgets its tokens all the same.
    expect(await auth.signOut()).toBe(mode === 'safe' ? 200 : 401)
    expect(await auth.getSession()).toBeUndefined()
  })
})

/** The documented settings with a page's own origin in place of their example. */
function forOrigin(
  settings: Readonly<Record<string, string>>,
  origin: string,
): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(settings).map(([name, value]) => [
      name,
      value.replace('https://app.example.net', origin),
    ]),
  )
}
