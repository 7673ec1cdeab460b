import { X509Certificate } from 'node:crypto'
import { Webhook } from 'standardwebhooks'
import { describe, expect, test } from 'vitest'
import { certifiedKey } from '../../../src/core/mail/certified-key.ts'
import { listSuppressions } from '../../../src/core/mail/suppressions.sql.ts'
import { aUser, createTestApp, type TestApp } from '../../support/app.ts'

const SECRET = `whsec_${btoa('0123456789abcdef0123456789abcdef')}`
const OTHER_SECRET = `whsec_${btoa('fedcba9876543210fedcba9876543210')}`
const GONE = 'Alice@Example.com'

function anApp(env: Readonly<Record<string, unknown>>): Promise<TestApp> {
  return createTestApp({ env, users: [aUser()] })
}

/** Whose mails are stopped, and why. */
async function stopped(app: TestApp): Promise<readonly string[]> {
  const rows = await listSuppressions(app.deps().db, { limit: 9, after: '' })
  return rows.map(({ emailFolded, reason, detail }) => `${emailFolded} ${reason} ${detail}`.trim())
}

describe('a program of the operator', () => {
  const env = { MAIL_EVENT_SECRETS: [SECRET] }
  const bounce = (type: string) => ({ type: 'email.bounced', data: { to: GONE, bounce: { type } } })

  type Sent = { readonly secret?: string; readonly at?: Date; readonly body?: string }

  function tell(app: TestApp, event: unknown, sent: Sent = {}): Promise<Response> {
    const { secret = SECRET, at = app.deps().now } = sent
    const payload = JSON.stringify(event)
    return app.request('webhooks/mail/', {
      method: 'POST',
      headers: {
        'webhook-id': 'msg_1',
        'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
        'webhook-signature': `v1,AAAA ${new Webhook(secret).sign('msg_1', at, payload)}`,
      },
      body: sent.body ?? payload,
    })
  }

  test.each([
    ['a permanent bounce', bounce('Permanent'), ['alice@example.com bounced Permanent']],
    ['a hard bounce', bounce('hard'), ['alice@example.com bounced hard']],
    [
      'a complaint',
      { type: 'email.complained', data: { to: [GONE] } },
      ['alice@example.com complained'],
    ],
    ['a soft bounce', bounce('Transient'), []],
    ['no event', [1, null], []],
    ['odd types', { type: {}, data: { to: 7, bounce: 'Permanent' } }, []],
  ])('tells of %s', async (_, event, expected) => {
    const app = await anApp(env)
    expect((await tell(app, event)).status).toBe(204)
    expect(await stopped(app)).toEqual(expected)
  })

  test.each([
    ['another secret', { secret: OTHER_SECRET }],
    ['another body', { body: '{}' }],
    ['six minutes ago', { at: new Date(Date.now() - 360_000) }],
    ['the future', { at: new Date(Date.now() + 360_000) }],
  ])('is not believed: %s', async (_, sent) => {
    const app = await anApp(env)
    expect((await tell(app, bounce('Permanent'), sent)).status).toBe(401)
    expect((await app.post('webhooks/mail/', bounce('Permanent'))).status).toBe(401)
    expect(await stopped(app)).toEqual([])
  })
})

describe('Postmark', () => {
  const CREDENTIALS = 'postmark:0123456789abcdef01234567'
  const env = { POSTMARK_WEBHOOK_CREDENTIALS: `old:${'x'.repeat(24)},${CREDENTIALS}` }
  const tell = (app: TestApp, event: unknown, credentials = CREDENTIALS) =>
    app.post('webhooks/postmark/', event, { Authorization: `Basic ${btoa(credentials)}` })
  const bounce = { RecordType: 'Bounce', ID: 42, Email: GONE, Description: 'alice is gone' }

  test.each([
    [{ ...bounce, Type: 'HardBounce' }, ['alice@example.com bounced HardBounce']],
    [{ ...bounce, Type: 'BadEmailAddress' }, ['alice@example.com bounced BadEmailAddress']],
    [{ RecordType: 'SpamComplaint', ID: 43, Email: GONE }, ['alice@example.com complained']],
    [{ ...bounce, Type: 'SoftBounce' }, []],
    [{ ...bounce, Type: 'Transient' }, []],
    [{ RecordType: 'Delivery', ID: 44, Email: GONE }, []],
    [{ ...bounce, Type: 'HardBounce', Email: ['x'] }, []],
  ])('tells %j', async (event, expected) => {
    const app = await anApp(env)
    expect((await tell(app, event)).status).toBe(204)
    expect(await stopped(app)).toEqual(expected)
  })

  test('is known by name and password, and nobody else is', async () => {
    const app = await anApp(env)
    const event = { ...bounce, Type: 'HardBounce' }
    for (const wrong of ['', ':', 'postmark:', 'postmark:wrong', CREDENTIALS.slice(0, -1)]) {
      expect((await tell(app, event, wrong)).status).toBe(401)
    }
    expect((await app.post('webhooks/postmark/', event)).status).toBe(401)
    expect(await stopped(app)).toEqual([])
    expect((await tell(app, event, `old:${'x'.repeat(24)}`)).status).toBe(204)
  })
})

