import { createHash, createHmac } from 'node:crypto'
import { expect, test } from 'vitest'
import { encodeBase64Url } from '../../../src/crypto.ts'
import { saltedHmac, signObject, verifyObject } from '../../../src/core/tokens/signing.ts'
import vectors from '../../vectors/signing.json' with { type: 'json' }

const at = (seconds: number) => new Date(seconds * 1000)
const SECRET = 'some-secret-of-more-than-thirty-two-bytes'
const NOW = at(1_804_136_767)

test('signs as Django does', async () => {
  for (const { value, salt, secret, seconds, text } of vectors.signed_objects) {
    expect(await signObject(value, { salt, secret, now: at(seconds) })).toBe(text)
  }
})

test('makes its key of salt and secret by SHA-256', async () => {
  const secret = `of-this-run-alone-${crypto.randomUUID()}`
  const key = createHash('sha256').update(`salt${secret}`).digest()
  expect(Buffer.from(await saltedHmac('salt', 'value', secret))).toEqual(
    createHmac('sha256', key).update('value').digest(),
  )
})

test('opens what Django has signed', async () => {
  for (const { value, salt, secret, seconds, text } of vectors.signed_objects) {
    expect(
      await verifyObject(text, {
        salt,
        secrets: [secret],
        maxAgeSeconds: 60,
        now: at(seconds + 60),
      }),
    ).toEqual(value)
  }
})

test('opens nothing that is too old', async () => {
  const text = await signObject(1, { salt: 'salt', secret: SECRET, now: NOW })
  const open = (seconds: number) =>
    verifyObject(text, {
      salt: 'salt',
      secrets: [SECRET],
      maxAgeSeconds: 60,
      now: new Date(NOW.getTime() + seconds * 1000),
    })
  expect(await open(60)).toBe(1)
  expect(await open(60.001)).toBeUndefined()
})

test('opens with any of the secrets', async () => {
  const text = await signObject(1, { salt: 'salt', secret: SECRET, now: NOW })
  expect(
    await verifyObject(text, {
      salt: 'salt',
      secrets: ['another', SECRET],
      maxAgeSeconds: 60,
      now: NOW,
    }),
  ).toBe(1)
  expect(
    await verifyObject(text, { salt: 'salt', secrets: ['another'], maxAgeSeconds: 60, now: NOW }),
  ).toBeUndefined()
  expect(
    await verifyObject(text, { salt: 'salt', secrets: [], maxAgeSeconds: 60, now: NOW }),
  ).toBeUndefined()
})

test('keeps salts apart', async () => {
  const text = await signObject(1, { salt: 'salt', secret: SECRET, now: NOW })
  expect(
    await verifyObject(text, { salt: 'other', secrets: [SECRET], maxAgeSeconds: 60, now: NOW }),
  ).toBeUndefined()
})

test('refuses any changed character', async () => {
  const text = await signObject(42, { salt: 'salt', secret: SECRET, now: NOW })
  for (let index = 0; index < text.length - 1; index += 1) {
    const other = text[index] === 'A' ? 'B' : 'A'
    const changed = text.slice(0, index) + other + text.slice(index + 1)
    expect(
      await verifyObject(changed, { salt: 'salt', secrets: [SECRET], maxAgeSeconds: 60, now: NOW }),
    ).toBeUndefined()
  }
})

test.each(['', ':', '::', 'a:b', 'a:b:c', ':a:b', 'MQ:1sTiMa:', 'MQ:!:x'])(
  'refuses the text %j',
  async (text) => {
    expect(
      await verifyObject(text, { salt: 'salt', secrets: [SECRET], maxAgeSeconds: 60, now: NOW }),
    ).toBeUndefined()
  },
)

/** A text that is genuinely signed, whatever stands in it. */
async function signed(text: string): Promise<string> {
  return `${text}:${encodeBase64Url(await saltedHmac('saltsigner', text, SECRET))}`
}

test('opens a payload of one character’s worth', async () => {
  expect(
    await verifyObject(await signed('MQ:1sTiMa'), {
      salt: 'salt',
      secrets: [SECRET],
      maxAgeSeconds: 1e12,
      now: NOW,
    }),
  ).toBe(1)
})

test.each([
  ['without a payload', ':1sTiMa'],
  ['without a time', 'MQ:'],
  ['without either', ':'],
  ['without a colon', 'MQA'],
  ['with a time in other digits', 'MQ:1sT-Ma'],
  ['with a payload that is no base64', '!:1sTiMa'],
  ['with a payload that is no JSON', 'ew:1sTiMa'],
])('opens nothing genuine %s', async (_, text) => {
  expect(
    await verifyObject(await signed(text), {
      salt: 'salt',
      secrets: [SECRET],
      maxAgeSeconds: 1e12,
      now: NOW,
    }),
  ).toBeUndefined()
})
