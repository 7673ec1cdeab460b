import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { webhookDeliveries } from '../../src/db/schema/webhooks.ts'
import type { Command } from '../../src/manage/command.ts'
import { commands } from '../../src/manage/commands.ts'
import { optionsHelpOf } from '../../src/manage/danger.ts'
import { anAdminKey } from '../support/admin-key.ts'
import { aUser, createTestApp } from '../support/app.ts'
import { everythingIn } from '../support/everything.ts'
import { seedTotp } from '../support/seed.ts'
import { manage, type ConsoleOptions } from './console.ts'

let directory: string
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'manage-danger-'))
  const fields = { username: 'bob', password: '!', email: 'bob@example.com', is_active: true }
  const rows = [
    {
      model: 'auth.user',
      pk: 7,
      fields: {
        ...fields,
        date_joined: '2026-03-04T05:06:07Z',
        is_staff: false,
        is_superuser: false,
        last_login: null,
        first_name: '',
        last_name: '',
      },
    },
  ]
  writeFileSync(join(directory, 'users.json'), JSON.stringify(rows))
})
afterAll(() => {
  rmSync(directory, { recursive: true })
})

/** Every command by its whole name. */
const ALL: readonly (readonly [string, Command])[] = Object.entries(commands).flatMap(
  ([name, command]) =>
    command.subcommands === undefined
      ? [[name, command] as const]
      : Object.entries(command.subcommands).map(([sub, one]) => [`${name} ${sub}`, one] as const),
)

/** What is dangerous, how it is called here, and what a person types to go on. */
const DANGEROUS: Readonly<Record<string, readonly [args: readonly string[], word?: string]>> = {
  migrate: [[]],
  purge: [[]],
  changepassword: [['alice']],
  deactivate: [['alice']],
  revoke: [['alice']],
  'reset-factors': [['alice'], 'alice'],
  'user set-email': [['alice', 'new@example.com'], 'alice'],
  'user set-staff': [['alice', '--superuser'], 'alice'],
  'user disable': [['alice']],
  'user delete': [['alice'], 'alice'],
  'admin-key revoke': [['1'], 'a test'],
  'webhooks replay': [['--all'], 'all'],
  'import-django': [['users.json']],
}

/** What changes something and takes nothing away, or only looks: whoever adds a command says which it is. */
const HARMLESS = [
  'check',
  'doctor',
  'keys',
  'createuser',
  'createsuperuser',
  'activate',
  'user list',
  'user show',
  'user sessions',
  'user verify',
  'user resend',
  'user send-reset',
  'user unlock',
  'user set-fields',
  'user grant',
  'user withdraw',
  'user enable',
  'invite',
  'invitations list',
  'invitations revoke',
  'admin-key create',
  'admin-key list',
  'list-users',
  'mail test',
  'mail list',
  'mail resend',
  'mail suppressed',
  'mail lift',
  'webhooks list',
  'webhooks test',
  'audit',
  'export-django',
  'settings-from-django',
  'completion',
]

async function aService() {
  const app = await createTestApp({ users: [aUser()] })
  const deps = app.deps()
  const { db, now } = deps
  await seedTotp(deps, { userId: 1, secret: 'A'.repeat(32), codes: [] })
  await anAdminKey(deps, ['users:read'])
  await db.insert(webhookDeliveries).values({
    endpoint: 'crm',
    messageId: 'msg_1',
    type: 'login',
    data: {},
    createdAt: now,
    failedAt: now,
    attempts: 10,
  })
  await app.post('/login/', { username: 'alice', password: 'right-horse-staple' })
  await app.settle()
  const { SECRET_KEY, TURSO_DATABASE_URL } = app.settings
  const env = {
    SECRET_KEY,
    TURSO_DATABASE_URL,
    PASSWORD_PBKDF2_CALLS: '1',
    PASSWORD_PBKDF2_ITERATIONS: '1000',
  }
  const run = (name: string, more: readonly string[], given: Partial<ConsoleOptions> = {}) =>
    manage({ env, directory, ...given }, ...name.split(' '), ...more)
  return { app, run }
}

test('every command is known to be dangerous or not', () => {
  const dangerous = ALL.filter(([, { danger }]) => danger !== undefined).map(([name]) => name)
  expect(dangerous.toSorted()).toEqual(Object.keys(DANGEROUS).toSorted())
  expect(ALL.map(([name]) => name).toSorted()).toEqual([...dangerous, ...HARMLESS].toSorted())
})

describe.each(Object.entries(DANGEROUS))('%s', (name, [args, word]) => {
  const command = ALL.find(([one]) => one === name)?.[1]

  test('says by --dry-run what would happen, for people and for scripts, and changes nothing', async () => {
    const { app, run } = await aService()
    const before = await everythingIn(app)
    const told = await run(name, [...args, '--dry-run'])
    expect([told.code, told.out]).toEqual([0, expect.stringMatching(/^(?:Would |Dry run)/m)])
    const json = await run(name, [...args, '--dry-run', '--json'])
    expect(json.code).toBe(0)
    const last = json.jsonLines().at(-1) ?? {}
    expect(last['dry_run'] ?? last['dryRun']).toBe(true)
    expect(await everythingIn(app)).toBe(before)
    expect(told.said).not.toContain('Type ')
  })

  test('has its options in the help', async () => {
    const { run } = await aService()
    const { out } = await run(`help ${name}`, [])
    expect(out).toContain('--dry-run')
    expect(out.includes('--yes')).toBe(word !== undefined)
    expect(command?.danger).toBe(word === undefined ? 'planned' : 'asked')
  })
})

const ASKED = Object.entries(DANGEROUS).flatMap(([name, [args, word]]) =>
  word === undefined ? [] : [[name, args, word] as const],
)

test.each(ASKED)(
  '%s is done when a person has typed what it is about',
  async (name, args, word) => {
    const { app, run } = await aService()
    const before = await everythingIn(app)
    expect((await run(name, args)).code).toBe(2)
    const refused = await run(name, args, { answers: ['yes'] })
    expect([refused.code, refused.said]).toEqual([
      1,
      expect.stringMatching(new RegExp(`Type ${word} to go on: .*Nothing was done`, 's')),
    ])
    expect(await everythingIn(app)).toBe(before)
    expect((await run(name, args, { answers: [word] })).code).toBe(0)
    expect(await everythingIn(app)).not.toBe(before)
  },
)

test('what takes nothing away knows no dry run: nobody believes in one that is none', async () => {
  const { app, run } = await aService()
  const before = await everythingIn(app)
  const args: Readonly<Record<string, readonly string[]>> = {
    activate: ['alice'],
    'user verify': ['alice'],
    'user enable': ['alice'],
    'mail lift': ['a@example.com'],
  }
  for (const name of HARMLESS.filter((one) => one !== 'completion')) {
    const { code } = await run(name, [...(args[name] ?? []), '--dry-run'])
    expect([name, code]).toEqual([name, 2])
  }
  expect(await everythingIn(app)).toBe(before)
  const helps = ALL.filter(([name]) => HARMLESS.includes(name))
  expect(helps.filter(([, one]) => '--dry-run' in optionsHelpOf(one))).toEqual([])
})
