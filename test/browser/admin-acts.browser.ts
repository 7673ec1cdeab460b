import { eq, gt, max, sql } from 'drizzle-orm'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { failureKey } from '../../src/core/second-factor/failures.ts'
import { auditEvents } from '../../src/db/schema/audit.ts'
import { emailAddresses } from '../../src/db/schema/addresses.ts'
import { throttleHits } from '../../src/db/schema/limits.ts'
import { users } from '../../src/db/schema/users.ts'
import { invitations } from '../../src/db/schema/lifecycle.ts'
import { totpDevices } from '../../src/db/schema/second-factor.ts'
import { ADMIN_ACTS, type AdminAct } from '../support/admin-acts.ts'
import { PASSWORD, signIn, startAdminBrowser, type AdminBrowser } from './admin-world.ts'

let world: AdminBrowser

beforeAll(async () => {
  world = await startAdminBrowser({
    MFA_ENABLED: 'true',
    ADMIN_NEEDS_SECOND_FACTOR: 'false',
    ADMIN_RATE: '2000/minute',
  })
  await world.db.run(sql`insert into groups (name) values ('editors')`)
})
afterAll(() => world.stop())

type Whom = { readonly id: number; readonly name: string }

/** Something that the page does, and how it is seen to be done. */
type PageAct = {
  /** What its button says. */
  readonly button: string
  readonly does: AdminAct
  /** Where its button is; by default on the page of an account that is made for it. */
  readonly at?: string
  /** What its dialog wants before it goes on. */
  readonly dialog?: Readonly<Record<string, string>>
  /** The button of its dialog, where it has one that says something else. */
  readonly confirm?: string | false
  /** What is typed into the page before the button. */
  readonly fill?: Readonly<Record<string, string>>
  readonly byKeyboard?: true
  readonly before?: (whom: Whom) => Promise<unknown>
  readonly effect: (whom: Whom, page: Page) => Promise<unknown>
  readonly done: unknown
}

const TYPED = 'Type the username to confirm: NAME'

