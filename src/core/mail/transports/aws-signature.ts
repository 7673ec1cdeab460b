/**
 * AWS Signature Version 4 for one request, by hand: the SDK is a hundred times larger than what is needed of it.
 */
import { hex, hmacSha256, sha256Hex } from '../../../crypto.ts'

/** Who signs requests to AWS, and for which service. */
export type AwsCredentials = {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly region: string
  readonly service: string
}

/** A POST without a query; `headers` in small letters. */
export type AwsRequest = {
  readonly url: URL
  readonly body: string
  readonly headers: Readonly<Record<string, string>>
  readonly now: Date
}

/** The headers of a signed request (AWS Signature Version 4). */
export async function signAwsRequest(
  { url, body, headers, now }: AwsRequest,
  credentials: AwsCredentials,
): Promise<Readonly<Record<string, string>>> {
  const time = now.toISOString().replaceAll(/[-:]|\.\d{3}/g, '')
  const day = time.slice(0, 8)
  const signed = Object.entries({ ...headers, host: url.host, 'x-amz-date': time }).toSorted(
    ([a], [b]) => (a < b ? -1 : 1),
  )
  const names = signed.map(([name]) => name).join(';')
  const canonical = [
    'POST',
    url.pathname,
    '',
    ...signed.map(([name, value]) => `${name}:${value}`),
    '',
    names,
    await sha256Hex(body),
  ].join('\n')
  const scope = `${day}/${credentials.region}/${credentials.service}/aws4_request`
  const toSign = ['AWS4-HMAC-SHA256', time, scope, await sha256Hex(canonical)].join('\n')
  const signature = hex(await hmacSha256(await signingKey(credentials, day), toSign))
  return {
    ...headers,
    'x-amz-date': time,
    authorization: `AWS4-HMAC-SHA256 Credential=${credentials.accessKeyId}/${scope}, SignedHeaders=${names}, Signature=${signature}`,
  }
}

async function signingKey(credentials: AwsCredentials, day: string): Promise<Uint8Array> {
  let key: string | Uint8Array = `AWS4${credentials.secretAccessKey}`
  for (const part of [day, credentials.region, credentials.service, 'aws4_request']) {
    key = await hmacSha256(key, part)
  }
  return typeof key === 'string' ? new Uint8Array() : key
}
