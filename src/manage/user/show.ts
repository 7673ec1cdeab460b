/** Everything about an account that is no secret, and where it is logged in. */
import { parseArgs } from 'node:util'
import { readWholeUser, type WholeUser } from '../../core/operator/whole-user.sql.ts'
import { accountOf, accountOptions, accountOptionsHelp } from '../account.ts'
import { readOwnDocument } from '../../core/users/own-fields.sql.ts'
import type { Deps } from '../../deps.ts'
import { shownFields } from '../own-fields.ts'
import { CommandError, commonOptions, EXIT, type Command, type Io } from '../command.ts'
import { reachDatabase } from '../environment.ts'
import { printable } from '../table.ts'
import { loginsBody, wholeUserBody } from '../../surfaces/admin/bodies.ts'
import { counted } from '../plural.ts'

const options = { ...commonOptions, ...accountOptions } as const

/** Shows all that is known of an account and is no secret. */
export const showCommand: Command = {
  usage: 'USER [OPTIONS]',
  summary: 'Shows an account: addresses, logins, factors, social accounts, mails, what happened.',
  options: accountOptionsHelp,
  run: async (args, io) => {
    const { user, isJson, deps } = await wholeUser(args, io)
    const { USER_FIELDS } = deps.settings
    const own = USER_FIELDS.length === 0 ? null : await readOwnDocument(deps.db, user.account.id)
    const fields = shownFields(USER_FIELDS, own)
    const shown = USER_FIELDS.length === 0 ? {} : { fields }
    if (isJson) io.out(`${JSON.stringify({ ...wholeUserBody(user), ...shown })}\n`)
    else for (const line of [...linesOf(user), ...fieldLines(fields)]) io.out(`${line}\n`)
    return EXIT.done
  },
}

/** Lists where an account is signed in. */
export const sessionsCommand: Command = {
  usage: 'USER [OPTIONS]',
  summary: 'Lists where an account is signed in; `revoke` ends all of it.',
  options: accountOptionsHelp,
  run: async (args, io) => {
    const { user, isJson } = await wholeUser(args, io)
    if (isJson) io.out(`${JSON.stringify({ ...nameOf(user), ...loginsBody(user) })}\n`)
    else for (const line of sessionLines(user)) io.out(`${line}\n`)
    return EXIT.done
  },
}

/**
 * Reads the account.
 *
 * @throws CommandError where it is gone
 */
async function wholeUser(
  args: readonly string[],
  io: Io,
): Promise<{ readonly user: WholeUser; readonly isJson: boolean; readonly deps: Deps }> {
  const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true })
  const { deps } = await reachDatabase(values, io)
  const { id, username } = await accountOf(deps, positionals, values.id)
  const user = await readWholeUser(deps.db, id, deps.now)
  if (user === undefined) throw new CommandError(`${username} is gone.`)
  return { user, isJson: values.json, deps }
}

function nameOf({ account: { id, username } }: WholeUser) {
  return { id, username }
}

/** Its logins, a line each. */
function sessionLines({ logins, sessions, authTokenAt }: WholeUser): readonly string[] {
  const lines = [
    ...logins.map(
      ({ lastUsedAt, country, userAgent }) =>
        `login     ${time(lastUsedAt)}  ${printable(`${country} ${userAgent}`).trim()}`,
    ),
    ...sessions.map(({ createdAt }) => `session   ${time(createdAt)}`),
    ...(authTokenAt === undefined ? [] : [`token     ${time(authTokenAt)}`]),
  ]
  return lines.length > 0 ? lines : ['Signed in nowhere.']
}

/** Everything about it, a line each. */
function linesOf(user: WholeUser): readonly string[] {
  const { account, addresses, authenticatorApp: app, passkeys, socialAccounts } = user
  const name = `${account.firstName} ${account.lastName}`.trim()
  return [
    `${printable(account.username)}  (id ${account.id})  ${stateOf(user)}`,
    ...(name === '' ? [] : [`name      ${printable(name)}`]),
    `joined    ${time(account.dateJoinedAt)}`,
    `last login ${account.lastLoginAt === null ? 'never' : time(account.lastLoginAt)}`,
    ...addresses.map(
      ({ email, isVerified, isPrimary }) =>
        `address   ${printable(email)}  ${isVerified ? 'verified' : 'unverified'}${isPrimary ? ', primary' : ''}`,
    ),
    ...(addresses.length === 0 && account.email !== ''
      ? [`address   ${printable(account.email)}  unverified`]
      : []),
    ...user.groups.map((group) => `group     ${printable(group)}`),
    ...user.permissions.map((permission) => `permission ${printable(permission)}`),
    ...(user.hasUsablePassword ? [] : ['password  none']),
    ...(app === undefined
      ? []
      : [`factor    authenticator app, ${counted(app.codesLeft, 'recovery code')} left`]),
    ...passkeys.map((key) => `factor    passkey ${printable(key.name)}`),
    ...socialAccounts.map(({ provider, uid }) => `social    ${provider} ${printable(uid)}`),
    ...sessionLines(user),
    ...user.waitingMails.map(
      ({ kind, address, attempts }) =>
        `mail      ${kind} to ${printable(address)} waits, tried ${counted(attempts, 'time')}`,
    ),
    ...user.events.map(({ happenedAt, kind }) => `event     ${time(happenedAt)}  ${kind}`),
  ]
}

function fieldLines(fields: Readonly<Record<string, unknown>>): readonly string[] {
  return Object.entries(fields).map(
    ([name, value]) =>
      `field     ${name}  ${printable(typeof value === 'string' ? value : JSON.stringify(value))}`,
  )
}

/** Active, deactivated, or about to be deleted. */
function stateOf({ account }: WholeUser): string {
  const rights = account.isSuperuser ? ['superuser'] : account.isStaff ? ['staff'] : []
  return [account.isActive ? 'active' : 'inactive', ...rights].join(', ')
}

function time(date: Date): string {
  return date.toISOString().slice(0, 16).replace('T', ' ')
}
