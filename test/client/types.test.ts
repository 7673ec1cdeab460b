import { expectTypeOf, test } from 'vitest'
import type { Client, Result, User } from '../../src/client/client.ts'
import type { UserBody } from '../../src/surfaces/rest-auth/serializers.ts'

test('a user is what the service answers', () => {
  expectTypeOf<User>().toEqualTypeOf<UserBody>()
})

test('messages are known by the fields of the input', () => {
  type Failed = Extract<Awaited<ReturnType<Client['register']>>, { ok: false }>['error']
  type Fields = Extract<Failed, { kind: 'invalid' }>['fields']
  expectTypeOf<keyof Fields>().toEqualTypeOf<'username' | 'email' | 'password1' | 'password2'>()
  expectTypeOf<Fields['email']>().toEqualTypeOf<readonly string[] | undefined>()
})

test('a value is there only after a look at ok', () => {
  expectTypeOf<Result<User>>().not.toHaveProperty('value')
})