describe('Amazon SES', () => {
  const TOPIC = 'arn:aws:sns:eu-central-1:123456789012:mails'
  const SNS = 'https://sns.eu-central-1.amazonaws.com'
  const env = { SES_TOPIC_ARNS: [TOPIC] }
  const recipients = [{ emailAddress: GONE, status: '5.1.1' }]
  const permanent = {
    bounceType: 'Permanent',
    bounceSubType: 'General',
    bouncedRecipients: recipients,
  }
  const BOUNCE = { notificationType: 'Bounce', bounce: permanent }

  /** A key of SNS, and where its certificate lies: each test has its own, since keys are kept. */
  async function aTopic(app: TestApp, hash: 'SHA-1' | 'SHA-256' = 'SHA-256') {
    const algorithm = { name: 'RSASSA-PKCS1-v1_5', hash }
    const generated = { ...algorithm, modulusLength: 2048, publicExponent: Uint8Array.of(1, 0, 1) }
    const pair = await crypto.subtle.generateKey(generated, true, ['sign', 'verify'])
    const spki = new Uint8Array(await crypto.subtle.exportKey('spki', pair.publicKey))
    const name = crypto.randomUUID().replaceAll('-', '')
    const address = `${SNS}/SimpleNotificationService-${name}.pem`
    app.outside.addExchange({
      method: 'GET',
      url: address,
      status: 200,
      body: pemOf(certificateOf(spki)),
      contentType: 'application/x-pem-file',
    })
    const sign = async (text: string) => {
      const bytes = new TextEncoder().encode(text)
      const signature = await crypto.subtle.sign(algorithm.name, pair.privateKey, bytes)
      return Buffer.from(signature).toString('base64')
    }
    return { address, sign, version: hash === 'SHA-1' ? '1' : '2' }
  }

  type Topic = Awaited<ReturnType<typeof aTopic>>
  type Fields = Readonly<Record<string, unknown>>

  /** A message as SNS sends it; `after` is changed when it is signed already. */
  async function message(topic: Topic, app: TestApp, fields: Fields = {}, after: Fields = {}) {
    const signed: Record<string, unknown> = {
      Type: 'Notification',
      MessageId: 'm-1',
      TopicArn: TOPIC,
      Message: JSON.stringify(BOUNCE),
      Timestamp: app.deps().now.toISOString(),
      ...fields,
    }
    const names = Object.keys(signed).toSorted()
    const text = names.map((name) => `${name}\n${String(signed[name])}\n`).join('')
    return {
      ...signed,
      SignatureVersion: topic.version,
      Signature: await topic.sign(text),
      SigningCertURL: topic.address,
      ...after,
    }
  }

  const tell = (app: TestApp, body: unknown) => app.post('webhooks/ses/', body)

  test.each(['SHA-1', 'SHA-256'] as const)('is believed by its signature, %s', async (hash) => {
    const app = await anApp(env)
    const topic = await aTopic(app, hash)
    expect((await tell(app, await message(topic, app))).status).toBe(204)
    expect(await stopped(app)).toEqual(['alice@example.com bounced Permanent General'])
    const again = await message(topic, app, { MessageId: 'm-2', Subject: 'Amazon SES' })
    expect((await tell(app, again)).status).toBe(204)
    // The certificate is read once.
    expect(app.outside.calls).toHaveLength(1)
  })

  const bounced = (bounce: unknown) => ({ notificationType: 'Bounce', bounce })

  test.each([
    [{ eventType: 'Bounce', bounce: permanent }, ['alice@example.com bounced Permanent General']],
    [
      { notificationType: 'Complaint', complaint: { complainedRecipients: recipients } },
      ['alice@example.com complained'],
    ],
    [bounced({ ...permanent, bounceType: 'Transient' }), []],
    [{ notificationType: 'Delivery' }, []],
    [bounced({ ...permanent, bouncedRecipients: 'x' }), []],
    [{ notificationType: 'Complaint' }, []],
    ['Successfully validated SNS topic for Amazon SES event publishing.', []],
  ])('tells %j', async (told, expected) => {
    const app = await anApp(env)
    const topic = await aTopic(app)
    const Message = typeof told === 'string' ? told : JSON.stringify(told)
    expect((await tell(app, await message(topic, app, { Message }))).status).toBe(204)
    expect(await stopped(app)).toEqual(expected)
  })

  const pem = 'SimpleNotificationService-0123456789abcdef0123456789abcdef.pem'

  test.each<readonly [string, Fields, Fields]>([
    ['a message that was changed', {}, { Message: JSON.stringify({ ...BOUNCE, x: 1 }) }],
    ['a topic of somebody else', { TopicArn: TOPIC.replace('1234', '4321') }, {}],
    ['two hours ago', { Timestamp: new Date(Date.now() - 7_200_000).toISOString() }, {}],
    ['tomorrow', { Timestamp: new Date(Date.now() + 86_400_000).toISOString() }, {}],
    ['no time', { Timestamp: 'now' }, {}],
    ['a certificate of another host', {}, { SigningCertURL: `https://evil.example.com/${pem}` }],
    [
      'a host that only ends so',
      {},
      { SigningCertURL: `https://xsns.eu-central-1.amazonaws.com/${pem}` },
    ],
    ['another region', {}, { SigningCertURL: `https://sns.us-east-1.amazonaws.com/${pem}` }],
    ['no TLS', {}, { SigningCertURL: `http://sns.eu-central-1.amazonaws.com/${pem}` }],
    ['another port', {}, { SigningCertURL: `https://sns.eu-central-1.amazonaws.com:8443/${pem}` }],
    ['a user in front of the host', {}, { SigningCertURL: `${SNS}@evil.example.com/${pem}` }],
    ['what is no certificate of SNS', {}, { SigningCertURL: `${SNS}/?Action=GetTopic` }],
    ['a certificate that is no text', {}, { SigningCertURL: 7 }],
    ['no signature', {}, { Signature: undefined }],
    ['another version', {}, { SignatureVersion: '3' }],
    ['a version that every object has', {}, { SignatureVersion: 'constructor' }],
    ['a version in a list', {}, { SignatureVersion: ['2'] }],
    [
      'a certificate for somebody who logs in',
      {},
      { SigningCertURL: `https://u:p@sns.eu-central-1.amazonaws.com/${pem}` },
    ],
    ['a certificate that is asked for by words', {}, { SigningCertURL: `${SNS}/${pem}?x=1` }],
    ['an older version', {}, { SignatureVersion: '1' }],
    ['a field of another type', {}, { Subject: 7 }],
    ['no message', {}, { Message: undefined }],
  ])('is not believed: %s', async (_, fields, after) => {
    const app = await anApp(env)
    const topic = await aTopic(app)
    expect((await tell(app, await message(topic, app, fields, after))).status).toBe(401)
    expect(await stopped(app)).toEqual([])
    app.outside.setExchanges([])
  })

  const confirmation = (address: string) => ({
    Type: 'SubscriptionConfirmation',
    Message: 'You have chosen to subscribe.',
    SubscribeURL: address,
    Token: 't-1',
  })

  test('has the subscription confirmed, of our topic and by SNS itself', async () => {
    const app = await anApp(env)
    const topic = await aTopic(app)
    const address = `${SNS}/?Action=ConfirmSubscription&TopicArn=${TOPIC}&Token=t-1`
    app.outside.addExchange({
      method: 'GET',
      url: `${SNS}/`,
      status: 200,
      body: '<ok/>',
      contentType: 'text/xml',
    })
    const body = await message(topic, app, confirmation(address))
    expect((await tell(app, body)).status).toBe(204)
    expect(app.outside.calls.map(({ url }) => new URL(url).origin)).toEqual([SNS, SNS])
    const elsewhere = await message(topic, app, confirmation('https://evil.example.com/?x=1'))
    expect((await tell(app, elsewhere)).status).toBe(401)
    expect(app.outside.calls).toHaveLength(2)
  })

  test('is asked to come again while its certificate cannot be had', async () => {
    const app = await anApp(env)
    const topic = await aTopic(app)
    const body = await message(topic, app)
    app.outside.setExchanges([])
    expect((await tell(app, body)).status).toBe(500)
    expect(await stopped(app)).toEqual([])
    app.log.length = 0
  })
})

