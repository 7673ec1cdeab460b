/** Queues webhook events, as statements for the batch that causes them (transactional outbox). */
import { sql, type SQL } from 'drizzle-orm'
import { insertRow } from '../../db/insert-row.ts'
import { publicIds } from '../../db/schema/public-ids.ts'
import { users } from '../../db/schema/users.ts'
import { webhookDeliveries } from '../../db/schema/webhooks.ts'
import type { Deps } from '../../deps.ts'
import { takesEvent, type WebhookEvent } from '../../settings/webhook-events.ts'
import type { Settings } from '../../settings/parse.ts'

/** The slice of `Deps` that telling other systems needs. */
export type WebhookDeps = Pick<Deps, 'db' | 'settings' | 'now' | 'actor'>

/** The body apart from its account: it contains no secret. */
export type EventDetail = Readonly<Record<string, unknown>>

/**
 * The statements that send an event to other systems, for the batch of its cause: a row for each that receives it, none
 * where `userId` (perhaps a subquery) finds no account. What is body of the account is what it is when the statement
 * runs.
 */
export function webhookStatements(
  { db, settings, now, actor }: WebhookDeps,
  type: WebhookEvent,
  { userId, ...detail }: EventDetail & { readonly userId: number | SQL },
) {
  const names = settings.WEBHOOKS.filter(({ events }) =>
    events.some((filter) => takesEvent(filter, type)),
  ).map(({ name }) => name)
  if (names.length === 0) return []
  const body = JSON.stringify({ ...detail, ...(actor === undefined ? {} : { by: actor }) })
  // Without one: it is derived when the message is sent.
  const publicId = sql`, 'pk', (select public_id from ${publicIds} where user_id = who.id)`
  const pk = settings.USER_PK === 'uuid' ? publicId : sql``
  const user = sql`json_object('id', who.id${pk}, 'username', ${users.username}, 'email', ${users.email},
    'is_active', json(case ${users.isActive} when 1 then 'true' when 0 then 'false' else 'null' end))`
  const row = {
    endpoint: sql`receiver.value`,
    messageId: sql`'msg_' || lower(hex(randomblob(16)))`,
    type: sql`${type}`,
    data: sql`json_set(${body}, '$.user', ${user})`,
    createdAt: now,
    nextAttemptAt: now,
  }
  const from = sql`from json_each(${JSON.stringify(names)}) as receiver, (select ${userId} as id) as who
    left join ${users} on ${users.id} = who.id
    where who.id is not null and ${sampleOf(settings, type)}`
  return [insertRow(db, webhookDeliveries, { values: row, from })]
}

/** Guessing makes any number of failed logins: some of them represent all. */
function sampleOf(
  { WEBHOOK_LOGIN_FAILED_PERCENT }: Pick<Settings, 'WEBHOOK_LOGIN_FAILED_PERCENT'>,
  type: WebhookEvent,
): SQL {
  if (type !== 'login.failed') return sql`1`
  return sql`abs(random() % 100) < ${WEBHOOK_LOGIN_FAILED_PERCENT}`
}
