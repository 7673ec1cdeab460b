import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, test } from 'vitest'
import {
  ALICE,
  countsOf,
  directory,
  fixture,
  rows,
  run,
  save,
  useImportDatabase,
  user,
} from './importing.ts'

useImportDatabase()

describe('a row that is here already', () => {
  const changed = { ...ALICE, fields: { ...ALICE.fields, email: 'new@example.com' } }

  beforeEach(async () => {
    await run(save('alice.json', fixture(ALICE)))
  })

  test('is left as it is, and told', async () => {
    const ran = await run(save('changed.json', fixture(changed)), '--json')
    expect(ran.code).toBe(0)
    expect(ran.jsonLines()[0]).toEqual({
      kind: 'differs',
      table: 'auth_user',
      key: '7',
      reason: "is here with another email; --update takes Django's",
    })
    expect(await rows('select email from users')).toEqual([{ email: 'Alice@Example.com' }])
  })

  test("becomes Django's with --update", async () => {
    const ran = await run(save('changed.json', fixture(changed)), '--update', '--json')
    expect(countsOf(ran)['auth_user']).toMatchObject({ updated: 1, differing: 0 })
    expect(await rows('select email, email_folded from users')).toEqual([
      { email: 'new@example.com', email_folded: 'new@example.com' },
    ])
  })

  test("is never another account's, nor is what hangs on it", async () => {
    const other = user(7, { username: 'mallory', date_joined: '2021-01-01T00:00:00Z' })
    const address = {
      model: 'account.emailaddress',
      pk: 1,
      fields: { user: 7, email: 'mallory@example.com', verified: true, primary: true },
    }
    const ran = await run(save('other.json', fixture(other, address)), '--update', '--json')
    expect(ran.code).toBe(1)
    expect(ran.jsonLines().slice(0, -1)).toEqual([
      {
        kind: 'refused',
        table: 'auth_user',
        key: '7',
        reason: 'the id is the account "Älice" here',
      },
      {
        kind: 'refused',
        table: 'account_emailaddress',
        key: '1',
        reason: 'its user 7 was refused',
      },
    ])
    expect(await rows('select username from users')).toEqual([{ username: 'Älice' }])
    expect(await rows('select * from email_addresses')).toEqual([])
  })
})

test('an address whose id is another one here is refused, with its user', async () => {
  const address = (userId: number, email: string) => ({
    model: 'account.emailaddress',
    pk: 1,
    fields: { user: userId, email, verified: true, primary: true },
  })
  const users = [user(7, {}), user(8, {})]
  await run(save('here.json', fixture(...users, address(7, 'a@example.com'))))
  const ran = await run(
    save('other.json', fixture(...users, address(8, 'b@example.com'))),
    '--json',
  )
  expect(ran.jsonLines()[0]).toMatchObject({ key: '1', reason: 'the id is one of user 7 here' })
})

