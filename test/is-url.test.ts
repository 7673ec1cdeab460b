import { expect, test } from 'vitest'
import { isUrl } from '../src/is-url.ts'

test('a host that is not ASCII is one, however often that is asked', () => {
  const answers = new Set(Array.from({ length: 20_000 }, () => isUrl('https://bücher.example/')))
  expect([...answers]).toEqual([true])
})

test.each(['', 'https://', 'https://a b/', '/path', 'a:b@c'])(
  '%j is none or one as `new URL` has it',
  (text) => {
    const read = () => new URL(text)
    if (isUrl(text)) expect(read).not.toThrow()
    else expect(read).toThrow()
  },
)
