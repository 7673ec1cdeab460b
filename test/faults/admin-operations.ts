import { sql } from 'drizzle-orm'
import { anAdminKey } from '../support/admin-key.ts'
import { groups } from '../../src/db/schema/roles.ts'
import { suppressedAddresses } from '../../src/db/schema/mail.ts'
import { webhookDeliveries } from '../../src/db/schema/webhooks.ts'
import { ADMIN_SCOPES } from '../../src/settings/admin-scopes.ts'
import { seedUser } from '../support/seed.ts'
import { OLD_PASSWORD, type FaultWorld } from './fault-world.ts'
import { JWT, requestOf, user, type Operation } from './operations.ts'

/** Number of the plain account that is acted on; root, who acts, is the second. */
const ALICE = 1

const WEBHOOKS = JSON.stringify({
  crm: {
    url: 'https://crm.example.com/hooks',
    secrets: [`whsec_${btoa('0123456789abcdef0123456789abcdef')}`],
  },
})
const ENV = { ...JWT, ADMIN_API: 'true', WEBHOOKS }

type Given = {
  readonly name: string
  readonly method?: 'GET' | 'POST' | 'PATCH' | 'DELETE'
  readonly path: string
  readonly body?: unknown
  readonly status?: number
  readonly again?: readonly number[]
  readonly env?: Readonly<Record<string, string>>
}

async function prepareAccounts(world: FaultWorld): Promise<void> {
  const deps = world.deps()
  await seedUser(deps, user())
  await seedUser(deps, user({ username: 'root', email: 'root@example.com' }))
  const { db, now } = deps
  await db.run(sql`update users set is_staff = 1, is_superuser = 1 where username = 'root'`)
  await db.insert(groups).values([{ name: 'editors' }])
  const row = { endpoint: 'crm', type: 'login', data: {}, createdAt: now, attempts: 10 }
  await db.insert(webhookDeliveries).values({ ...row, messageId: 'msg_1', failedAt: now })
  await db
    .insert(suppressedAddresses)
    .values({ emailFolded: 'gone@example.com', reason: 'bounced', suppressedAt: now })
}

/** What a superuser does who has signed in just now. */
function byRoot(given: Given): Operation {
  const { name, method = 'POST', path, body, status = 200, again, env } = given
  return {
    name: `admin: ${name}`,
    env: { ...ENV, ...env },
    status,
    ...(again === undefined ? {} : { again }),
    prepare: async (world) => {
      await prepareAccounts(world)
      const credentials = { username: 'root', password: OLD_PASSWORD }
      const login = await world.send(requestOf('POST', 'login/', credentials)())
      await world.settle()
      const { access } = (await login.json()) as { readonly access: string }
      return requestOf(method, `admin/api/${path}`, body, { Authorization: `Bearer ${access}` })
    },
  }
}

const byKey: Operation = {
  name: 'admin: find, by key',
  env: ENV,
  status: 200,
  prepare: async (world) => {
    await prepareAccounts(world)
    const key = await anAdminKey(world.deps(), ADMIN_SCOPES)
    const headers = { Authorization: `Bearer ${key}` }
    return requestOf('GET', 'admin/api/users/?search=al', undefined, headers)
  },
}

/** What staff and machines do, for the fault matrix and the plans of their statements. */
export const ADMIN_OPERATIONS: readonly Operation[] = [
  byKey,
  byRoot({ name: 'account', method: 'GET', path: `users/${ALICE}/` }),
  byRoot({ name: 'disable', path: `users/${ALICE}/disable/` }),
  // Whoever ends logins again does so again, and other systems hear of it each time.
  byRoot({ name: 'end logins', path: `users/${ALICE}/end-logins/`, env: { WEBHOOKS: '' } }),
  byRoot({ name: 'unlock', path: `users/${ALICE}/unlock/` }),
  byRoot({
    name: 'names',
    method: 'PATCH',
    path: `users/${ALICE}/`,
    body: { first_name: 'Alice' },
  }),
  byRoot({
    name: 'set-email',
    path: `users/${ALICE}/set-email/`,
    body: { email: 'new@example.com', verified: true },
  }),
  byRoot({ name: 'grant', path: `users/${ALICE}/grant/`, body: { groups: ['editors'] } }),
  byRoot({ name: 'withdraw', path: `users/${ALICE}/withdraw/`, body: { groups: ['editors'] } }),
  byRoot({
    name: 'set-rights',
    path: `users/${ALICE}/set-rights/`,
    body: { is_staff: true, is_superuser: false },
  }),
  byRoot({ name: 'send-reset', path: `users/${ALICE}/send-reset/` }),
  byRoot({
    name: 'create',
    path: 'users/',
    body: { username: 'eve', email: 'eve@example.com' },
    status: 201,
    again: [400],
  }),
  byRoot({
    name: 'delete',
    method: 'DELETE',
    path: `users/${ALICE}/`,
    status: 204,
    again: [404],
  }),
  byRoot({ name: 'invite', path: 'invitations/', body: { email: 'eve@example.com' }, status: 201 }),
  byRoot({ name: 'revoke an invitation', path: 'invitations/1/revoke/' }),
  byRoot({ name: 'replay', path: 'webhooks/replay/' }),
  byRoot({ name: 'resend', path: 'mails/1/resend/' }),
  byRoot({
    name: 'lift',
    path: 'suppressions/lift/',
    body: { address: 'gone@example.com' },
  }),
]

/** Those that send a mail. */
export const ADMIN_MAILING_OPERATIONS: readonly Operation[] = ADMIN_OPERATIONS.filter(({ name }) =>
  ['admin: set-email', 'admin: send-reset', 'admin: invite'].includes(name),
)