test('none of it is there where no setting asks for it', async () => {
  const app = await createTestApp({})
  for (const name of ['mail', 'postmark', 'ses', 'resend']) {
    expect((await app.post(`webhooks/${name}/`, {})).status).toBe(404)
  }
})

describe('the key in a certificate', () => {
  /** Made by `openssl req -x509 -newkey rsa:2048`, version 3. */
  const CERTIFICATE = `-----BEGIN CERTIFICATE-----
MIIDUzCCAjugAwIBAgIUSMWsh1dplaLj5w01yKmr9oaOjWEwDQYJKoZIhvcNAQEL
BQAwOTELMAkGA1UEBhMCVVMxEDAOBgNVBAoMB0V4YW1wbGUxGDAWBgNVBAMMD3Nu
cy5leGFtcGxlLmNvbTAeFw0yNjExMjkyMzMzMTdaFw0zNjExMjYyMzMzMTdaMDkx
CzAJBgNVBAYTAlVTMRAwDgYDVQQKDAdFeGFtcGxlMRgwFgYDVQQDDA9zbnMuZXhh
bXBsZS5jb20wggEiMA0GCSqGSIb3DQEBAQUAA4IBDwAwggEKAoIBAQC+TDRWwIwy
FW3JrOSLUK5FBajZ7i7qGtg3VRCPiMrhtf40nKu02Uw+ARhAsfwCshYOleTlI9B+
WPvUBoUlZk1vmHiwjBLNOBMDZZdgO3iKBo6VsavDSRYIY4hG7Zx49G+uUVxf3cjE
NeRDAzGag2fPpRarh8nDac/BOPZjawz7qD24d4hQIFw0uIHm6nILKkFUSX9ZyfEX
7/YmeWFPXvjJudURodWAGO79LQgWdfqqrrbw3KAX8gqClE/Ed2bhKlhtD6V8wl85
Ar3tXXxO1Gi5iwqp/ooU0YKZl2iQiCudzUgB22q134OI75xjyI2VnTheyNDE513o
JwrF1eMReU0hAgMBAAGjUzBRMB0GA1UdDgQWBBR1VPmK5g1nih+TRPqh/EFDYXye
jTAfBgNVHSMEGDAWgBR1VPmK5g1nih+TRPqh/EFDYXyejTAPBgNVHRMBAf8EBTAD
AQH/MA0GCSqGSIb3DQEBCwUAA4IBAQBQqS6bar6fUwycfXHv4ir9E4MUbIIv9Uhp
163j3ZXpaORA3I35fYkJ2TndRgERKPSm0gozdAfQOxe9x3D+8dpGSfOlJOKJQP2d
nFvvk0uhwPvG5iDuTKDvbyn+PXD/BRAviXKCTKNBl+aURfXHhLslRXD9xIgiqyLl
ZUUWlS5jDmItUzRiS9lrSqVa1hz5UkxQb8TzpmR3vdHR/SN5XeUgBTUnGIBIi3il
i3+xqa1LkA0CyLkwqGLSsGTeHjg5iVeMudWT+c5aZry4f0lbZ/LIAOpOZNHiuYww
4zl12xaVvJmNPnTpJZ0AniXr+VOhpHmM3vgtAXyl/NYElWo9/1fo
-----END CERTIFICATE-----`

  test('is the one that OpenSSL finds', () => {
    const { publicKey } = new X509Certificate(CERTIFICATE)
    const expected = publicKey.export({ type: 'spki', format: 'der' })
    expect(Buffer.from(certifiedKey(CERTIFICATE) ?? [])).toEqual(expected)
  })

  test('is nothing where there is no certificate, or a broken one', () => {
    const whole = Buffer.from(CERTIFICATE.replaceAll(/-----.*-----|\s/g, ''), 'base64')
    expect(certifiedKey('')).toBeUndefined()
    expect(certifiedKey(pemOf(new Uint8Array()))).toBeUndefined()
    for (let length = 0; length < whole.length; length += 1) {
      expect(certifiedKey(pemOf(whole.subarray(0, length)))).toBeUndefined()
    }
  })
})

function pemOf(bytes: Uint8Array): string {
  const text = Buffer.from(bytes).toString('base64').replaceAll(/.{64}/g, '$&\n')
  return `-----BEGIN CERTIFICATE-----\n${text}\n-----END CERTIFICATE-----\n`
}

/** A certificate of version 3 about a key, without anything that nobody reads. */
function certificateOf(spki: Uint8Array): Uint8Array {
  const empty = der(0x30)
  const version = der(0xa0, der(0x02, Uint8Array.of(2)))
  const serial = der(0x02, Uint8Array.of(1))
  const signed = der(0x30, version, serial, empty, empty, empty, empty, spki)
  return der(0x30, signed, empty, der(0x03, Uint8Array.of(0)))
}

function der(tag: number, ...parts: readonly Uint8Array[]): Uint8Array {
  const content = Buffer.concat(parts)
  const length =
    content.length < 0x80 ? [content.length] : [0x82, content.length >> 8, content.length & 0xff]
  return Buffer.concat([Uint8Array.of(tag, ...length), content])
}