const ACTS: readonly PageAct[] = [
  {
    button: 'Create',
    does: 'POST users/',
    at: 'people',
    fill: {},
    dialog: { Username: 'newcomer', 'E-mail address': 'newcomer@example.com' },
    confirm: false,
    byKeyboard: true,
    effect: () => world.service.linkMailedTo('newcomer@example.com'),
    done: expect.stringContaining('/password/reset/confirm/'),
  },
  {
    button: 'Save',
    does: 'PATCH users/:id/',
    fill: { 'First name': 'Grace', 'Last name': 'Hopper' },
    confirm: false,
    byKeyboard: true,
    effect: async ({ id }) => {
      const row = await userOf(id)
      return [row?.firstName, row?.lastName]
    },
    done: ['Grace', 'Hopper'],
  },
  {
    button: 'Disable',
    does: 'POST users/:id/disable/',
    effect: async ({ id }) => (await userOf(id))?.isActive,
    done: false,
  },
  {
    button: 'Enable',
    does: 'POST users/:id/enable/',
    confirm: false,
    byKeyboard: true,
    before: ({ id }) => world.db.update(users).set({ isActive: false }).where(eq(users.id, id)),
    effect: async ({ id }) => (await userOf(id))?.isActive,
    done: true,
  },
  {
    button: 'Unlock',
    does: 'POST users/:id/unlock/',
    confirm: false,
    before: ({ id }) =>
      world.db.insert(throttleHits).values({
        key: failureKey(id),
        requestId: `request-${id}`,
        hitAt: new Date(),
        expiresAt: new Date(Date.now() + 300_000),
      }),
    effect: ({ id }) =>
      world.db
        .select()
        .from(throttleHits)
        .where(eq(throttleHits.key, failureKey(id))),
    done: [],
  },
  {
    button: 'Sign out everywhere',
    does: 'POST users/:id/end-logins/',
    byKeyboard: true,
    before: async ({ name }) => {
      tokens.set(name, await accessOf(name))
      expect(await statusWith(tokens.get(name))).toBe(200)
    },
    effect: ({ name }) => statusWith(tokens.get(name)),
    done: 401,
  },
  {
    button: 'Mark address as verified',
    does: 'POST users/:id/verify-email/',
    confirm: false,
    effect: async ({ id }) => (await addressesOf(id)).map(({ isVerified }) => isVerified),
    done: [true],
  },
  {
    button: 'Mail a link that verifies',
    does: 'POST users/:id/send-verification/',
    confirm: false,
    byKeyboard: true,
    before: mailed,
    effect: mailed,
    done: expect.stringContaining('/account-confirm-email/'),
  },
  {
    button: 'Mail a link for a new password',
    does: 'POST users/:id/send-reset/',
    confirm: false,
    before: mailed,
    effect: mailed,
    done: expect.stringContaining('/password/reset/confirm/'),
  },
  {
    button: 'Change the address',
    does: 'POST users/:id/set-email/',
    dialog: { 'E-mail address': 'corrected@example.com', [TYPED]: 'NAME' },
    byKeyboard: true,
    effect: async ({ id }) => (await addressesOf(id)).map(({ email }) => email),
    done: ['corrected@example.com'],
  },
  {
    button: 'Take second factors away',
    does: 'POST users/:id/reset-factors/',
    dialog: { [TYPED]: 'NAME' },
    before: ({ name }) => world.service.addTotp(name),
    effect: ({ id }) => world.db.select().from(totpDevices).where(eq(totpDevices.userId, id)),
    done: [],
  },
  {
    button: 'Make staff',
    does: 'POST users/:id/set-rights/',
    dialog: { [TYPED]: 'NAME' },
    byKeyboard: true,
    effect: async ({ id }) => (await userOf(id))?.isStaff,
    done: true,
  },
  {
    button: 'Take rights away',
    does: 'POST users/:id/set-rights/',
    dialog: { [TYPED]: 'NAME' },
    before: ({ id }) => world.db.update(users).set({ isStaff: true }).where(eq(users.id, id)),
    effect: async ({ id }) => (await userOf(id))?.isStaff,
    done: false,
  },
  {
    button: 'Act as this account',
    does: 'POST users/:id/impersonate/',
    effect: async (_, page) => {
      const token = page.getByRole('textbox', { name: 'Token of an app' })
      const status = await statusWith(await token.inputValue())
      await page.getByRole('dialog').getByRole('button', { name: 'Close' }).click()
      return status
    },
    done: 200,
  },
  {
    button: 'Give groups',
    does: 'POST users/:id/grant/',
    dialog: { Groups: 'editors' },
    effect: ({ id }) => groupsOf(id),
    done: ['editors'],
  },
  {
    button: 'Take groups away',
    does: 'POST users/:id/withdraw/',
    byKeyboard: true,
    before: ({ id }) =>
      world.db.run(sql`insert into group_members (user_id, group_id) values (${id}, 1)`),
    effect: ({ id }) => groupsOf(id),
    done: [],
  },
  {
    button: 'Delete',
    does: 'DELETE users/:id/',
    dialog: { [TYPED]: 'NAME' },
    effect: ({ id }) => userOf(id),
    done: undefined,
  },
  {
    button: 'Invite',
    does: 'POST invitations/',
    at: 'invitations',
    dialog: { 'E-mail address': 'guest@example.com' },
    byKeyboard: true,
    effect: () => world.service.linkMailedTo('guest@example.com'),
    done: expect.stringContaining('http'),
  },
  {
    button: 'Take back: guest@example.com',
    does: 'POST invitations/:id/revoke/',
    at: 'invitations',
    confirm: false,
    effect: async () => (await world.db.select().from(invitations)).map((one) => one.revokedAt),
    done: [expect.any(Date)],
  },
  {
    button: 'Send now: late@example.com',
    does: 'POST mails/:id/resend/',
    at: 'mails',
    confirm: false,
    before: () => {
      const now = Date.now()
      return world.db.run(
        sql`insert into email_outbox
          (kind, user_id, address, context, idempotency_key, attempts, created_at, next_attempt_at)
          values ('password_reset', 1, 'late@example.com', '{"origin":""}', 'k-1', 6,
            ${now - 7_200_000}, ${now + 1_200_000})`,
      )
    },
    effect: () =>
      world.db.all(
        sql`select count(*) as due from email_outbox
          where address = 'late@example.com' and next_attempt_at <= ${Date.now()}`,
      ),
    done: [{ due: 1 }],
  },
  {
    button: 'Let mails through: full@example.com',
    does: 'POST suppressions/lift/',
    at: 'mails',
    confirm: 'Let mails through',
    byKeyboard: true,
    before: () =>
      world.db.run(
        sql`insert into suppressed_addresses (email_folded, reason, detail, suppressed_at)
          values ('full@example.com', 'bounced', 'Permanent', ${Date.now()})`,
      ),
    effect: () => world.db.all(sql`select email_folded from suppressed_addresses`),
    done: [],
  },
  {
    button: 'Send again: crm #1',
    does: 'POST webhooks/:id/replay/',
    at: 'webhooks',
    confirm: false,
    before: () => giveUp('msg_1'),
    effect: givenUp,
    done: [],
  },
  {
    button: 'Send all again',
    does: 'POST webhooks/replay/',
    at: 'webhooks',
    before: () => giveUp('msg_2'),
    effect: givenUp,
    done: [],
  },
]

/** The link of the newest mail; before an act it is that of the sign-up. */
function mailed({ name }: Whom): Promise<string> {
  return world.service.linkMailedTo(`${name}@example.com`)
}

/** Access tokens of those who were signed in before. */
const tokens = new Map<string, string>()

