/** Fixtures that name users instead of numbering them (`dumpdata --natural-primary`, `--natural-foreign`). */
import { columnsOf, type Source } from './source.ts'

/** What the target knows of users that came without an id. */
export type KnownUsers = {
  /** Ids of the users of exactly these names. */
  readonly idsOf: (usernames: readonly string[]) => Promise<ReadonlyMap<string, number>>
  readonly highestId: () => Promise<number>
}

const ROWS_A_PAGE = 1000

/**
 * Gives users without a primary key the id of the user of that name, where the target has one, or the next free id
 * in the order of the file, so that an interrupted import continues with the same ids. References by name become
 * ids.
 */
export async function resolveNaturalKeys(source: Source, known: KnownUsers): Promise<void> {
  const { database, model, isCopy } = source
  if (!isCopy) return
  await nameUsers(source, known)
  const name = `"${model.usernameColumn}"`
  database.exec(
    `create index if not exists natural_key_idx on "${model.table}" (${name});
     create index if not exists user_id_idx on "${model.table}" (id)`,
  )
  const email = columnsOf(database, model.table).includes('email')
    ? `(select min(u.id) from "${model.table}" u where u.email = json_extract(user_id, '$[0]') having count(*) = 1),`
    : ''
  const profiles = [...(model.own?.keys() ?? [])].filter((table) => table !== model.table)
  for (const table of [...REFERRING, ...profiles]) {
    if (!columnsOf(database, table).includes('user_id')) continue
    const isNamed = database.prepare(`select 1 from "${table}" where user_id like '[%' limit 1`)
    if (isNamed.get() === undefined) continue
    // Each name that is none is looked for among the addresses.
    if (email !== '') {
      database.exec(`create index if not exists natural_email_idx on "${model.table}" (email)`)
    }
    database.exec(
      `update "${table}" set user_id = coalesce(
         (select u.id from "${model.table}" u where u.${name} = json_extract(user_id, '$[0]')),
         ${email} user_id) where user_id like '[%'`,
    )
  }
  if (columnsOf(database, OUTSTANDING).length > 0) {
    database.exec(`create index if not exists outstanding_id_idx on "${OUTSTANDING}" (id)`)
  }
}

const OUTSTANDING = 'token_blacklist_outstandingtoken'
const REFERRING = [
  'account_emailaddress',
  'authtoken_token',
  'socialaccount_socialaccount',
  OUTSTANDING,
  'dj_rest_auth_mfa_authenticator',
  'mfa_authenticator',
  'passkeys_webauthncredential',
]

/** Resolves references by name into ids. */
async function nameUsers({ database, model }: Source, known: KnownUsers): Promise<void> {
  const page = database.prepare(
    `select rowid, "${model.usernameColumn}" as name from "${model.table}" where id is null and rowid > ? order by rowid limit ${ROWS_A_PAGE}`,
  )
  const highest = database
    .prepare(`select max(cast(id as integer)) as id from "${model.table}"`)
    .get()?.['id']
  const setId = database.prepare(`update "${model.table}" set id = ? where rowid = ?`)
  let nextId: number | undefined
  let after = 0
  for (;;) {
    const rows = page.all(after)
    if (rows.length === 0) return
    const names = rows.map((row) => String(row['name']))
    const ids = await known.idsOf(names)
    for (const [index, row] of rows.entries()) {
      after = Number(row['rowid'])
      let id = ids.get(names[index] ?? '')
      if (id === undefined) {
        nextId ??= Math.max(Number(highest ?? 0), await known.highestId()) + 1
        id = nextId
        nextId += 1
      }
      setId.run(String(id), after)
    }
  }
}
