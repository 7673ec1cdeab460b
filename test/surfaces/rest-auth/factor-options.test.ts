import { expect, test } from 'vitest'
import { aUser, createTestApp } from '../../support/app.ts'
import { FACTORS, seedKey } from '../../support/second-factor.ts'

const KEY = '0123456789abcdef0123456789abcdef01234567'
const ALICE = { Authorization: `Token ${KEY}` }

async function optionsOf(path: string, headers: HeadersInit = ALICE): Promise<unknown> {
  const app = await createTestApp({
    users: [aUser({ tokenKey: KEY }), aUser({ username: 'bob', email: 'bob@example.com' })],
    env: { ...FACTORS, DJANGO_COMPATIBILITY: 'exact' },
  })
  await seedKey(app, 'laptop')
  await seedKey(app, 'phone', { username: 'bob' })
  const response = await app.request(path, { method: 'OPTIONS', headers })
  expect(response.status).toBe(200)
  const { name, description, actions } = (await response.json()) as Readonly<
    Record<string, unknown>
  >
  return { name, description, actions }
}

const NAME = { type: 'string', required: true, read_only: false, label: 'Name', max_length: 255 }

test('a login is the view that asks for a factor, but for the spelling without the slash', async () => {
  expect(await optionsOf('/login/', {})).toMatchObject({
    name: 'Mfa Login',
    description: expect.stringContaining(
      'POST to mfa/verify/ to exchange\nthe ephemeral',
    ) as unknown,
    actions: { POST: { username: { required: false }, password: { required: true } } },
  })
  expect(await optionsOf('/login', {})).toMatchObject({ name: 'Login' })
})

test('an own passkey tells what may be changed, others and unknown ones tell nothing', async () => {
  const described = { name: 'Passkey Detail', description: '' }
  expect(await optionsOf('/passkeys/1/')).toEqual({
    ...described,
    actions: { PUT: { name: NAME } },
  })
  expect(await optionsOf('/passkeys/2/')).toEqual(described)
  expect(await optionsOf('/passkeys/99/')).toEqual(described)
})

test.each([
  ['/mfa/status/', 'Mfa Status', 'Check whether the current user has MFA enabled.', undefined],
  [
    '/mfa/totp/deactivate/',
    'Totp Deactivate',
    'Deactivate TOTP MFA. Requires a valid TOTP code to confirm.',
    { POST: { code: { type: 'string', required: true, read_only: false, label: 'Code' } } },
  ],
  [
    '/mfa/recovery-codes/regenerate/',
    'Recovery Codes Regenerate',
    'Regenerate recovery codes. Invalidates all previous codes.',
    {
      POST: {
        codes: {
          type: 'list',
          required: false,
          read_only: true,
          label: 'Codes',
          child: { type: 'string', required: true, read_only: false },
        },
      },
    },
  ],
  [
    '/passkeys/register/begin/',
    'Passkey Register Begin',
    '',
    { POST: { name: { type: 'string', required: false, read_only: false, label: 'Name' } } },
  ],
  [
    '/passkeys/login/begin/',
    'Passkey Login Begin',
    '',
    {
      POST: {
        username: { type: 'string', required: false, read_only: false, label: 'Username' },
        email: { type: 'email', required: false, read_only: false, label: 'Email' },
      },
    },
  ],
])('%s is described as upstream describes it', async (path, name, description, actions) => {
  expect(await optionsOf(path)).toEqual({
    name,
    description,
    ...(actions === undefined ? {} : { actions }),
  })
})
