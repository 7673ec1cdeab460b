import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { asciiDomain, asciiEmail, foldEmail, lowerEmail } from '../../../src/core/users/email.ts'

describe('addresses of one mailbox are equal', () => {
  test.each([
    ['Alice@Example.COM', 'alice@example.com'],
    ['ida@BÜCHER.example', 'ida@xn--bcher-kva.example'],
    ['ida@XN--BCHER-KVA.example', 'ida@xn--bcher-kva.example'],
    ['ceo@ｌｉｎｋｅｄｉｎ.com', 'ceo@linkedin.com'],
    ['ceo@linkedin。com', 'ceo@linkedin.com'],
    ['max@STRAẞE.de', 'max@xn--strae-oqa.de'],
    ['max@straße.de', 'max@xn--strae-oqa.de'],
    ['"A@B"@Example.com', '"a@b"@example.com'],
    ['x@[IPv6:2001:DB8::1]', 'x@[ipv6:2001:db8::1]'],
    ['ceo@linked\u00adin.com', 'ceo@linkedin.com'],
    ['ceo@linked\u200bin.com', 'ceo@linkedin.com'],
    ['a@\u2603.example', 'a@xn--n3h.example'],
    ['no address', 'no address'],
    ['', ''],
  ])('%j is compared as %j', (address, folded) => {
    expect(foldEmail(address)).toBe(folded)
  })
})

describe('other letters are other mailboxes', () => {
  test.each([
    ['ceo@lınkedin.com', 'ceo@linkedin.com'],
    ['ceo@straße.de', 'ceo@strasse.de'],
    ['ceo@σοφός.gr', 'ceo@σοφόσ.gr'],
    ['ceo@ﬁle\u0131.com', 'ceo@filei.com'],
    ['mıke@provider.example', 'mike@provider.example'],
    ['ſam@provider.example', 'sam@provider.example'],
    ['\u212aate@provider.example', 'kate@provider.example'],
    ['İda@provider.example', 'ida@provider.example'],
    // What the URL parser takes and is no host name.
    ['a@１２７.１', 'a@127.0.0.1'],
    ['a@０x7f.１', 'a@127.0.0.1'],
    ['a@ü.example:80', 'a@ü.example'],
    ['a@ü%2eexample', 'a@ü.example'],
    ['a@b\u00fc.example/', 'a@bü.example'],
    ['a@bü.exam\tple', 'a@bü.example'],
    ['a@b\u200e.example', 'a@b.example'],
    ['a@b.example\uff0f', 'a@b.example'],
    ['a@c\uff20b.example', 'a@b.example'],
  ])('%j is not %j', (one, other) => {
    expect(foldEmail(one)).not.toBe(foldEmail(other))
    expect(foldEmail(lowerEmail(one))).not.toBe(foldEmail(lowerEmail(other)))
  })
})

test.each([
  ['ida@bücher.example', 'ida@xn--bcher-kva.example'],
  ['Ida@Example.com', 'Ida@example.com'],
  ['ida@[192.0.2.1]', 'ida@[192.0.2.1]'],
])('%j is mailed to as %j', (address, ascii) => {
  expect(asciiEmail(address)).toBe(ascii)
})

/** Letters that case, width or normalization lead to others, between plain ones. */
const character = fc.constantFrom(
  ...Array.from('abikszABIKSZ09ıİſßẞςσΣﬁﬀǅKÅéÉüÜｌＬ①١२ªºйЙאשéا'),
  'e\u0301',
  '\u00df',
  '\u034f',
  '\u200d',
  'xn--',
)
const label = fc.array(character, { minLength: 1, maxLength: 8 }).map((letters) => letters.join(''))
const domain = fc
  .array(label, { minLength: 1, maxLength: 3 })
  .chain((labels) => fc.constantFrom('.', '。', '．').map((dot) => labels.join(dot)))
const address = fc.tuple(label, domain).map((pieces) => pieces.join('@'))

/** A spelling that differs in few letters, so that equal folds do occur. */
const pair = address.chain((one) =>
  fc
    .constantFrom(
      one.toUpperCase(),
      one.toLowerCase(),
      one.normalize('NFKC'),
      one.normalize('NFD'),
      one.replaceAll('ı', 'i'),
      one.replaceAll('ß', 'ss'),
      one.replaceAll('ſ', 's'),
      one.replaceAll('ς', 'σ'),
      one.replaceAll('。', '.'),
    )
    .map((other) => [one, other] as const),
)

function splitAtSign(text: string): readonly [string, string] {
  const at = text.lastIndexOf('@')
  return [text.slice(0, at), text.slice(at + 1)]
}

function small(text: string): string {
  return text.replace(/[A-Z]/g, (letter) => letter.toLowerCase())
}

/** ASCII by the platform alone, without our guards: what a resolver would be asked for. */
function resolved(name: string): string {
  try {
    return new URL(`http://${name.replaceAll('ẞ', 'ß')}.a`).hostname
  } catch {
    return small(name)
  }
}

test('equal folds imply equal ASCII domains and equal local parts but for ASCII case', () => {
  let equal = 0
  fc.assert(
    fc.property(fc.oneof(pair, fc.tuple(address, address)), ([one, other]) => {
      if (foldEmail(one) !== foldEmail(other)) return
      if (one !== other) equal += 1
      const [local, domainOfOne] = splitAtSign(one)
      const [otherLocal, otherDomain] = splitAtSign(other)
      expect(small(local)).toBe(small(otherLocal))
      expect(asciiDomain(domainOfOne)).toBe(asciiDomain(otherDomain))
      expect(resolved(domainOfOne)).toBe(resolved(otherDomain))
    }),
    { numRuns: 5000 },
  )
  expect(equal).toBeGreaterThan(50)
})

test('what is stored, and what is mailed to, is the mailbox that was given', () => {
  fc.assert(
    fc.property(address, (given) => {
      expect(foldEmail(lowerEmail(given))).toBe(foldEmail(given))
      expect(foldEmail(asciiEmail(given))).toBe(foldEmail(given))
      expect(foldEmail(foldEmail(given))).toBe(foldEmail(given))
    }),
    { numRuns: 2000 },
  )
})
