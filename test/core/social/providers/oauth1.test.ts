import { expect, test } from 'vitest'
import { signOAuth1, type SignedRequest } from '../../../../src/core/social/providers/oauth1.ts'
import vectors from '../../../vectors/oauth1-signatures.json' with { type: 'json' }

function signatureIn(header: string): string {
  return decodeURIComponent(/oauth_signature="([^"]+)"/.exec(header)?.[1] ?? '')
}

const requests = vectors.map(({ source, request, signature }) => ({
  source,
  request: { ...request, method: request.method === 'POST' ? 'POST' : 'GET' } as const,
  signature,
}))

test.each(requests)('signs as $source says', async ({ request, signature }) => {
  const { query, ...rest } = request
  const signed: SignedRequest = { ...rest, query: JSON.parse(JSON.stringify(query)) }
  expect(signatureIn(await signOAuth1(signed))).toBe(signature)
})

test('encodes what RFC 3986 reserves, in the header as in the signature', async () => {
  const header = await signOAuth1({
    method: 'GET',
    url: 'https://api.example/x',
    query: {},
    consumerKey: "it's (a) key!*",
    consumerSecret: 's',
    token: 'é +&=',
    tokenSecret: '%',
    nonce: 'n',
    timestampSeconds: 1,
  })
  expect(header).toContain('oauth_consumer_key="it%27s%20%28a%29%20key%21%2A"')
  expect(header).toContain('oauth_token="%C3%A9%20%2B%26%3D"')
})
