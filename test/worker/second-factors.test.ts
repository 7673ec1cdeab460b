import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeCredential } from '../conformance/authenticator.ts'
import { oneTimeCode } from '../conformance/one-time-code.ts'
import { FACTORS } from '../support/second-factor.ts'
import { startWorker, type WorkerUnderTest } from './start-worker.ts'

const PASSWORD = 'right-horse-staple'

let worker: WorkerUnderTest
let headers: Readonly<Record<string, string>> = {}

beforeAll(async () => {
  worker = await startWorker({ ...FACTORS, MFA_ALLOW_UNVERIFIED_EMAIL: 'true' })
  const registered = await post<{ key: string }>('registration/', 201, {
    username: 'ada',
    email: 'ada@example.com',
    password1: PASSWORD,
    password2: PASSWORD,
  })
  headers = { Authorization: `Token ${registered.key}` }
})

afterAll(() => worker.stop())

async function post<Body>(path: string, status: number, body: unknown): Promise<Body> {
  const response = await worker.post(path, body, headers)
  const text = await response.text()
  expect({ status: response.status, text }).toEqual({ status, text })
  return JSON.parse(text) as Body
}

function codeNow(secret: string, at: number): string {
  return oneTimeCode({ secret, at, digits: 6, periodSeconds: 30 }, new Date())
}

test('the built bundle checks the signature of a passkey, the right one and no other', async () => {
  const begun = await post<{ challenge: string; user: { id: string } }>(
    'passkeys/register/begin/',
    200,
    {},
  )
  const attested = makeCredential({ action: 'create', key: 'laptop', challenge: begun.challenge })
  await post('passkeys/register/complete/', 201, { credential: attested })
  headers = {}
  for (const [signedBy, counter, status] of [
    ['phone', 1, 400],
    ['laptop', 2, 200],
  ] as const) {
    const { challenge, session_id } = await post<{ challenge: string; session_id: string }>(
      'passkeys/login/begin/',
      200,
      {},
    )
    const credential = makeCredential({
      action: 'get',
      key: 'laptop',
      signed_by: signedBy,
      challenge,
      counter,
      user_handle: begun.user.id,
    })
    const answer = await post<object>('passkeys/login/complete/', status, {
      credential,
      session_id,
    })
    if (status === 200) headers = { Authorization: `Token ${String(Reflect.get(answer, 'key'))}` }
  }
  expect(headers['Authorization']).toMatch(/^Token [0-9a-f]{40}$/)
})

test('the built bundle asks for the code of an authenticator app', async () => {
  const response = await worker.request('mfa/totp/activate/', { headers })
  const { secret, activation_token, qr_code_data_uri } = (await response.json()) as {
    readonly secret: string
    readonly activation_token: string
    readonly qr_code_data_uri: string
  }
  expect(qr_code_data_uri).toMatch(/^data:image\/svg\+xml;base64,/)
  const activated = await post<{ recovery_codes: readonly string[] }>('mfa/totp/activate/', 200, {
    activation_token,
    code: codeNow(secret, -1),
  })
  expect(activated.recovery_codes).toHaveLength(10)
  headers = {}
  const first = await post<{ ephemeral_token: string; mfa_required: boolean }>('login/', 200, {
    username: 'ada',
    password: PASSWORD,
  })
  expect(first.mfa_required).toBe(true)
  const code = codeNow(secret, 0)
  const { ephemeral_token } = first
  await post('mfa/verify/', 400, { ephemeral_token, code: code === '000000' ? '000001' : '000000' })
  const second = await post<{ key: string }>('mfa/verify/', 200, { ephemeral_token, code })
  expect(second.key).toMatch(/^[0-9a-f]{40}$/)
  await post('mfa/verify/', 400, { ephemeral_token, code: activated.recovery_codes[0] })
})
