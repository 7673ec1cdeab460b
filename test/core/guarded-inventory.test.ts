import { globSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

// Whoever writes by SQL is in one of the guarded tests, which show that each condition matters, or is listed here.

/** Exported functions that write and stand in no guarded test, by name: why not. */
const EXEMPT: Readonly<Record<string, string>> = {
  changeOwnFields: 'what `updateUserAndFields` sends, which is shown',
  deleteDevEmails: 'has no condition: the development mailbox is emptied',
  deleteProblem: 'has no condition: mails go out again',
  dropWaysIn: 'what `evictStranger` sends, which is shown',
  insertEmailKey: 'has no condition: the row of a mail that is about to be sent',
  insertGroups: 'has no condition but `on conflict do nothing`',
  insertProblem: 'has no condition: what a transport said last',
  invite:
    'its condition is the one that `revokeInvitationsOf` has in the same batch, which is shown',
  insertUncountedEvent: 'the first of what `insertAuditEvent` sends, which is shown',
  keepDevEmail:
    'the development mailbox, which grants nothing: `test/core/mail` shows how many are kept',
  refoldEmails: 'run by hand: `test/core/users` shows which rows it changes',
  revokeEverything: 'what `evictStranger` sends, which is shown',
  tallyThrottled: 'has no condition: the request is known to be refused',
  webhookStatements:
    'names rows at random, so no two outcomes are equal: `test/core/events` shows what it tells',
}

const BY_SQL = [
  /\binsertRow\(/,
  /\b(?:insert|replace) (?:or \w+ )?into\b/i,
  /\bupdate (?:\$\{\w+\}|"?\w+"?)\s+set\b/i,
  /\bdelete from\b/i,
]
/** Elsewhere it is maps and hashes that have such methods. */
const BY_DRIZZLE = /\.\s*(?:insert|update|delete)\(\s*\w/

function writes(code: string, isOfSql: boolean): boolean {
  return BY_SQL.some((pattern) => pattern.test(code)) || (isOfSql && BY_DRIZZLE.test(code))
}

/** Without comments, which may speak of statements. */
function codeOf(path: string): string {
  return readFileSync(path, 'utf8')
    .replaceAll(/\/\*\*[^]*?\*\//g, '')
    .replaceAll(/^\s*\/\/.*$/gm, '')
}

type Declared = { readonly name: string; readonly isExported: boolean; readonly code: string }

const DECLARATION = /^(export )?(?:async )?(?:function|const|class|type) (\w+)/

/** What a module declares, each with its code. */
function declaredIn(code: string): readonly Declared[] {
  return code
    .split(/^(?=(?:export )?(?:async )?(?:function|const|class|type) )/m)
    .flatMap((part) => {
      const [, exported, name] = DECLARATION.exec(part) ?? []
      return name === undefined ? [] : [{ name, isExported: exported !== undefined, code: part }]
    })
}

/** The exported functions of a module that write, by themselves or by others of the module. */
function writersIn(code: string, isOfSql: boolean): readonly string[] {
  const declared = declaredIn(code)
  const writing = new Set(
    declared.filter((one) => writes(one.code, isOfSql)).map(({ name }) => name),
  )
  for (let before = -1; before !== writing.size;) {
    before = writing.size
    const callsOne = new RegExp(`\\b(?:${[...writing, '-'].join('|')})\\(`)
    for (const one of declared) if (callsOne.test(one.code)) writing.add(one.name)
  }
  return declared.flatMap(({ name, isExported }) => (isExported && writing.has(name) ? [name] : []))
}

const MODULES = globSync('src/core/**/*.ts').toSorted()
const WRITERS = MODULES.flatMap((path) => writersIn(codeOf(path), path.endsWith('.sql.ts')))

/** What guarded tests import of the core, and call. */
const SHOWN = new Set(
  globSync('test/core/guarded-*.test.ts').flatMap((path) => {
    const text = readFileSync(path, 'utf8')
    return [...text.matchAll(/^import \{([^}]*)\} from '[^']*\/src\/core\/[^']*'/gm)]
      .flatMap(([, names = '']) => names.split(',').map((name) => name.trim()))
      .filter((name) => /^\w+$/.test(name) && new RegExp(`\\b${name}\\(`).test(text))
  }),
)

test('every statement that writes is shown to need its conditions, or is listed', () => {
  expect(WRITERS.length).toBeGreaterThan(100)
  expect(WRITERS.filter((name) => !SHOWN.has(name) && !Object.hasOwn(EXEMPT, name))).toEqual([])
})

test('what is listed writes, and is shown nowhere', () => {
  const exempt = Object.keys(EXEMPT)
  expect(exempt.filter((name) => SHOWN.has(name) || !WRITERS.includes(name))).toEqual([])
})

test('modules that write say at their declarations what they export', () => {
  const writing = MODULES.filter((path) => writes(codeOf(path), path.endsWith('.sql.ts')))
  expect(writing.filter((path) => /^export (?:\{|\*|default)/m.test(codeOf(path)))).toEqual([])
})

test('writers are found however they write, and through others of their module', () => {
  const code = `
export function a(db: Database) {
  return db
    .update(users)
    .set({})
}
const kept = compiled(['x'], (db) => db.run(sql\`delete from \${users} where id = 1\`))
export async function b(db: Database) {
  await kept(db, { x: 1 })
}
function upsert(db: Database) {
  return insertRow(db, users, { values, from })
}
export const c = (db: Database) => [d(db)]
function d(db: Database) {
  return upsert(db)
}
export function e(db: Database) {
  return db.run(sql\`update \${users} set x = 1\`)
}
export function f(db: Database) {
  return db.run(sql\`insert or ignore into x values (1)\`)
}
export function reads(db: Database) {
  return db.select().from(users)
}
`
  expect(writersIn(code, true)).toEqual(['a', 'b', 'c', 'e', 'f'])
  expect(writersIn(code, false)).toEqual(['b', 'c', 'e', 'f'])
})
