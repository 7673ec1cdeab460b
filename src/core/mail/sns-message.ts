/**
 * Verifies messages of Amazon SNS: signature, certificate from an AWS host only (SSRF), topic, and age (replay).
 */
import { decodeBase64, utf8 } from '../../crypto.ts'
import { certifiedKey } from './certified-key.ts'
import { recordIn } from './mail-events.ts'

/** A message of Amazon SNS, verified. */
export type SnsMessage = {
  readonly Type: string
  readonly MessageId: string
  readonly TopicArn: string
  readonly Message: string
  readonly Timestamp: string
  readonly Subject?: string
  readonly SubscribeURL?: string
  readonly Token?: string
}

type Context = {
  readonly topics: readonly string[]
  readonly now: Date
  readonly fetch: typeof fetch
}

/** SNS repeats a message for up to an hour, and Amazon says to refuse older ones. */
const MAX_AGE_MS = 3_600_000
/** Clocks of two houses. */
const MAX_AHEAD_MS = 300_000

/**
 * The message in a text, if SNS has signed it for one of the topics. Everyone can make topics and have SNS sign for
 * them, so that the topic counts as much as the signature; certificate and confirmation come from SNS of its region.
 *
 * @throws where the certificate cannot be had
 */
export async function verifySnsMessage(
  text: string,
  { topics, now, fetch }: Context,
): Promise<SnsMessage | undefined> {
  const given = recordIn(text)
  const message = messageOf(given)
  if (message === undefined || !topics.includes(message.TopicArn)) return undefined
  const ageMs = now.getTime() - Date.parse(message.Timestamp)
  if (!(ageMs <= MAX_AGE_MS && ageMs >= -MAX_AHEAD_MS)) return undefined
  const origin = originOf(message.TopicArn)
  const { SigningCertURL: address, SubscribeURL: confirmation } = given
  if (
    !isCertificate(address, origin) ||
    (confirmation !== undefined && !isBelow(confirmation, origin))
  )
    return undefined
  const hash = HASHES.get(given['SignatureVersion'])
  const signature = decodeBase64(String(given['Signature']))
  if (hash === undefined || signature === undefined) return undefined
  const key = await keyAt(address, hash, fetch)
  const signed = utf8(signedText(message))
  const isGood =
    key !== undefined && (await crypto.subtle.verify(ALGORITHM, key, signature, signed))
  return isGood ? message : undefined
}

const ALGORITHM = 'RSASSA-PKCS1-v1_5'
/** By `SignatureVersion`. */
const HASHES: ReadonlyMap<unknown, string> = new Map([
  ['1', 'SHA-1'],
  ['2', 'SHA-256'],
])
const CERTIFICATE = /^\/SimpleNotificationService-[0-9a-f]{16,64}\.pem$/

const NEEDED = ['Type', 'MessageId', 'TopicArn', 'Message', 'Timestamp'] as const
const PERHAPS = ['Subject', 'SubscribeURL', 'Token'] as const

function messageOf(given: Readonly<Record<string, unknown>>): SnsMessage | undefined {
  if (!NEEDED.every((name) => typeof given[name] === 'string')) return undefined
  if (!PERHAPS.every((name) => ['string', 'undefined'].includes(typeof given[name]))) {
    return undefined
  }
  return given as SnsMessage // each of its members was looked at
}

/** Where SNS of a topic's region is: `arn:aws:sns:REGION:ACCOUNT:NAME`, in China `arn:aws-cn:…`. */
function originOf(topic: string): string {
  const [, partition, , region = ''] = topic.split(':')
  return `https://sns.${region}.amazonaws.com${partition === 'aws-cn' ? '.cn' : ''}`
}

/**
 * Whether a URL is of the topic's own AWS region: the certificate must not come from anywhere else (SSRF, forged
 * signatures).
 */
function isBelow(address: unknown, origin: string): address is string {
  return typeof address === 'string' && URL.canParse(address) && new URL(address).origin === origin
}

/** Whether a URL is one of SNS's certificates to the letter: anybody may send it here, and have it fetched. */
function isCertificate(address: unknown, origin: string): address is string {
  if (!isBelow(address, origin)) return false
  const { pathname } = new URL(address)
  return address === origin + pathname && CERTIFICATE.test(pathname)
}

/** Names and values, each with a line feed behind it, in Amazon's order: that of the alphabet. */
function signedText(message: SnsMessage): string {
  const names =
    message.Type === 'Notification'
      ? (['Message', 'MessageId', 'Subject', 'Timestamp', 'TopicArn', 'Type'] as const)
      : ([
          'Message',
          'MessageId',
          'SubscribeURL',
          'Timestamp',
          'Token',
          'TopicArn',
          'Type',
        ] as const)
  return names
    .filter((name) => message[name] !== undefined)
    .map((name) => `${name}\n${message[name]}\n`)
    .join('')
}

const DEADLINE_MS = 5_000
const MAX_PEM_LENGTH = 16_384
/** Certificates never change under their address. */
const MAX_KEPT = 8
const kept = new Map<string, CryptoKey>()

/** The public key of the certificate at a URL, cached. */
async function keyAt(
  address: string,
  hash: string,
  fetchOutside: typeof fetch,
): Promise<CryptoKey | undefined> {
  const name = `${hash} ${address}`
  const known = kept.get(name)
  if (known !== undefined) return known
  const signal = AbortSignal.timeout(DEADLINE_MS)
  const response = await fetchOutside(address, { redirect: 'manual', signal })
  if (response.status >= 500) throw new Error(`SNS answered ${response.status} for a certificate`)
  if (!response.ok) return undefined
  const bytes = certifiedKey((await response.text()).slice(0, MAX_PEM_LENGTH))
  if (bytes === undefined) return undefined
  const key = await crypto.subtle.importKey('spki', bytes, { name: ALGORITHM, hash }, false, [
    'verify',
  ])
  if (kept.size >= MAX_KEPT) kept.clear()
  kept.set(name, key)
  return key
}