describe('a row that cannot be taken', () => {
  test.each([
    [
      'an id that is no number',
      { ...ALICE, pk: 'a-uuid' },
      'id is no whole number above 0: "a-uuid"',
    ],
    ['a NUL', user(7, { first_name: 'a\0b' }), 'first_name holds characters that cannot be stored'],
    [
      'no name',
      user(7, { username: '' }),
      'has no username: --username-column says what names a user',
    ],
    [
      'no time',
      user(7, { date_joined: '2020-02-30T00:00:00Z' }),
      'date_joined is no time: "2020-02-30T00:00:00Z"',
    ],
  ])('is told with its reason: %s', async (_, entry, reason) => {
    const ran = await run(save('bad.json', fixture(entry, user(8, {}))), '--json')
    expect(ran.code).toBe(1)
    expect(ran.jsonLines()[0]).toMatchObject({ kind: 'refused', table: 'auth_user', reason })
    expect(await rows('select id from users')).toEqual([{ id: 8 }])
  })

  test('is told when its user is nowhere, twice there, or its address is taken', async () => {
    const address = (pk: number, userId: number | string[], email: string) => ({
      model: 'account.emailaddress',
      pk,
      fields: { user: userId, email, verified: false, primary: false },
    })
    const path = save(
      'hanging.json',
      fixture(
        ALICE,
        address(1, 7, 'a@example.com'),
        address(2, 7, 'a@example.com'),
        address(3, 8, 'b@example.com'),
        address(4, ['bob'], 'c@example.com'),
      ),
    )
    const ran = await run(path, '--json')
    expect(ran.jsonLines().slice(0, -1)).toEqual([
      {
        kind: 'refused',
        table: 'account_emailaddress',
        key: '4',
        reason: 'its user ["bob"] is not in the source',
      },
      {
        kind: 'refused',
        table: 'account_emailaddress',
        key: '2',
        reason: 'is in the source twice',
      },
      {
        kind: 'refused',
        table: 'account_emailaddress',
        key: '3',
        reason: 'its user 8 does not exist',
      },
    ])
  })

  test('is the later one of two that lie on different pages, though both are under way at once', async () => {
    const social = (pk: number, userId: number) => ({
      model: 'socialaccount.socialaccount',
      pk,
      fields: {
        user: userId,
        provider: 'google',
        uid: '1',
        extra_data: {},
        last_login: '2024-01-01T00:00:00Z',
        date_joined: '2024-01-01T00:00:00Z',
      },
    })
    const users = [1, 2, 3, 4].map((pk) => user(pk, {}))
    const path = save('twice.json', fixture(...users, ...[1, 2, 3, 4].map((pk) => social(pk, pk))))
    const ran = await run(path, '--json', '--batch-size', '1', '--at-once', '4')
    const refusals = [2, 3, 4].map((pk) => ({
      kind: 'refused',
      table: 'socialaccount_socialaccount',
      key: String(pk),
      reason: 'another row here, 1, has this provider and uid',
    }))
    expect(ran.jsonLines().slice(0, -1)).toEqual(refusals)
    expect(countsOf(ran)['socialaccount_socialaccount']).toMatchObject({ inserted: 1, refused: 3 })
  })

  test('is the later of two on one page, whatever the later one shares with others', async () => {
    const token = (userId: number, letter: string) => ({
      model: 'authtoken.token',
      pk: letter.repeat(40),
      fields: { user: userId, created: '2024-01-01T00:00:00Z' },
    })
    await run(save('first.json', fixture(user(1, {}), user(2, {}), token(2, 'b'))))
    const path = save('twins.json', fixture(user(1, {}), token(1, 'a'), token(1, 'b')))
    const ran = await run(path, '--json')
    expect(ran.jsonLines().slice(0, -1)).toEqual([
      expect.objectContaining({ key: '1', reason: 'is in the source twice' }),
    ])
    expect(countsOf(ran)['authtoken_token']).toMatchObject({ inserted: 1, refused: 1 })
  })

  test('goes into the report file when there is one', async () => {
    await run(save('bad.json', fixture({ ...ALICE, pk: 'x' })), '--report', 'findings.jsonl')
    expect(JSON.parse(readFileSync(join(directory, 'findings.jsonl'), 'utf8'))).toMatchObject({
      kind: 'refused',
      key: 'x',
    })
  })
})

test('tells whose names differ in case alone and who share a verified address, and keeps them', async () => {
  const address = (pk: number, userId: number, email: string) => ({
    model: 'account.emailaddress',
    pk,
    fields: { user: userId, email, verified: true, primary: true },
  })
  const path = save(
    'conflicts.json',
    fixture(
      user(1, { username: 'Straße' }),
      user(2, { username: 'STRASSE' }),
      address(1, 1, 'Same@example.com'),
      address(2, 2, 'same@Example.com'),
    ),
  )
  const ran = await run(path, '--json')
  expect(ran.code).toBe(0)
  expect(ran.jsonLines().slice(0, -1)).toEqual([
    {
      kind: 'conflict',
      table: 'auth_user',
      key: '1, 2',
      reason: 'share the username "strasse" but for its case',
    },
    {
      kind: 'conflict',
      table: 'account_emailaddress',
      key: 'of users 1,2',
      reason: 'have all verified "same@example.com"',
    },
  ])
  expect(await rows('select count(*) as count from users')).toEqual([{ count: 2 }])
})
