import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import {
  makeTrustToken,
  readTrustToken,
  type SparedSteps,
} from '../../../src/core/second-factor/trusted-device.ts'
import { openToken, sealToken } from '../../../src/core/tokens/sealed-token.ts'
import { countingBytes, settingsOf } from '../../support/settings.ts'

const NOW = new Date('2027-03-04T05:06:07Z')
const deps = { settings: settingsOf(), now: NOW, randomBytes: countingBytes }
const ADA = { userId: 7, passwordHash: 'hash', tokensRevokedAt: new Date(12) }
const MAILBOX = 'ada@example.com'
const BOTH = { deviceId: 3, mailbox: MAILBOX }

const read = (token: string, steps: SparedSteps = BOTH, subject = ADA) =>
  readTrustToken(deps, token, { subject, steps })

test.each<[SparedSteps]>([[{}], [{ deviceId: 3 }], [{ mailbox: MAILBOX }], [BOTH]])(
  'a device that was spared %j is spared that and no more',
  async (steps) => {
    const token = await makeTrustToken(deps, ADA, steps)
    expect(await read(token)).toStrictEqual(steps)
    // What it says, and nothing of what it was not spared.
    const opened = await openToken(deps, 'mfa-trust', token)
    expect(Object.keys(opened?.content ?? {})).toHaveLength(2 + Object.keys(steps).length)
    expect(await read(token, {})).toStrictEqual({})
  },
)

test('each step by itself: of another app, or another mailbox, none', async () => {
  const token = await makeTrustToken(deps, ADA, BOTH)
  expect(await read(token, { ...BOTH, deviceId: 4 })).toStrictEqual({ mailbox: MAILBOX })
  expect(await read(token, { ...BOTH, mailbox: 'b@x.example' })).toStrictEqual({ deviceId: 3 })
  expect(await read(token, { mailbox: MAILBOX })).toStrictEqual({ mailbox: MAILBOX })
})

test.each([
  { ...ADA, userId: 8 },
  { ...ADA, passwordHash: 'another' },
  { ...ADA, tokensRevokedAt: new Date(13) },
])('of an account as %j, none', async (subject) => {
  expect(await read(await makeTrustToken(deps, ADA, BOTH), BOTH, subject)).toStrictEqual({})
})

test('what it is bound to is kept as hashes, which outlive a deployment', async () => {
  const { content } =
    (await openToken(deps, 'mfa-trust', await makeTrustToken(deps, ADA, BOTH))) ?? {}
  const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')
  expect(content).toMatchObject({
    binding: sha256('7:3:12:hash'),
    mailbox: sha256('[7,12,"hash","ada@example.com"]'),
  })
})

test('it ends with its time, and is nothing that was sealed for something else', async () => {
  const token = await makeTrustToken(deps, ADA, BOTH)
  const at = (seconds: number) => ({ ...deps, now: new Date(NOW.getTime() + seconds * 1000) })
  const age = deps.settings.MFA_TRUST_COOKIE_AGE
  expect(await readTrustToken(at(age), token, { subject: ADA, steps: BOTH })).toStrictEqual(BOTH)
  expect(await readTrustToken(at(age + 1), token, { subject: ADA, steps: BOTH })).toStrictEqual({})
  const { content = {} } = (await openToken(deps, 'mfa-trust', token)) ?? {}
  const other = await sealToken(deps, 'login-step', { content, lifetimeSeconds: 60 })
  expect(await read(other)).toStrictEqual({})
  for (const binding of [7, null, ['x']]) {
    const forged = await sealToken(deps, 'mfa-trust', {
      content: { binding, mailbox: binding },
      lifetimeSeconds: 60,
    })
    expect(await read(forged)).toStrictEqual({})
  }
})
