import { settingsOf } from '../../support/settings.ts'
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, expectTypeOf, test } from 'vitest'
import {
  editableFields,
  newUserColumns,
  shownFields,
  type ShownUser,
} from '../../../src/db/schema/users.ts'
import { userBody } from '../../../src/surfaces/rest-auth/serializers.ts'
import { userSchema } from '../../../src/surfaces/rest-auth/schemas.ts'
import type { User } from '../../../src/client/client.ts'

const SRC = fileURLToPath(new URL('../../../src/', import.meta.url))

test('what is shown, described and answered is one list', () => {
  const names = ['pk', 'username', 'email', 'first_name', 'last_name']
  expect(shownFields.map(({ wire }) => wire)).toEqual(names)
  expect(userSchema.required).toEqual(names)
  expect(Object.keys(userSchema.properties)).toEqual(names)
  expect(Object.keys(userBody(settingsOf(), { ...newUserColumns, id: 1 }))).toEqual(names)
  expect(editableFields.map(({ wire }) => wire)).toEqual(['first_name', 'last_name'])
})

test("the client's user is the service's", () => {
  expectTypeOf<User>().toEqualTypeOf<ShownUser>()
})

test('a new column changes its declaration and the client, nothing else', () => {
  const mention = /\blast_?name\b/i
  const lists = readdirSync(SRC, { recursive: true, encoding: 'utf8' })
    .filter((path) =>
      /^(?:client|db|core\/(?:users|sign-in)|surfaces\/rest-auth)\/.*\.ts$/.test(path),
    )
    .filter((path) => mention.test(readFileSync(SRC + path, 'utf8')))
    .sort()
  expect(lists).toEqual([
    'client/user.ts',
    'db/schema/users.ts',
    // An example, and Django's own sentence about the endpoint.
    'surfaces/rest-auth/openapi-schema.ts',
    'surfaces/rest-auth/user.ts',
  ])
})
