import { eq } from 'drizzle-orm'
import { describe, expect, test } from 'vitest'
import { auditEvents } from '../../../src/db/schema/audit.ts'
import { emailOutbox, suppressedAddresses } from '../../../src/db/schema/mail.ts'
import { groupMembers, groups } from '../../../src/db/schema/roles.ts'
import { ownFieldKeys, ownFields } from '../../../src/db/schema/own-fields.ts'
import { users } from '../../../src/db/schema/users.ts'
import { webhookDeliveries } from '../../../src/db/schema/webhooks.ts'
import { invitations } from '../../../src/db/schema/lifecycle.ts'
import { ADMIN_SCOPES } from '../../../src/settings/admin-scopes.ts'
import { adminWorld } from './world.ts'

const [ALICE, SAM, ROOT, BOB] = [1, 2, 3, 4]
const EVERY_SCOPE = { ADMIN_STAFF_SCOPES: ADMIN_SCOPES.join(',') }

/** What was noted last: by whom, from where, before and after. */
async function lastNote({ db }: Pick<Awaited<ReturnType<typeof adminWorld>>, 'db'>) {
  const event = (await db.select().from(auditEvents).orderBy(auditEvents.id)).at(-1)
  const { detail, ...rest } = event ?? { detail: {} }
  const { client, by, before, after } = detail as Record<string, unknown>
  expect(client).toMatch(/^[0-9a-f]{32}$/)
  return { ...rest, by, before, after }
}

const BY_ROOT = { kind: 'staff', id: ROOT }
const BY_SAM = { kind: 'staff', id: SAM }

describe('groups and permissions', () => {
  async function withGroups() {
    const world = await adminWorld({ env: EVERY_SCOPE })
    await world.db.insert(groups).values([{ name: 'editors' }, { name: 'admins' }])
    await world.db.insert(groupMembers).values([{ userId: SAM, groupId: 1 }])
    return world
  }

  test('staff grants what it has, and no more; it is noted, and stands in the account', async () => {
    const world = await withGroups()
    const sam = await world.as('sam')
    const give = (body: unknown, id = ALICE) => sam('POST', `users/${id}/grant/`, body)
    expect((await give({ groups: ['editors'] })).body).toEqual({ changed: 1 })
    expect(await lastNote(world)).toMatchObject({
      kind: 'rights_changed',
      userId: ALICE,
      by: BY_SAM,
      after: { groups: ['editors'] },
    })
    expect((await give({ groups: ['editors'] })).body).toEqual({ changed: 0 })
    expect((await sam('GET', `users/${ALICE}/`)).body).toMatchObject({
      groups: ['editors'],
      permissions: [],
    })
    for (const body of [
      { groups: ['admins'] },
      { groups: ['editors', 'admins'] },
      { permissions: ['auth.delete_user'] },
    ]) {
      expect((await give(body)).body).toMatchObject({ code: 'forbidden' })
    }
    expect((await give({ groups: ['editors'] }, SAM)).body['code']).toBe('own_account')
    expect((await give({ groups: ['editors'] }, ROOT)).body['code']).toBe('target_outranks')
    expect(await world.db.select().from(groupMembers)).toHaveLength(2)
    const taken = await sam('POST', `users/${ALICE}/withdraw/`, { groups: ['editors'] })
    expect(taken.body).toEqual({ changed: 1 })
    expect(await lastNote(world)).toMatchObject({ before: { groups: ['editors'] } })
  })

  test('a superuser grants every group that is there; a key none', async () => {
    const world = await withGroups()
    const root = await world.as('root')
    const give = (body: unknown) => root('POST', `users/${ALICE}/grant/`, body)
    expect((await give({ groups: ['admins'], permissions: ['a.b'] })).body).toEqual({ changed: 2 })
    expect((await give({ groups: ['nobodys'] })).body['fields']).toEqual({
      groups: ['unknown_group'],
    })
    expect((await give({ permissions: ['blog'] })).body['fields']).toEqual({
      permissions: ['not_a_permission'],
    })
    for (const [body, code] of [
      [{}, 'required'],
      [{ groups: 'admins' }, 'not_a_list'],
      [{ groups: [1] }, 'not_a_string'],
      [{ groups: Array.from({ length: 51 }, (_, index) => `g${index}`) }, 'too_long'],
    ] as const) {
      expect((await give(body)).body['fields']).toEqual({ groups: [code] })
    }
    const key = await world.withKey(ADMIN_SCOPES)
    const byKey = await key('POST', `users/${ALICE}/grant/`, { groups: ['editors'] })
    expect(byKey.body['code']).toBe('forbidden')
    expect((await root('GET', 'groups/')).body).toEqual({
      groups: [
        { id: 2, name: 'admins' },
        { id: 1, name: 'editors' },
      ],
      next: null,
    })
  })
})

