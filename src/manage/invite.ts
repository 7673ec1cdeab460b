/** Invitations on the command line: the only way to an account with `REGISTRATION = invited`. */
import { parseArgs } from 'node:util'
import {
  invite,
  listInvitations,
  stateOf,
  withdrawInvitation,
} from '../core/accounts/invitations.ts'
import type { ListedInvitation } from '../core/accounts/invitations.sql.ts'
import { invitationUrl } from '../core/mail/email-values.ts'
import { negotiateLanguage } from '../i18n/language.ts'
import { answer } from './account.ts'
import {
  commandGroup,
  CommandError,
  commonOptions,
  EXIT,
  readOne,
  UsageError,
  type Command,
} from './command.ts'
import { reachDatabase } from './environment.ts'
import { positive } from './list-users.ts'
import { printTable, type Column } from './table.ts'

/** Invites an address to make an account. */
export const inviteCommand: Command = {
  usage: 'ADDRESS [OPTIONS]',
  summary: 'Invites an address to make an account: it gets a mail with a link that is good once.',
  options: {
    '--group NAME': 'puts the account into a group; may be given again',
    '--link': 'prints the link, too, to be handed on',
  },
  run: async (args, io) => {
    const options = {
      ...commonOptions,
      group: { type: 'string', multiple: true, default: [] as string[] },
      link: { type: 'boolean', default: false },
    } as const
    const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true })
    const [email] = positionals
    if (email === undefined || positionals.length > 1) throw new UsageError('Which ADDRESS?')
    const { deps, settle } = await reachDatabase(values, io)
    const context = { origin: '', language: negotiateLanguage(null, deps.settings.LANGUAGE_CODE) }
    const outcome = await invite(deps, { email, groups: values.group, context })
    await settle()
    if (outcome.kind === 'invalid')
      throw new CommandError(`${email} is no address that can be invited.`)
    if (outcome.kind === 'member')
      throw new CommandError(`An account has the address ${email} already.`)
    if (outcome.kind === 'refused') throw new CommandError('Nobody was invited.')
    if (outcome.kind === 'unknown_group')
      throw new CommandError(`There is no group ${values.group.join(', or no ')}.`)
    const { id, expiresAt } = outcome
    const link = values.link ? invitationUrl(deps.settings, context, outcome.key) : undefined
    const until = expiresAt.toISOString()
    answer(
      { io, isJson: values.json },
      { id, email, expires_at: until, ...(link === undefined ? {} : { link }) },
      [
        `Invited ${email}, until ${until} (number ${id}).`,
        ...(link === undefined ? [] : [link]),
      ].join('\n'),
    )
    return EXIT.done
  },
}

/** Lists invitations and their state. */
const listCommand: Command = {
  usage: '[OPTIONS]',
  summary: 'Lists the newest invitations, and what became of them.',
  options: {},
  run: async (args, io) => {
    const { values } = parseArgs({ args: [...args], options: commonOptions })
    const { deps } = await reachDatabase(values, io)
    const rows = (await listInvitations(deps)).map((one) => ({
      ...one,
      state: stateOf(one, deps.now),
    }))
    if (values.json) io.out(`${JSON.stringify({ invitations: rows.map(invitationJson) })}\n`)
    else printTable(io, COLUMNS, rows)
    return EXIT.done
  },
}

type Row = ListedInvitation & { readonly state: string }

const COLUMNS: readonly Column<Row>[] = [
  { title: 'ID', value: ({ id }) => String(id), isNumber: true },
  { title: 'ADDRESS', value: ({ email }) => email },
  { title: 'STATE', value: ({ state }) => state },
  { title: 'UNTIL', value: ({ expiresAt }) => expiresAt.toISOString() },
  {
    title: 'ACCOUNT',
    value: ({ userId }) => (userId === null ? '' : String(userId)),
    isNumber: true,
  },
]

function invitationJson(row: Row) {
  return {
    id: row.id,
    email: row.email,
    state: row.state,
    invited_by: row.invitedBy,
    groups: row.groups,
    created_at: row.createdAt.toISOString(),
    expires_at: row.expiresAt.toISOString(),
    user_id: row.userId,
  }
}

/** Revokes an unused invitation. */
const revokeCommand: Command = {
  usage: 'ID [OPTIONS]',
  summary: 'Takes an invitation back that nobody has used.',
  options: {},
  run: async (args, io) => {
    const { values, argument: text } = readOne(args, 'Which ID?')
    const id = positive(text, 'ID')
    const { deps } = await reachDatabase(values, io)
    const outcome = await withdrawInvitation(deps, id)
    if (outcome === 'not_pending') throw new CommandError(`No invitation ${id} waits to be used.`)
    answer(
      { io, isJson: values.json },
      { id, state: 'revoked' },
      `Invitation ${id} is no longer good.`,
    )
    return EXIT.done
  },
}

/** Looks after invitations. */
export const invitationsCommand: Command = commandGroup('Lists and revokes invitations.', {
  list: listCommand,
  revoke: revokeCommand,
})
