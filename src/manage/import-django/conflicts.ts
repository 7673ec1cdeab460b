/** Data that Django allowed and new accounts here would not be. */
import { foldEmail } from '../../core/users/email.ts'
import { foldUsername } from '../../core/users/fold.ts'
import type { Finding } from './report.ts'
import { BEFORE_ALL_ROWS, columnsOf, type Source } from './source.ts'

/**
 * Reports usernames that differ only in case, and addresses that several accounts have verified. They are imported
 * as they are: a login by the exact name reaches its account, by another spelling the oldest one.
 */
export function findConflicts(source: Source, report: Report): void {
  findNames(source, report)
  if (columnsOf(source.database, 'account_emailaddress').length > 0) findAddresses(source, report)
}

type Report = (finding: Finding) => void

function findNames(source: Source, report: Report): void {
  const { database, model } = source
  const { usernameColumn: column } = model
  foldApart(source, { table: model.table, column, fold: foldUsername })
  for (const row of database
    .prepare(
      `select group_concat(t.id, ', ') as ids, ${folded(column)} as folded
       from "${model.table}" t left join temp.folded_apart f on f.place = t.rowid
       where t."${column}" is not null group by 2 having count(*) > 1 order by min(t.rowid)`,
    )
    .iterate()) {
    report({
      kind: 'conflict',
      table: model.table,
      key: String(row['ids']),
      reason: `share the username ${JSON.stringify(row['folded'])} but for its case`,
    })
  }
}

function findAddresses(source: Source, report: Report): void {
  foldApart(source, { table: 'account_emailaddress', column: 'email', fold: foldEmail })
  for (const row of source.database
    .prepare(
      `select group_concat(distinct t.user_id) as ids, ${folded('email')} as folded
       from account_emailaddress t left join temp.folded_apart f on f.place = t.rowid
       where lower(cast(t.verified as text)) in ('1', 't', 'true') group by 2
       having count(distinct t.user_id) > 1 order by min(t.rowid)`,
    )
    .iterate()) {
    report({
      kind: 'conflict',
      table: 'account_emailaddress',
      key: `of users ${String(row['ids'])}`,
      reason: `have all verified ${JSON.stringify(row['folded'])}`,
    })
  }
}

type Texts = {
  readonly table: string
  readonly column: string
  readonly fold: (text: string) => string
}

const ROWS_A_PAGE = 1000

/**
 * Folds the texts that SQLite cannot fold into a table beside the source, a page at a time. A function of ours in the
 * query would do it at once, but Node's driver keeps what such a function is given until the whole query has ended.
 */
function foldApart({ database }: Source, { table, column, fold }: Texts): void {
  database.exec(
    'drop table if exists temp.folded_apart; create temp table folded_apart (place integer primary key, text text)',
  )
  const page = database.prepare(
    `select cast(t.rowid as text) as place, cast(t."${column}" as text) as text from "${table}" t
     where t.rowid > cast(? as integer) and t."${column}" glob '*[^ -~]*' order by t.rowid limit ${ROWS_A_PAGE}`,
  )
  const insert = database.prepare(
    `insert into temp.folded_apart (place, text)
     select cast(value ->> 0 as integer), value ->> 1 from json_each(?)`,
  )
  let after = BEFORE_ALL_ROWS
  for (;;) {
    const rows = page.all(after)
    const last = rows.at(-1)
    if (last === undefined) return
    after = String(last['place'])
    insert.run(JSON.stringify(rows.map(({ place, text }) => [place, fold(String(text))])))
  }
}

/** Folded by SQLite where that is the same, which spares a row of its own for each of a large table. */
function folded(column: string): string {
  return `coalesce(f.text, lower(t."${column}"))`
}