describe('invitations', () => {
  test('are made, listed and taken back, each noted; a mail goes out', async () => {
    const world = await adminWorld({ env: EVERY_SCOPE })
    const { app, db } = world
    await db.insert(groups).values([{ name: 'editors' }, { name: 'admins' }])
    await db.insert(groupMembers).values([{ userId: SAM, groupId: 1 }])
    const sam = await world.as('sam')
    const made = await sam('POST', 'invitations/', {
      email: 'eve@example.com',
      groups: ['editors'],
    })
    expect(made).toMatchObject({ status: 201, body: { id: 1, email: 'eve@example.com' } })
    expect(JSON.stringify(made.body)).not.toMatch(/key|nonce|http/)
    await app.settle()
    expect(app.mailbox.map(({ to }) => to)).toEqual(['eve@example.com'])
    expect(await lastNote(world)).toMatchObject({
      kind: 'invited',
      userId: null,
      by: BY_SAM,
      after: { invitation: 1, state: 'pending', groups: ['editors'] },
    })
    const refused = await sam('POST', 'invitations/', {
      email: 'x@example.com',
      groups: ['admins'],
    })
    expect(refused.body['code']).toBe('forbidden')
    const none = await sam('POST', 'invitations/', { email: 'x@example.com', groups: ['no'] })
    expect(none.body['fields']).toEqual({ groups: ['unknown_group'] })
    const member = await sam('POST', 'invitations/', { email: 'bob@example.com' })
    expect(member.body['fields']).toEqual({ email: ['email_taken'] })
    expect(await db.select().from(invitations)).toHaveLength(1)
    const { body } = await sam('GET', 'invitations/')
    expect(body).toMatchObject({
      invitations: [{ id: 1, state: 'pending', groups: ['editors'], invited_by: SAM }],
      next: null,
    })
    expect(JSON.stringify(body)).not.toContain('nonce')
    const root = await world.as('root')
    expect((await root('POST', 'invitations/1/revoke/')).body).toEqual({ changed: true })
    expect(await lastNote(world)).toMatchObject({
      kind: 'invitation_revoked',
      by: BY_ROOT,
      before: { invitation: 1, state: 'pending' },
      after: { state: 'revoked' },
    })
    const log = await root('GET', 'audit/?by_others=true')
    expect(log.body['events']).toMatchObject([
      { kind: 'invitation_revoked', user_id: null, invited: 'eve@example.com' },
      { kind: 'invited', user_id: null, invited: 'eve@example.com' },
    ])
    // In the log itself stands a number: with the invitation goes the address.
    const stored = await db.select().from(auditEvents)
    expect(JSON.stringify(stored)).not.toContain('eve@')
    expect((await root('POST', 'invitations/1/revoke/')).body).toEqual({ changed: false })
    expect((await root('POST', 'invitations/9/revoke/')).body).toEqual({ changed: false })
  })

  test('a key invites without groups', async () => {
    const { app, withKey } = await adminWorld()
    const key = await withKey(['users:invite'])
    expect((await key('POST', 'invitations/', { email: 'eve@example.com' })).status).toBe(201)
    const grouped = await key('POST', 'invitations/', { email: 'e@example.com', groups: ['x'] })
    expect(grouped.body['code']).toBe('forbidden')
    await app.settle()
  })

  test('come page by page', async () => {
    const { app, as } = await adminWorld()
    const root = await as('root')
    for (const name of ['a', 'b', 'c']) {
      await root('POST', 'invitations/', { email: `${name}@new.example.com` })
    }
    await app.settle()
    const first = await root('GET', 'invitations/?limit=2')
    expect(first.body).toMatchObject({ invitations: [{ id: 3 }, { id: 2 }], next: 2 })
    const second = await root('GET', 'invitations/?limit=2&before=2')
    expect(second.body).toMatchObject({ invitations: [{ id: 1 }], next: null })
  })
})

