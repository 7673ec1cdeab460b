import { expect, test } from 'vitest'
import { composeEmail, type EmailStyle } from '../../../src/core/mail/messages.ts'
import { EMAIL_KINDS } from '../../../src/i18n/languages/email-kinds.ts'
import { LANGUAGES, type Language } from '../../../src/i18n/language.ts'
import { loadWords } from '../../../src/i18n/load-words.ts'
import type { EmailTemplate } from '../../../src/settings/email-templates.ts'

const values = {
  siteName: 'Acme',
  username: 'ada',
  address: 'ada@example.com',
  url: 'https://auth.example.com/x/?a=1&b=2',
}

async function style(language: Language = 'en', template: EmailTemplate = {}): Promise<EmailStyle> {
  const brand = { name: 'Acme', color: '#2f5bd7', onColor: '#ffffff', logoUrl: undefined } as const
  return { language, words: await loadWords(language), brand, template }
}

test('writes the same words as text and as HTML, the link among them', async () => {
  const mail = composeEmail('confirm_email', values, await style())
  expect(mail.subject).toBe('Please Confirm Your Email Address')
  expect(mail.text).toBe(
    [
      'Hello ada,',
      'ada@example.com was given as the e-mail address of an account at Acme. Follow the link to confirm that it is yours.',
      'https://auth.example.com/x/?a=1&b=2',
      'If it was not you who gave it, there is nothing to do.',
      '-- \nAcme\n',
    ].join('\n\n'),
  )
  expect(mail.html).toContain('Hello ada,')
  expect(mail.html).toContain('href="https://auth.example.com/x/?a=1&#38;b=2"')
  expect(mail.html).toContain('>Confirm e-mail address</a>')
})

test.each(LANGUAGES)(
  '%s: every mail leaves no placeholder and holds its link',
  async (language) => {
    for (const kind of EMAIL_KINDS) {
      const mail = composeEmail(kind, values, await style(language))
      expect(mail.text + mail.html.replace(/<style>.*<\/style>/s, '')).not.toMatch(/\{\w+\}/)
      expect(mail.text).toContain(values.url)
      expect(mail.html).toContain(`<html lang="${language}">`)
    }
  },
)

test('leaves out what names something unknown', async () => {
  const mail = composeEmail('password_reset', { ...values, username: '' }, await style())
  expect(mail.text).not.toContain('your username')
})

test('says a mail without a link without a button', async () => {
  const { url: _, ...rest } = values
  const mail = composeEmail('password_changed', rest, await style())
  expect(mail.html).not.toContain('<a ')
  expect(mail.text).not.toContain('{url}')
})

test('lets no markup of a value into the HTML', async () => {
  const evil = { ...values, username: '<img src=x onerror=alert(1)>', siteName: 'A&B' }
  const mail = composeEmail('confirm_email', evil, await style())
  expect(mail.html).not.toContain('<img')
  expect(mail.html).toContain('&#60;img')
  expect(mail.text).toContain('<img src=x onerror=alert(1)>')
})

test('puts no placeholder of a value in', async () => {
  const mail = composeEmail('confirm_email', { ...values, username: '{url}' }, await style())
  expect(mail.text).toContain('Hello {url},')
})

test('takes the words of the operator, the rest from us', async () => {
  const template = { subject: 'Welcome to {site}', paragraphs: ['Hi {username}!'] }
  const mail = composeEmail('confirm_email', values, await style('en', template))
  expect(mail.subject).toBe('Welcome to Acme')
  expect(mail.text).toBe('Hi ada!\n\nhttps://auth.example.com/x/?a=1&b=2\n\n-- \nAcme\n')
  expect(mail.html).toContain('>Confirm e-mail address</a>')
})

test('takes the HTML of the operator whole, its values escaped', async () => {
  const template = { html: '<p style="{color:red}">{username}: <a href="{url}">go</a></p>' }
  const mail = composeEmail(
    'confirm_email',
    { ...values, username: '<b>' },
    await style('en', template),
  )
  expect(mail.html).toBe(
    '<p style="{color:red}">&#60;b&#62;: <a href="https://auth.example.com/x/?a=1&#38;b=2">go</a></p>',
  )
})

test('shows the logo with the name as its text', async () => {
  const plain = await style()
  const brand = { ...plain.brand, logoUrl: 'https://cdn.example.com/logo.png' }
  const mail = composeEmail('password_reset', values, { ...plain, brand })
  expect(mail.html).toContain('<img src="https://cdn.example.com/logo.png" alt="Acme" height="40"')
})
