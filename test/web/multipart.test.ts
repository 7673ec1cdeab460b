import { expect, test } from 'vitest'
import { withQuotedNames } from '../../src/web/multipart.ts'

const TYPE = 'multipart/form-data; boundary="b"'

function quoted(text: string): string {
  const bytes = new TextEncoder().encode(text)
  return new TextDecoder().decode(withQuotedNames(bytes, TYPE))
}

test('puts names in quotes that have none', () => {
  expect(
    quoted('--b\r\nContent-Disposition: form-data; name=a; filename=b.txt\r\n\r\n1\r\n--b--\r\n'),
  ).toBe('--b\r\nContent-Disposition: form-data; name="a"; filename="b.txt"\r\n\r\n1\r\n--b--\r\n')
})

test.each([
  '--b\r\nContent-Disposition: form-data; name="a; name=b"\r\n\r\nü\r\n--b--\r\n',
  '--b\r\nContent-Disposition: form-data; name="a"\r\n\r\nContent-Disposition: x; name=b\r\n\r\n--b--',
  'no part at all',
  '',
])('leaves everything else as it is: %j', (text) => {
  expect(quoted(text)).toBe(text)
})
