/** Creating accounts as the operator, by the same core function as the operator's API. */
import { faultText } from './fault-text.ts'
import { parseArgs } from 'node:util'
import { createAccount, findAccount } from '../core/accounts/operator.ts'
import { resetUrl } from '../core/mail/email-values.ts'
import type { Fault } from '../core/faults.ts'
import type { Deps } from '../deps.ts'
import { answer, passwordOptions, passwordOptionsHelp, readPassword } from './account.ts'
import {
  CommandError,
  commonOptions,
  EXIT,
  UsageError,
  type Command,
  type ExitCode,
  type Io,
} from './command.ts'
import { reachDatabase } from './environment.ts'
import { givenFields } from './own-fields.ts'

const options = {
  ...commonOptions,
  ...passwordOptions,
  email: { type: 'string', default: '' },
  'first-name': { type: 'string', default: '' },
  'last-name': { type: 'string', default: '' },
  unverified: { type: 'boolean', default: false },
  'no-password': { type: 'boolean', default: false },
  link: { type: 'boolean', default: false },
  field: { type: 'string', multiple: true, default: [] as string[] },
} as const

const help = {
  '--email ADDRESS': 'its e-mail address; counts as verified',
  '--unverified': 'the address is not verified',
  '--first-name NAME': 'first name',
  '--last-name NAME': 'last name',
  '--no-password': 'an unusable password: the user sets one by a reset mail',
  '--field NAME=VALUE': 'a field of USER_FIELDS, as often as there are: plan=pro',
  '--link': 'an unusable password, and the link that sets one, to be handed on',
  ...passwordOptionsHelp,
} as const

/** Creates an account. */
export const createUserCommand: Command = {
  usage: 'USERNAME [OPTIONS]',
  summary: 'Makes an account. The password is asked for.',
  options: help,
  run: (args, io) => create(args, io, { isStaff: false, isSuperuser: false }),
}

/** Creates an account with all rights (Django: `createsuperuser`). */
export const createSuperuserCommand: Command = {
  usage: 'USERNAME [OPTIONS]',
  summary: 'Makes an account with is_staff and is_superuser. The password is asked for.',
  options: help,
  run: (args, io) => create(args, io, { isStaff: true, isSuperuser: true }),
}

/** Reads the options, creates the account, prints it. */
async function create(
  args: readonly string[],
  io: Io,
  rights: { readonly isStaff: boolean; readonly isSuperuser: boolean },
): Promise<ExitCode> {
  const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true })
  const [username] = positionals
  if (username === undefined || positionals.length > 1) throw new UsageError('Which USERNAME?')
  const { deps, settle } = await reachDatabase(values, io)
  const outcome = await createAccount(deps, {
    username,
    email: values.email,
    isEmailVerified: !values.unverified,
    password: values['no-password'] || values.link ? undefined : await readPassword(values, io),
    passwordRules: values['allow-weak-password'] ? 'ignored' : 'obeyed',
    firstName: values['first-name'],
    lastName: values['last-name'],
    own: givenFields(deps.settings.USER_FIELDS, values.field),
    ...rights,
  })
  await settle()
  if (outcome.kind === 'invalid')
    throw new CommandError(outcome.faults.map(describeFault).join('\n'))
  const link = values.link ? await passwordLink(deps, outcome.id) : undefined
  answer(
    { io, isJson: values.json },
    { id: outcome.id, username: outcome.username, ...(link === undefined ? {} : { link }) },
    [
      `Created ${outcome.username} with the id ${outcome.id}.`,
      ...(link === undefined ? [] : [`This link sets the password: ${link}`]),
    ].join('\n'),
  )
  return EXIT.done
}

/** Django's fields say whose they are; of an own one the sentence does not tell. */
function describeFault(fault: Fault): string {
  const isDjangos = ['username', 'email', 'password'].includes(fault.field ?? '')
  return isDjangos ? faultText(fault) : `${fault.field}: ${faultText(fault)}`
}

/**
 * A reset link for the new account, for an operator who sets no password. Its holder counts as the owner of
 * the address.
 */
async function passwordLink(deps: Pick<Deps, 'db' | 'settings' | 'now'>, id: number) {
  const found = await findAccount(deps, { id })
  if (found.kind !== 'found') throw new CommandError('The account is gone already.')
  const { account } = found
  const addresses = account.email === '' ? [] : [{ email: account.email, isVerified: true }]
  const to = { context: { origin: '' }, address: account.email }
  return resetUrl(deps, to, { ...account, addresses })
}
