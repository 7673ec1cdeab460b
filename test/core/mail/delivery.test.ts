import { expect, test } from 'vitest'
import { emailOutbox } from '../../../src/db/schema/mail.ts'
import { deliverWaitingEmails } from '../../../src/core/mail/deliver-later.ts'
import { aUser, createTestApp } from '../../support/app.ts'

const frontend = { PUBLIC_URL: 'https://auth.example.com', SITE_NAME: 'Acme' }

test('mails in the language of the request that caused the mail', async () => {
  const app = await createTestApp({ env: frontend, users: [aUser()] })
  await app.post('password/reset/', { email: 'alice@example.com' }, { 'Accept-Language': 'ja' })
  await app.settle()
  expect(app.mailbox[0]?.subject).toBe('[Acme] パスワードの再設定')
  expect(app.mailbox[0]?.html).toContain('<html lang="ja">')
})

test('tells the owner of a changed password in the language of the change, with a way back', async () => {
  const tokenKey = 'b'.repeat(40)
  const app = await createTestApp({ env: frontend, users: [aUser({ tokenKey })] })
  const response = await app.post(
    'password/change/',
    { new_password1: 'quite-Another-9', new_password2: 'quite-Another-9' },
    { 'Accept-Language': 'es', Authorization: `Token ${tokenKey}` },
  )
  expect(response.status).toBe(200)
  await app.settle()
  expect(app.mailbox[0]?.subject).toBe('[Acme] Contraseña cambiada')
  expect(app.mailbox[0]?.text).toContain(
    'https://auth.example.com/dj-rest-auth/pages/forgot-password/',
  )
})

test('mails in LANGUAGE_CODE where nobody asks for a language', async () => {
  const app = await createTestApp({
    env: { ...frontend, LANGUAGE_CODE: 'fr-fr' },
    users: [aUser()],
  })
  await app.post('password/reset/', { email: 'alice@example.com' })
  await app.settle()
  expect(app.mailbox[0]?.subject).toBe('[Acme] Réinitialisation du mot de passe')
})

test('takes the words of EMAIL_TEMPLATES, those of the language first', async () => {
  const EMAIL_TEMPLATES = {
    password_reset: { subject: 'New password for {username}', text: 'Here it is:\n\n{url}\n\nBye' },
    'password_reset.de': { subject: 'Neues Passwort für {username}' },
  }
  const env = { ...frontend, ACCOUNT_EMAIL_SUBJECT_PREFIX: '' }
  const app = await createTestApp({
    env: { ...env, EMAIL_TEMPLATES: JSON.stringify(EMAIL_TEMPLATES) },
    users: [aUser()],
  })
  await app.post('password/reset/', { email: 'alice@example.com' }, { 'Accept-Language': 'de' })
  await app.settle()
  expect(app.mailbox[0]?.subject).toBe('Neues Passwort für alice')
  expect(app.mailbox[0]?.text).toMatch(
    /^Here it is:\n\nhttps:\/\/auth\.example\.com\/\S+\n\nBye\n\n-- \nAcme\n$/,
  )
})

test('sends what an older version queued without a language', async () => {
  const app = await createTestApp({ env: frontend, users: [aUser()] })
  const deps = app.deps()
  await deps.db.insert(emailOutbox).values({
    kind: 'password_changed',
    userId: 1,
    address: 'alice@example.com',
    context: { origin: '' },
    idempotencyKey: 'old',
    createdAt: deps.now,
    nextAttemptAt: deps.now,
  })
  expect(await deliverWaitingEmails(deps)).toBe(1)
  expect(app.mailbox[0]?.subject).toBe('[Acme] Password Changed')
})