describe('messages to other systems', () => {
  test('that were given up are listed and sent again, one or all, and noted', async () => {
    const world = await adminWorld()
    const { app, db } = world
    const { now } = app.deps()
    const row = { endpoint: 'crm', type: 'login', data: { user: { email: 'x' } }, createdAt: now }
    const failed = { attempts: 10, failedAt: now, lastReason: 'status 500' }
    await db.insert(webhookDeliveries).values([
      { ...row, messageId: 'msg_1', ...failed },
      { ...row, messageId: 'msg_2', nextAttemptAt: now },
      { ...row, messageId: 'msg_3', ...failed },
      { ...row, messageId: 'msg_4', ...failed },
    ])
    const root = await world.as('root')
    const all = await root('GET', 'webhooks/?limit=2')
    expect(all.body).toMatchObject({ deliveries: [{ id: 4 }, { id: 3 }], next: 3 })
    const given = await root('GET', 'webhooks/?failed=true')
    expect(given.body).toMatchObject({
      deliveries: [
        { id: 4, receiver: 'crm', event: 'login', tries: 10, reason: 'status 500' },
        { id: 3 },
        { id: 1 },
      ],
      next: null,
    })
    expect(JSON.stringify(given.body)).not.toContain('email')
    expect((await root('POST', 'webhooks/1/replay/')).body).toEqual({ replayed: 1 })
    expect(await lastNote(world)).toMatchObject({
      kind: 'webhooks_replayed',
      userId: null,
      by: BY_ROOT,
      before: { message: 1, receiver: 'crm', given_up: 1 },
      after: { given_up: 0 },
    })
    expect((await root('POST', 'webhooks/2/replay/')).body).toEqual({ replayed: 0 })
    expect((await root('POST', 'webhooks/replay/')).body).toEqual({ replayed: 2 })
    expect(await lastNote(world)).toMatchObject({ before: { given_up: 2 } })
    const notes = await db
      .select()
      .from(auditEvents)
      .where(eq(auditEvents.kind, 'webhooks_replayed'))
    expect(notes).toHaveLength(2)
    const rows = await db.select().from(webhookDeliveries).orderBy(webhookDeliveries.id)
    expect(rows.map(({ messageId, attempts }) => [messageId, attempts])).toEqual([
      ['msg_1', 0],
      ['msg_2', 0],
      ['msg_3', 0],
      ['msg_4', 0],
    ])
  })
})

describe('mails', () => {
  async function withMail({ attempts, inMs }: { attempts: number; inMs: number }) {
    const world = await adminWorld()
    const { now } = world.app.deps()
    await world.db.insert(emailOutbox).values({
      kind: 'password_reset',
      userId: ALICE,
      address: 'alice@example.com',
      context: { origin: '' },
      idempotencyKey: 'password_reset-1',
      createdAt: new Date(now.getTime() - 3_600_000),
      nextAttemptAt: new Date(now.getTime() + inMs),
      attempts,
    })
    return { ...world, root: await world.as('root') }
  }

  test('that wait for their next try are due at once, and it is noted', async () => {
    // Tried for the fifth time ten minutes ago: the pause after that is sixteen.
    const world = await withMail({ attempts: 5, inMs: 6 * 60_000 })
    expect((await world.root('POST', 'mails/1/resend/')).body).toEqual({ changed: true })
    expect(await lastNote(world)).toMatchObject({
      kind: 'mail_resent',
      userId: ALICE,
      by: BY_ROOT,
      before: { mail: 1, kind: 'password_reset', attempts: 5 },
      after: { next_attempt_at: expect.stringMatching(/^\d{4}-/) },
    })
    const [row] = await world.db.select().from(emailOutbox)
    expect(row?.nextAttemptAt.getTime()).toBeLessThanOrEqual(world.app.deps().now.getTime())
    expect((await world.root('POST', 'mails/1/resend/')).body).toEqual({ changed: false })
    expect((await world.root('POST', 'mails/9/resend/')).body).toEqual({ changed: false })
  })

  test('that somebody may be sending at this moment are left alone', async () => {
    // Claimed ten seconds ago: the pause after the third try is four minutes.
    const world = await withMail({ attempts: 3, inMs: 4 * 60_000 - 10_000 })
    expect((await world.root('POST', 'mails/1/resend/')).body).toEqual({ changed: false })
    expect(
      await world.db.select().from(auditEvents).where(eq(auditEvents.kind, 'mail_resent')),
    ).toEqual([])
  })

  test('to an address that gets none go out again once it is lifted, which is noted', async () => {
    const world = await adminWorld()
    const { now } = world.app.deps()
    await world.db.insert(suppressedAddresses).values([
      {
        emailFolded: 'alice@example.com',
        reason: 'bounced',
        detail: 'Permanent',
        suppressedAt: now,
      },
      { emailFolded: 'gone@example.com', reason: 'complained', suppressedAt: now },
    ])
    const root = await world.as('root')
    const first = await root('GET', 'suppressions/?limit=1')
    expect(first.body).toEqual({
      suppressions: [
        {
          address: 'alice@example.com',
          reason: 'bounced',
          detail: 'Permanent',
          since: now.toISOString(),
        },
      ],
      next: 'alice@example.com',
    })
    const second = await root('GET', 'suppressions/?after=alice@example.com')
    expect(second.body).toMatchObject({ suppressions: [{ reason: 'complained' }], next: null })
    const lift = (address: string) => root('POST', 'suppressions/lift/', { address })
    expect((await lift('Alice@Example.com')).body).toEqual({ changed: true })
    expect(await lastNote(world)).toMatchObject({
      kind: 'suppression_lifted',
      userId: ALICE,
      by: BY_ROOT,
      before: { address: 'alice@example.com', reason: 'bounced', detail: 'Permanent' },
      after: { reason: null },
    })
    expect((await lift('alice@example.com')).body).toEqual({ changed: false })
  })
})

