import { expect, test } from 'vitest'
import { foldUsername } from '../../../src/core/users/fold.ts'

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
  expect(foldUsername(text)).toBe(folded)
})

test('folding twice changes nothing', () => {
  for (const text of ['İstanbul', 'ΌΣΟΣ', 'ǰ', 'ﬃ', 'Ⅷ', 'ᾳ']) {
    expect(foldUsername(foldUsername(text))).toBe(foldUsername(text))
  }
})
