import { expect, test } from 'vitest'
import { negotiateLanguage } from '../../src/i18n/language.ts'

test.each([
  [null, 'en'],
  ['', 'en'],
  ['de', 'de'],
  ['de-AT', 'de'],
  ['pt-BR,pt;q=0.9,en;q=0.8', 'pt'],
  ['xx, fr;q=0.3, es;q=0.7', 'es'],
  ['fr;q=0.5, de;q=0.5', 'fr'],
  ['de;q=0, fr', 'fr'],
  ['JA', 'ja'],
  ['de;q=1.5, fr', 'fr'],
  ['d€, fr', 'fr'],
  ['zz', 'en'],
])('reads Accept-Language %j as %s', (header, expected) => {
  expect(negotiateLanguage(header, 'en-us')).toBe(expected)
})

test('falls back to LANGUAGE_CODE where nothing asked for is spoken, or anything is welcome', () => {
  expect(negotiateLanguage('xx', 'fr-ca')).toBe('fr')
  expect(negotiateLanguage('*, de', 'es')).toBe('es')
  expect(negotiateLanguage(null, 'tlh')).toBe('en')
})

test('looks no further than 500 characters into the header, and only at whole ranges', () => {
  const padding = 'xx,'.repeat(165)
  expect(negotiateLanguage(`${padding}de,fr`, 'en')).toBe('de')
  expect(negotiateLanguage(`${padding}xxxxxx,de`, 'en')).toBe('en')
  expect(negotiateLanguage('d'.repeat(600), 'en')).toBe('en')
})