describe('finding', () => {
  test('by the beginning of a first or last name, each account once, page by page', async () => {
    const { db, as } = await adminWorld()
    const name = (id: number, firstName: string, lastName: string) =>
      db.update(users).set({ firstName, lastName }).where(eq(users.id, id))
    await name(ALICE, 'Alice', 'Liddell')
    await name(SAM, 'Samantha', 'Bobson')
    await name(BOB, 'Bob', 'Bobson')
    const root = await as('root')
    const found = async (query: string) => {
      const { body } = await root('GET', `users/?${query}`)
      const list = body['users'] as readonly { readonly username: string }[]
      return { names: list.map(({ username }) => username), next: body['next'] }
    }
    expect(await found('search=LID')).toEqual({ names: ['alice'], next: null })
    expect(await found('search=samanth')).toEqual({ names: ['sam'], next: null })
    expect(await found('search=bob')).toEqual({ names: ['bob', 'sam'], next: null })
    const first = await found('search=bob&limit=1')
    expect(first.names).toEqual(['bob'])
    expect(await found(`search=bob&limit=1&after=${String(first.next)}`)).toEqual({
      names: ['sam'],
      next: null,
    })
    expect(await found('search=bob&staff=true')).toEqual({ names: ['sam'], next: null })
  })

  test('by a value of an own field that only one may have', async () => {
    const { db, as } = await adminWorld({
      env: {
        USER_FIELDS: JSON.stringify({
          phone: { type: 'phone', unique: true },
          plan: { type: 'string' },
        }),
      },
    })
    await db.insert(ownFields).values({ userId: BOB, document: { phone: '+441632960011' } })
    await db.insert(ownFieldKeys).values({ userId: BOB, field: 'phone', folded: '+441632960011' })
    const root = await as('root')
    expect((await root('GET', 'me/')).body['own_fields']).toEqual(['phone'])
    const by = async (query: string) => (await root('GET', `users/?${query}`)).body
    expect(await by('field=phone&value=%2B44%201632%20960011')).toMatchObject({
      users: [{ username: 'bob' }],
      next: null,
    })
    expect(await by('field=phone&value=%2B441632960012')).toEqual({ users: [], next: null })
    expect(await by('field=phone&value=none')).toEqual({ users: [], next: null })
    expect(await by('field=phone&value=%2B441632960011&active=false')).toMatchObject({ users: [] })
    expect(await by('field=plan&value=x')).toMatchObject({ fields: { field: ['not_searchable'] } })
    expect(await by('field=__proto__&value=x')).toMatchObject({
      fields: { field: ['not_searchable'] },
    })
    expect(await by('field=phone')).toMatchObject({ fields: { value: ['required'] } })
    expect((await root('GET', `users/${BOB}/`)).body['own_fields']).toEqual({
      phone: '+441632960011',
    })
  })
})
