/** Data that Django allowed and new accounts here would not be. */
import type { Finding } from './report.ts'
import { columnsOf, type Source } from './source.ts'

/**
 * Reports usernames that differ only in case, and addresses that several accounts have verified. They are imported
 * as they are: a login by the exact name reaches its account, by another spelling the oldest one.
 */
export function findConflicts(source: Source, report: (finding: Finding) => void): void {
  const { database, model } = source
  const name = `"${model.usernameColumn}"`
  for (const row of database
    .prepare(
      `select group_concat(id, ', ') as ids, ${folded('fold_username', name)} as folded from "${model.table}"
       where ${name} is not null group by folded having count(*) > 1 order by min(rowid)`,
    )
    .iterate()) {
    report({
      kind: 'conflict',
      table: model.table,
      key: String(row['ids']),
      reason: `share the username ${JSON.stringify(row['folded'])} but for its case`,
    })
  }
  if (columnsOf(database, 'account_emailaddress').length === 0) return
  for (const row of database
    .prepare(
      `select group_concat(distinct user_id) as ids, ${folded('fold_email', 'email')} as folded from account_emailaddress
       where lower(cast(verified as text)) in ('1', 't', 'true') group by folded
       having count(distinct user_id) > 1 order by min(rowid)`,
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

/** Folded by SQLite where that is the same, which spares a call for each row of a large table. */
function folded(fold: 'fold_username' | 'fold_email', column: string): string {
  return `case when ${column} glob '*[^ -~]*' then ${fold}(${column}) else lower(${column}) end`
}
