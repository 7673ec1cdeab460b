import fc from 'fast-check'
import { DatabaseSync, type SQLInputValue } from 'node:sqlite'
import { expect, test } from 'vitest'
import { foldEmail } from '../../src/core/users/email.ts'
import { foldUsername } from '../../src/core/users/fold.ts'
import { findConflicts } from '../../src/manage/import-django/conflicts.ts'
import type { Finding } from '../../src/manage/import-django/report.ts'

type Named = readonly [place: bigint, name: SQLInputValue]

/** What findConflicts says of these rows, in a table whose other columns are called as its own words are. */
function conflictsOf(
  users: readonly Named[],
  addresses: readonly Named[] = [],
): readonly Finding[] {
  const database = new DatabaseSync(':memory:')
  database.exec(`
    create table auth_user (id integer primary key, username, place, text, ids, folded, t, f);
    create table account_emailaddress (id integer primary key, user_id, email, verified, place, text, ids, folded)`)
  const user = database.prepare('insert into auth_user (id, username, folded) values (?, ?, 1)')
  for (const row of users) user.run(...row)
  const address = database.prepare(
    'insert into account_emailaddress (id, user_id, email, verified) values (?1, ?1, ?2, 1)',
  )
  for (const row of addresses) address.run(...row)
  const found: Finding[] = []
  const source = {
    database,
    model: { table: 'auth_user', usernameColumn: 'username' },
    isCopy: true,
    others: new Map<string, number>(),
    userModels: [],
    otherColumns: [],
    close: () => undefined,
  }
  findConflicts(source, (finding) => found.push(finding))
  database.close()
  return found
}

function textOf(name: SQLInputValue): string {
  return name instanceof Uint8Array ? new TextDecoder().decode(name) : String(name)
}

/** The rows that share a name, computed one by one. */
function sharedBy(rows: readonly Named[], fold: (text: string) => string): readonly string[] {
  const places = new Map<string, bigint[]>()
  for (const [place, name] of rows) {
    if (name === null) continue
    const folded = fold(textOf(name))
    places.set(folded, [...(places.get(folded) ?? []), place])
  }
  return Array.from(places)
    .filter(([, of]) => of.length > 1)
    .map(([folded, of]) => JSON.stringify([folded, sorted(of.map(String))]))
    .sort()
}

function sorted(words: readonly string[]): readonly string[] {
  return [...words].sort()
}

function foundAs(findings: readonly Finding[], table: string): readonly string[] {
  return findings
    .filter((finding) => finding.table === table)
    .map(({ key, reason }) => {
      const name: unknown = JSON.parse(/"(?:[^"\\]|\\.)*"/.exec(reason)?.[0] ?? 'null')
      return JSON.stringify([name, sorted(key.replace('of users ', '').split(/, ?/))])
    })
    .sort()
}

const LETTERS = [
  'a',
  'A',
  'k',
  '\u212a',
  'i',
  'I',
  'ı',
  'İ',
  'ß',
  'ẞ',
  's',
  'S',
  'ſ',
  'ж',
  'Ж',
  ' ',
  '@',
]
const NAME = fc.oneof(
  fc.string({
    unit: fc.constantFrom(...LETTERS, '😀', '~', '\u007f', '\t', '"', '\\'),
    maxLength: 3,
  }),
  fc.bigInt({ min: -2n, max: 2n }),
  fc.constantFrom('-2', '2'),
  fc.constant(null),
  fc
    .string({ unit: fc.constantFrom(...LETTERS), minLength: 1, maxLength: 2 })
    .map((text) => new TextEncoder().encode(text)),
)
const PLACE = fc.oneof(
  fc.bigInt({ min: -20n, max: 20n }),
  fc.bigInt({ min: -(2n ** 63n) + 1n, max: 2n ** 63n - 1n }),
)
const ROWS = fc.uniqueArray(fc.tuple(PLACE, NAME), {
  selector: ([place]) => place,
  maxLength: 40,
})

test('names and addresses of any kind, at any place, are told apart as they are by themselves', () => {
  fc.assert(
    fc.property(ROWS, ROWS, (users, addresses) => {
      const found = conflictsOf(users, addresses)
      expect(foundAs(found, 'auth_user')).toEqual(sharedBy(users, foldUsername))
      const given = addresses.filter(([, name]) => name !== null)
      const shared = foundAs(found, 'account_emailaddress').filter(
        (line) => !line.startsWith('[null'),
      )
      expect(shared).toEqual(sharedBy(given, foldEmail))
    }),
    { numRuns: 300 },
  )
})

test('names of several pages are compared with each other', () => {
  const users = Array.from({ length: 2500 }, (_, index): Named => {
    const word = index < 1250 ? 'ж' : 'Ж'
    return [BigInt(index - 1000), `${word}${index % 1250}`]
  })
  expect(conflictsOf(users)).toHaveLength(1250)
})
