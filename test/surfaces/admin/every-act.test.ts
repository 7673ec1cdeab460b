import { sql } from 'drizzle-orm'
import { expect, test } from 'vitest'
import { failureKey } from '../../../src/core/second-factor/failures.ts'
import { auditEvents } from '../../../src/db/schema/audit.ts'
import { emailOutbox, suppressedAddresses } from '../../../src/db/schema/mail.ts'
import { groups } from '../../../src/db/schema/roles.ts'
import { throttleHits } from '../../../src/db/schema/limits.ts'
import { webhookDeliveries } from '../../../src/db/schema/webhooks.ts'
import { adminRoutes } from '../../../src/surfaces/admin/routes.ts'
import { ADMIN_ACTS, type AdminAct } from '../../support/admin-acts.ts'
import { seedTotp } from '../../support/seed.ts'
import { adminWorld } from './world.ts'

const ALICE = 1
const ROOT = 3
const YES = { changed: true }

/** Each act in an order in which all of them change something: its body, and what it answers. */
const ACTS: readonly (readonly [AdminAct, unknown, unknown])[] = [
  ['POST users/', { username: 'eve' }, { username: 'eve' }],
  ['PATCH users/:id/', { first_name: 'A' }, YES],
  ['POST users/:id/disable/', undefined, YES],
  ['POST users/:id/enable/', undefined, YES],
  ['POST users/:id/unlock/', undefined, YES],
  ['POST users/:id/end-logins/', undefined, YES],
  ['POST users/:id/send-reset/', undefined, YES],
  ['POST users/:id/set-email/', { email: 'new@example.com' }, YES],
  ['POST users/:id/send-verification/', undefined, YES],
  ['POST users/:id/verify-email/', undefined, YES],
  ['POST users/:id/reset-factors/', undefined, YES],
  ['POST users/:id/impersonate/', undefined, { access: expect.any(String) }],
  ['POST users/:id/grant/', { groups: ['editors'] }, { changed: 1 }],
  ['POST users/:id/withdraw/', { groups: ['editors'] }, { changed: 1 }],
  ['POST users/:id/set-rights/', { is_staff: true, is_superuser: false }, YES],
  ['DELETE users/:id/', undefined, {}],
  ['POST invitations/', { email: 'guest@example.com' }, { email: 'guest@example.com' }],
  ['POST invitations/:id/revoke/', undefined, YES],
  ['POST mails/:id/resend/', undefined, YES],
  ['POST suppressions/lift/', { address: 'full@example.com' }, YES],
  ['POST webhooks/:id/replay/', undefined, { replayed: 1 }],
  ['POST webhooks/replay/', undefined, { replayed: 1 }],
]

/** What the acts are about. */
async function seed({ app, db }: Awaited<ReturnType<typeof adminWorld>>): Promise<void> {
  const deps = app.deps()
  const { now } = deps
  const later = new Date(now.getTime() + 1_200_000)
  const failed = { type: 'login', data: {}, attempts: 10, failedAt: now, lastReason: 'status 500' }
  await seedTotp(deps, { userId: ALICE, secret: 'A'.repeat(32), codes: [] })
  await db.insert(groups).values({ name: 'editors' })
  await db
    .insert(throttleHits)
    .values({ key: failureKey(ALICE), requestId: 'r', hitAt: now, expiresAt: later })
  await db.insert(webhookDeliveries).values([
    { endpoint: 'crm', messageId: 'msg_1', createdAt: now, ...failed },
    { endpoint: 'crm', messageId: 'msg_2', createdAt: now, ...failed },
  ])
  await db
    .insert(suppressedAddresses)
    .values({ emailFolded: 'full@example.com', reason: 'bounced', detail: '', suppressedAt: now })
  await db.insert(emailOutbox).values({
    kind: 'password_reset',
    userId: ROOT,
    address: 'late@example.com',
    context: { origin: '' },
    idempotencyKey: 'k-1',
    createdAt: new Date(now.getTime() - 7_200_000),
    nextAttemptAt: later,
    attempts: 6,
  })
}

test('each act is done, answered and noted with who and from where', async () => {
  const world = await adminWorld({
    env: { MFA_ENABLED: 'true', ADMIN_NEEDS_SECOND_FACTOR: 'false' },
  })
  const { app, db, as } = world
  await seed(world)
  const root = await as('root')
  for (const [act, body, answered] of ACTS) {
    const [method = '', path = ''] = act.split(' ')
    const [{ last } = { last: 0 }] = await db.all<{ readonly last: number }>(
      sql`select coalesce(max(id), 0) as last from audit_events`,
    )
    const answer = await root(method, path.replace(':id', '1'), body)
    expect([act, answer.status < 300, answer.body]).toMatchObject([act, true, answered as object])
    await app.settle()
    const noted = await db
      .select()
      .from(auditEvents)
      .where(sql`id > ${last}`)
    const note = {
      kind: ADMIN_ACTS[act],
      detail: { by: { kind: 'staff', id: ROOT }, client: expect.stringMatching(/^[0-9a-f]{32}$/) },
    }
    expect([act, noted]).toMatchObject([act, [note]])
  }
})

test('no endpoint changes something without standing in the table of acts', () => {
  const served = adminRoutes.filter(({ method }) => method !== 'GET')
  const names = served.map(({ method, path }) => `${method} ${path}`).toSorted()
  expect(names).toEqual(Object.keys(ADMIN_ACTS).toSorted())
  expect(ACTS.map(([act]) => act).toSorted()).toEqual(names)
})