async function userOf(id: number) {
  const [row] = await world.db.select().from(users).where(eq(users.id, id))
  return row
}

function addressesOf(id: number) {
  return world.db.select().from(emailAddresses).where(eq(emailAddresses.userId, id))
}

async function groupsOf(id: number): Promise<readonly string[]> {
  const rows = await world.db.all<{ readonly name: string }>(
    sql`select name from groups, group_members where group_id = groups.id and user_id = ${id}`,
  )
  return rows.map(({ name }) => name)
}

function giveUp(messageId: string) {
  const now = Date.now()
  return world.db.run(
    sql`insert into webhook_deliveries
      (endpoint, message_id, type, data, attempts, created_at, failed_at, last_reason)
      values ('crm', ${messageId}, 'token.reused', '{}', 10, ${now}, ${now}, 'status 500')`,
  )
}

function givenUp() {
  return world.db.all(sql`select id from webhook_deliveries where failed_at is not null`)
}

async function accessOf(username: string): Promise<string> {
  const response = await world.call('login/', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ username, password: PASSWORD }),
  })
  const { access } = (await response.json()) as { readonly access: string }
  return access
}

async function statusWith(access: string | undefined): Promise<number> {
  const response = await world.call('user/', { headers: { Authorization: `Bearer ${access}` } })
  return response.status
}

/** What asks nothing of the API, or is somewhere else tried. */
const NO_ACTS = new Set(['Sign out', 'Find', 'New account', 'Show more'])

test('every act of the page is done by it, has its effect, and is noted with who did it', async () => {
  const { page, faults } = await world.open()
  const asked = new Set<string>()
  page.on('request', (request) => {
    const path = new URL(request.url()).pathname.split('/admin/api/')[1]
    if (path === undefined || request.method() === 'GET') return
    asked.add(`${request.method()} ${path.replace(/\/\d+\//, '/:id/')}`)
  })
  await signIn(page)
  await page.getByRole('heading', { name: 'Overview' }).waitFor()
  const buttons = new Set<string>()
  for (const [index, act] of ACTS.entries()) {
    const name = `person${index}`
    const whom = { id: act.at === undefined ? await world.signUp(name) : 0, name }
    await act.before?.(whom)
    const last = await lastNote()
    await page.goto('about:blank')
    await page.goto(`${world.base}admin/#/${act.at ?? `people/${whom.id}`}`)
    await perform(page, act, name)
    expect([act.button, await act.effect(whom, page)]).toEqual([act.button, act.done])
    const note = { kind: ADMIN_ACTS[act.does], by: { kind: 'staff', id: 1 } }
    expect([act.button, await notesSince(last)]).toEqual([
      act.button,
      expect.arrayContaining([note]),
    ])
    for (const label of await page.locator('main button').allInnerTexts()) buttons.add(label)
  }
  const known = ACTS.map(({ button }) => button.split(':')[0] ?? '')
  expect([...buttons].filter((label) => !known.includes(label) && !NO_ACTS.has(label))).toEqual([])
  expect([...asked].toSorted()).toEqual(Object.keys(ADMIN_ACTS).toSorted())
  expect(faults).toEqual([])
  await page.context().close()
})

async function perform(page: Page, act: PageAct, name: string): Promise<void> {
  const answered = page.waitForResponse((response) => response.request().method() !== 'GET')
  for (const [label, text] of Object.entries(act.fill ?? {})) {
    await page.getByLabel(label, { exact: true }).fill(text)
  }
  const isNew = act.does === 'POST users/'
  await press(page.getByRole('button', { name: isNew ? 'New account' : act.button, exact: true }))
  const dialog = page.getByRole('dialog')
  for (const [label, text] of Object.entries(act.dialog ?? {})) {
    await dialog.getByLabel(label.replace('NAME', name)).fill(text.replace('NAME', name))
  }
  if (isNew || act.confirm !== false) {
    await press(dialog.getByRole('button', { name: act.confirm || act.button, exact: true }))
  }
  expect([act.button, (await answered).status()]).toEqual([
    act.button,
    act.does === 'DELETE users/:id/' ? 204 : isNew || act.does === 'POST invitations/' ? 201 : 200,
  ])

  /** By the keyboard: the button has the focus, and Enter is what a person presses. */
  async function press(button: ReturnType<Page['getByRole']>): Promise<void> {
    if (act.byKeyboard !== true) return button.click()
    await button.focus()
    await page.keyboard.press('Enter')
  }
}

/** What was noted since an event, and by whom. */
async function notesSince(last: number): Promise<readonly unknown[]> {
  const events = await world.db.select().from(auditEvents).where(gt(auditEvents.id, last))
  return events.map(({ kind, detail }) => ({ kind, by: (detail as { readonly by?: unknown }).by }))
}

async function lastNote(): Promise<number> {
  const [row] = await world.db.select({ last: max(auditEvents.id) }).from(auditEvents)
  return row?.last ?? 0
}
