import { expect, test } from 'vitest'
import { aUser, createTestApp } from '../support/app.ts'

const german = { 'Accept-Language': 'de-CH,de;q=0.9,en;q=0.5' }

test('says field errors in the language that the client asks for', async () => {
  const app = await createTestApp()
  const response = await app.post('login/', {}, german)
  expect(response.status).toBe(400)
  expect(await response.json()).toEqual({ password: ['Dieses Feld ist erforderlich.'] })
  expect(response.headers.get('Content-Language')).toBe('de')
  expect(response.headers.get('Vary')).toContain('Accept-Language')
})

test('says details of answers that went well, too', async () => {
  const app = await createTestApp({ users: [aUser()] })
  const response = await app.post('password/reset/', { email: 'alice@example.com' }, german)
  expect(await response.json()).toEqual({
    detail: 'Eine E-Mail zum Zurücksetzen des Passworts wurde verschickt.',
  })
})

test('does not translate what users wrote', async () => {
  const app = await createTestApp({
    users: [aUser({ firstName: 'Not found.', tokenKey: 'a'.repeat(40) })],
  })
  const headers = { ...german, Authorization: `Token ${'a'.repeat(40)}` }
  const response = await app.request('user/', { headers })
  expect(await response.json()).toMatchObject({ first_name: 'Not found.' })
})

test('keeps codes that programs read', async () => {
  const app = await createTestApp({ env: { USE_JWT: 'true' } })
  const response = await app.post('token/verify/', { token: 'x' }, german)
  expect(response.status).toBe(401)
  expect(await response.json()).toEqual({
    detail: 'Das Token ist ungültig oder abgelaufen',
    code: 'token_not_valid',
  })
})

test('speaks English to a client that asks for nothing', async () => {
  const app = await createTestApp()
  const response = await app.post('login/', {})
  expect(await response.json()).toEqual({ password: ['This field is required.'] })
  expect(response.headers.get('Content-Language')).toBe('en')
})

test('speaks LANGUAGE_CODE where USE_ACCEPT_LANGUAGE is off', async () => {
  const app = await createTestApp({ env: { USE_ACCEPT_LANGUAGE: 'false', LANGUAGE_CODE: 'fr' } })
  const response = await app.post('login/', {}, german)
  expect(await response.json()).toEqual({ password: ['Ce champ est obligatoire.'] })
  expect(response.headers.has('Content-Language')).toBe(false)
})

test('listens to no Accept-Language in exact mode', async () => {
  const app = await createTestApp({ env: { DJANGO_COMPATIBILITY: 'exact' } })
  const response = await app.post('login/', {}, german)
  expect(await response.json()).toEqual({ password: ['This field is required.'] })
})
