import { expect, test } from 'vitest'
import { foldCase } from '../../../src/core/users/fold.ts'

test.each([
  ['Alice@Example.COM', 'alice@example.com'],
  ['ÄÖÜ', 'äöü'],
  ['straße', 'strasse'],
  ['STRASSE', 'strasse'],
  ['ſ', 's'],
  ['ı', 'i'],
  ['\u212a', 'k'],
  ['ΣΑΣ', 'σας'],
  ['', ''],
])('%j is found as %j', (text, folded) => {
  expect(foldCase(text)).toBe(folded)
})

test('folding twice changes nothing', () => {
  for (const text of ['İstanbul', 'ΌΣΟΣ', 'ǰ', 'ﬃ', 'Ⅷ', 'ᾳ']) {
    expect(foldCase(foldCase(text))).toBe(foldCase(text))
  }
})
