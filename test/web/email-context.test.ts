import { expect, test } from 'vitest'
import { emailContextOf } from '../../src/web/email-context.ts'
import { settingsOf } from '../support/settings.ts'

const request = new Request('https://auth.example.com/dj-rest-auth/login/', {
  headers: { Host: 'evil.example' },
})

test('remembers nothing of where the request went', () => {
  expect(emailContextOf(settingsOf(), request)).toMatchObject({ origin: '' })
})

test('LINKS_FROM_REQUEST_HOST remembers scheme and host', () => {
  const settings = settingsOf({ LINKS_FROM_REQUEST_HOST: 'true' })
  expect(emailContextOf(settings, request)).toMatchObject({ origin: 'https://evil.example' })
  const local = new Request('http://localhost:8787/')
  const plain = settingsOf({
    LINKS_FROM_REQUEST_HOST: 'true',
    ACCOUNT_DEFAULT_HTTP_PROTOCOL: 'http',
  })
  expect(emailContextOf(plain, local)).toMatchObject({ origin: 'http://localhost:8787' })
})
