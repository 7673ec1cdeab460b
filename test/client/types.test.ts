import type { startAuthentication, startRegistration } from '@simplewebauthn/browser'
import { expectTypeOf, test } from 'vitest'
import { createClient, type Client, type Result, type User } from '../../src/client/client.ts'
import type { UserBody } from '../../src/surfaces/rest-auth/serializers.ts'

test('a user is what the service answers', () => {
  expectTypeOf<User>().toEqualTypeOf<UserBody>()
})

test('messages are known by the fields of the input', () => {
  type Failed = Extract<Awaited<ReturnType<Client['register']>>, { ok: false }>['error']
  type Fields = Extract<Failed, { kind: 'invalid' }>['fields']
  expectTypeOf<keyof Fields>().toEqualTypeOf<
    'username' | 'email' | 'password1' | 'password2' | 'remember'
  >()
  expectTypeOf<Fields['email']>().toEqualTypeOf<readonly string[] | undefined>()
})

test('a login that asks for a second step is no login', () => {
  type Answered = Awaited<ReturnType<Client['login']>>
  expectTypeOf<Extract<Answered, { ok: true }>['value']>().toEqualTypeOf<User>()
  type Asked = Extract<Extract<Answered, { ok: false }>['error'], { kind: 'mfa_required' }>
  expectTypeOf<Asked['ephemeralToken']>().toEqualTypeOf<string>()
  type Changed = Extract<Awaited<ReturnType<Client['updateUser']>>, { ok: false }>['error']
  expectTypeOf<Extract<Changed, { kind: 'mfa_required' }>>().toEqualTypeOf<never>()
})

test("the browser and @simplewebauthn/browser take a passkey's options, and their answers are taken", () => {
  type Creation = Extract<Awaited<ReturnType<Client['beginPasskey']>>, { ok: true }>['value']
  type Begun = Extract<Awaited<ReturnType<Client['beginPasskeyLogin']>>, { ok: true }>['value']
  expectTypeOf<Creation>().toExtend<PublicKeyCredentialCreationOptionsJSON>()
  expectTypeOf<Creation>().toExtend<Parameters<typeof startRegistration>[0]['optionsJSON']>()
  expectTypeOf<Begun['options']>().toExtend<PublicKeyCredentialRequestOptionsJSON>()
  expectTypeOf<Begun['options']>().toExtend<
    Parameters<typeof startAuthentication>[0]['optionsJSON']
  >()
  type Credential = Parameters<Client['completePasskeyLogin']>[1]
  expectTypeOf<Awaited<ReturnType<typeof startAuthentication>>>().toExtend<Credential>()
  expectTypeOf<ReturnType<PublicKeyCredential['toJSON']>>().toExtend<Credential>()
})

test('a value is there only after a look at ok', () => {
  expectTypeOf<Result<User>>().not.toHaveProperty('value')
})

test('fields of the service’s own are there by their types', () => {
  type Own = { readonly phone: string; readonly profile: { readonly company: string } }
  const auth = createClient<Own>({ url: 'https://auth.example.com/', mode: 'cookie' })
  type Answer = Awaited<ReturnType<typeof auth.user>>
  expectTypeOf<Extract<Answer, { ok: true }>['value']['profile']>().toEqualTypeOf<Own['profile']>()
  type Refused = Extract<Awaited<ReturnType<typeof auth.register>>, { ok: false }>['error']
  type Fields = Extract<Refused, { kind: 'invalid' }>['fields']
  expectTypeOf<Fields['phone']>().toEqualTypeOf<readonly string[] | undefined>()
  expectTypeOf(auth.updateUser).parameter(0).toMatchTypeOf<{ phone?: string }>()
})
