import { mkdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { eq, sql } from 'drizzle-orm'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { auditEvents } from '../../src/db/schema/audit.ts'
import { users } from '../../src/db/schema/users.ts'
import { PASSWORD, signIn, startAdminBrowser, toast, type AdminBrowser } from './admin-world.ts'
import { inspect } from './browser.ts'

let world: AdminBrowser

const PICTURES = fileURLToPath(new URL('artefacts/', import.meta.url))

beforeAll(async () => {
  world = await startAdminBrowser()
  await world.signUp('grace')
  await seed()
})
afterAll(() => world.stop())

/** A week of a small service. */
async function seed(): Promise<void> {
  const names = [
    'ada',
    'alan',
    'barbara',
    'edsger',
    'donald',
    'margaret',
    'ken',
    'radia',
    'tim',
    'sophie',
  ]
  await world.db.run(
    sql`insert into users (username, username_folded, email, email_folded, password, date_joined_at, is_active)
      select value, value, value || '@example.com', value || '@example.com', '!', 1790000000000 + key, key % 4 <> 3
      from json_each(${JSON.stringify(names)})`,
  )
  const hourMs = 3_600_000
  const now = Math.floor(Date.now() / hourMs)
  const rows: [string, number, number][] = []
  for (let hour = 0; hour < 24 * 7; hour += 1) {
    const at = (now - hour) * hourMs
    const busy = 40 + Math.round(35 * Math.sin(((now - hour) % 24) / 3.8)) + ((hour * 7) % 11)
    rows.push(
      ['login', at, busy],
      ['login_failed', at, Math.round(busy / 9) + (hour === 60 ? 90 : 0)],
    )
    rows.push(
      ['registered', at, Math.round(busy / 14)],
      ['throttled_login', at, hour === 60 ? 120 : hour % 5 === 0 ? 1 : 0],
    )
  }
  await world.db.run(
    sql`insert into event_counts (kind, hour_at, count)
      select value ->> 0, value ->> 1, value ->> 2 from json_each(${JSON.stringify(rows)}) where true
      on conflict (kind, hour_at) do update set count = count + excluded.count`,
  )
}

test('staff signs in, sees how it stands, finds, acts and confirms, by keyboard too', async () => {
  const { page, faults } = await world.open()
  await inspect(page, 'admin-sign-in')
  await page.keyboard.press('Tab')
  expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Skip to the content')
  await signIn(page, 'grace')
  await page.getByText('You may not do this.').waitFor()
  await page.getByRole('button', { name: 'Sign out' }).click()
  await signIn(page)
  await page.getByRole('heading', { name: 'Overview' }).waitFor()
  await page.getByRole('img', { name: /^Logins/ }).waitFor()
  expect(await page.locator('figure').count()).toBe(4)
  const week = page.waitForResponse(/counters\/\?days=7/)
  await page.getByLabel('Time').selectOption('week')
  await week
  await page.emulateMedia({ colorScheme: 'light' })
  mkdirSync(PICTURES, { recursive: true })
  await page.screenshot({ path: `${PICTURES}admin.png` })
  await inspect(page, 'admin-overview')

  await page.getByRole('link', { name: 'People' }).click()
  await page.getByRole('link', { name: 'alan', exact: true }).waitFor()
  await page.getByLabel('Find', { exact: true }).fill('gra')
  await page.keyboard.press('Enter')
  await page.getByRole('link', { name: 'alan', exact: true }).waitFor({ state: 'detached' })
  await page.getByRole('link', { name: 'grace', exact: true }).waitFor()
  expect(await page.locator('tbody tr').count()).toBe(1)
  await inspect(page, 'admin-people')
  await page.getByRole('link', { name: 'grace', exact: true }).click()
  await page.getByRole('heading', { name: /^grace/ }).waitFor()

  await page.getByRole('button', { name: 'Mark address as verified' }).click()
  await toast(page, 'Done.')
  await page.getByRole('button', { name: 'Disable' }).click()
  const dialog = page.getByRole('dialog')
  await inspect(page, 'admin-confirm')
  await page.keyboard.press('Escape')
  await dialog.waitFor({ state: 'detached' })
  expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Disable')
  await page.keyboard.press('Enter')
  await dialog.getByRole('button', { name: 'Disable' }).press('Enter')
  await page.getByRole('button', { name: 'Enable' }).waitFor()
  await page.getByRole('button', { name: 'Enable' }).click()
  await page.getByRole('button', { name: 'Disable' }).waitFor()
  await inspect(page, 'admin-person')

  await page.getByRole('button', { name: 'Act as this account' }).click()
  await dialog.getByRole('button', { name: 'Act as this account' }).click()
  await page.getByRole('textbox', { name: 'Token of an app' }).waitFor()
  await dialog.getByRole('button', { name: 'Close' }).click()

  await page.getByRole('link', { name: 'Activity' }).click()
  await page.getByText('impersonated').first().waitFor()
  await inspect(page, 'admin-activity')
  await page.getByRole('link', { name: 'Mails' }).click()
  await page.getByText('Waiting', { exact: true }).waitFor()
  await inspect(page, 'admin-mails')

  const events = await world.db.select().from(auditEvents).where(eq(auditEvents.userId, 2))
  const acted = events.filter(({ detail }) => JSON.stringify(detail).includes('"by"'))
  expect(acted.map(({ kind }) => kind)).toEqual([
    'email_verified',
    'deactivated',
    'activated',
    'impersonated',
  ])
  expect(faults).toEqual([])
  await page.context().close()
})

/** What waits for somebody to look at it. */
async function seedTroubles(): Promise<void> {
  const now = Date.now()
  await world.db.run(sql`insert into groups (name) values ('editors')`)
  await world.db.run(
    sql`insert into webhook_deliveries (endpoint, message_id, type, data, attempts, created_at, failed_at, last_reason)
      values ('crm', 'msg_1', 'token.reused', '{}', 10, ${now}, ${now}, 'status 500'),
        ('crm', 'msg_2', 'token.reused', '{}', 10, ${now}, ${now}, 'TimeoutError')`,
  )
  await world.db.run(
    sql`insert into suppressed_addresses (email_folded, reason, detail, suppressed_at)
      values ('grace@example.com', 'bounced', 'Permanent', ${now})`,
  )
  await world.db.run(
    sql`insert into email_outbox (kind, user_id, address, context, idempotency_key, attempts, created_at, next_attempt_at)
      values ('password_reset', 2, 'grace@example.com', '{"origin":""}', 'k-1', 6, ${now - 7_200_000}, ${now + 1_200_000})`,
  )
  await world.db.run(
    sql`update own_fields set document = '{"phone":"+441632960011"}' where user_id = 2`,
  )
  await world.db.run(
    sql`insert into own_field_keys (field, folded, user_id) values ('phone', '+441632960011', 2)`,
  )
}

test('groups, invitations, webhooks and mails are looked after, and each act is noted', async () => {
  await seedTroubles()
  const { page, faults } = await world.open()
  await signIn(page)
  await page.getByRole('heading', { name: 'Overview' }).waitFor()
  const dialog = page.getByRole('dialog')

  await page.getByRole('link', { name: 'People' }).click()
  await page.getByLabel('Find by').selectOption('phone')
  await page.getByLabel('Find', { exact: true }).fill('+44 1632 960011')
  await page.keyboard.press('Enter')
  await page.getByRole('link', { name: 'alan', exact: true }).waitFor({ state: 'detached' })
  await page.getByRole('link', { name: 'grace', exact: true }).click()
  await page.getByText('phone: +441632960011').waitFor()
  await page.getByRole('button', { name: 'Give groups' }).click()
  await dialog.getByLabel('Groups').fill('nobodys')
  await inspect(page, 'admin-groups')
  await dialog.getByRole('button', { name: 'Give groups' }).click()
  await toast(page, 'There is no such group.')
  await page.getByRole('button', { name: 'Give groups' }).click()
  await dialog.getByLabel('Groups').fill('editors')
  await page.keyboard.press('Enter')
  await toast(page, 'Done.')
  await page.getByText('editors', { exact: true }).waitFor()
  await page.getByRole('button', { name: 'Take groups away' }).click()
  await dialog.getByRole('button', { name: 'Take groups away' }).click()
  await page.getByText('editors', { exact: true }).waitFor({ state: 'detached' })

  await page.getByRole('link', { name: 'Invitations' }).click()
  await page.getByRole('button', { name: 'Invite' }).click()
  await dialog.getByLabel('E-mail address').fill('eve@new.example.com')
  await dialog.getByLabel('Groups').fill('editors')
  await dialog.getByRole('button', { name: 'Invite' }).click()
  await page.getByRole('cell', { name: 'eve@new.example.com', exact: true }).waitFor()
  await inspect(page, 'admin-invitations')
  await page.getByRole('button', { name: 'Take back: eve@new.example.com' }).click()
  await page.getByText('taken back', { exact: true }).waitFor()
  await page.getByRole('link', { name: 'Activity' }).click()
  await page.getByRole('cell', { name: 'eve@new.example.com', exact: true }).first().waitFor()

  await page.getByRole('link', { name: 'Webhooks' }).click()
  await page
    .getByRole('button', { name: /^Send again: crm/ })
    .first()
    .waitFor()
  await inspect(page, 'admin-webhooks')
  await page.getByLabel('Only what was given up').check()
  await page.getByRole('button', { name: 'Send again: crm #2' }).click()
  await toast(page, 'Done.')
  await page.getByRole('button', { name: 'Send again: crm #2' }).waitFor({ state: 'detached' })
  await page.getByRole('button', { name: 'Send all again' }).click()
  await dialog.getByRole('button', { name: 'Send all again' }).click()
  await page.getByText('Nothing yet.').waitFor()

  await page.getByRole('link', { name: 'Mails' }).click()
  await page.getByRole('button', { name: 'Let mails through: grace@example.com' }).waitFor()
  await inspect(page, 'admin-stopped-mails')
  const resent = page.waitForResponse(/mails\/\d+\/resend\//)
  await page.getByRole('button', { name: 'Send now: grace@example.com' }).click()
  // "Done." may be that of the act before.
  expect((await resent).status()).toBe(200)
  await page.getByRole('button', { name: 'Let mails through: grace@example.com' }).click()
  await dialog.getByRole('button', { name: 'Let mails through' }).click()
  await page
    .getByRole('button', { name: 'Let mails through: grace@example.com' })
    .waitFor({ state: 'detached' })

  const noted = await world.db
    .select()
    .from(auditEvents)
    .where(sql`detail ->> '$.by.kind' = 'staff'`)
  expect(noted.map(({ kind }) => kind).slice(-8)).toEqual([
    'rights_changed',
    'rights_changed',
    'invited',
    'invitation_revoked',
    'webhooks_replayed',
    'webhooks_replayed',
    'mail_resent',
    'suppression_lifted',
  ])
  expect(faults).toEqual([])
  await page.context().close()
})

test('what cannot be taken back wants the name typed, and nothing happens before', async () => {
  const { page, faults } = await world.open()
  await signIn(page)
  await page.getByRole('heading', { name: 'Overview' }).waitFor()
  const [ada] = await world.db.select({ id: users.id }).from(users).where(eq(users.username, 'ada'))
  await page.goto(`${world.base}admin/#/people/${ada?.id}`)
  await page.getByRole('button', { name: 'Delete' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel(/Type the username/).fill('alan')
  await dialog.getByRole('button', { name: 'Delete' }).click()
  expect(await dialog.isVisible()).toBe(true)
  await dialog.getByLabel(/Type the username/).fill('ada')
  await dialog.getByRole('button', { name: 'Delete' }).click()
  await toast(page, 'Done.')
  expect(await world.db.select().from(users).where(eq(users.username, 'ada'))).toEqual([])
  expect(faults).toEqual([])
  await page.context().close()
})

test('a sign-in that is a while ago is proved again where it is asked for', async () => {
  const { page } = await world.open()
  await signIn(page)
  await page.getByRole('heading', { name: 'Overview' }).waitFor()
  const stored = await page.evaluate(() => localStorage.getItem('rest-auth-edge'))
  const { access } = JSON.parse(stored ?? '{}') as { access: string } // what the login answered
  const aged = JSON.stringify({ access: await world.service.agedJwt(access, 7200) })
  await page.evaluate((value) => {
    localStorage.setItem('rest-auth-edge', value)
  }, aged)
  await page.getByRole('link', { name: 'People' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByText('Is it still you?').waitFor()
  await inspect(page, 'admin-prove-again')
  await dialog.getByLabel('Password').fill(PASSWORD)
  await page.keyboard.press('Enter')
  await page.getByRole('link', { name: 'alan', exact: true }).waitFor()
  await page.context().close()
})

test.each([
  ['de', 'Übersicht'],
  ['fr', 'Vue d’ensemble'],
  ['es', 'Resumen'],
  ['pt', 'Visão geral'],
  ['ja', '概要'],
])('speaks %s, on a phone without a sideways scroll', async (locale, overview) => {
  const { page, faults } = await world.open(locale, { width: 360, height: 740 })
  expect(await page.locator('html').getAttribute('lang')).toBe(locale)
  await signIn(page)
  await page.getByRole('heading', { name: overview }).waitFor()
  for (const hash of [
    '#/overview',
    '#/people',
    '#/people/2',
    '#/activity',
    '#/invitations',
    '#/webhooks',
    '#/mails',
  ]) {
    await page.goto(`${world.base}admin/${hash}`)
    await page.waitForLoadState('networkidle')
    const isWide = await page.evaluate(
      () => document.documentElement.scrollWidth > document.documentElement.clientWidth,
    )
    expect([hash, isWide]).toEqual([hash, false])
  }
  if (locale === 'de') await inspect(page, 'admin-phone')
  expect(faults).toEqual([])
  await page.context().close()
})
