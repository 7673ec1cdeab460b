/** What commands about one account share: naming it, asking for a password, printing a result. */
import type { UserRow } from '../core/users/users.sql.ts'
import type { Deps } from '../deps.ts'
import { findAccount } from '../core/accounts/operator.ts'
import { CommandError, UsageError, type Io } from './command.ts'

/** Options of commands about one account, for `parseArgs`. */
export const accountOptions = { id: { type: 'string' } } as const

/** What `accountOptions` mean. */
export const accountOptionsHelp = { '--id N': 'the account of this id, instead of USER' } as const

/**
 * The one account that a command names by username, address or `--id`.
 *
 * @throws CommandError where there is none, or the name fits several
 */
export async function accountOf(
  deps: Pick<Deps, 'db'>,
  positionals: readonly string[],
  id: string | undefined,
): Promise<UserRow> {
  const [text, ...more] = positionals
  if (more.length > 0) throw new UsageError(`One USER at a time, not ${positionals.join(', ')}.`)
  if ((text === undefined) === (id === undefined)) {
    throw new UsageError('Which USER? A username, an e-mail address, or --id N.')
  }
  if (id !== undefined && !/^[1-9]\d{0,14}$/.test(id)) throw new UsageError('--id is a number.')
  const found = await findAccount(
    deps,
    id === undefined ? { text: text ?? '' } : { id: Number(id) },
  )
  if (found.kind === 'found') return found.account
  if (found.kind === 'unknown') throw new CommandError(`There is no user ${text ?? id}.`)
  const names = found.accounts.map((account) => `--id ${account.id} (${account.username})`)
  throw new CommandError(`Several accounts have ${text}: ${names.join(', ')}.`)
}

/** Options of commands that set a password, for `parseArgs`. */
export const passwordOptions = {
  password: { type: 'string' },
  'password-stdin': { type: 'boolean', default: false },
  'allow-weak-password': { type: 'boolean', default: false },
} as const

/** What `passwordOptions` mean. */
export const passwordOptionsHelp = {
  '--password-stdin': 'read the password from the first line of the standard input',
  '--password PASSWORD':
    'the password itself; others on this machine may see it in the list of processes',
  '--allow-weak-password': 'take a password that AUTH_PASSWORD_VALIDATORS refuse',
} as const

/**
 * The password that a command is to set: asked for twice, hidden, unless an option reads it from standard input or
 * generates one. It is never an argument: those are visible to every process of the machine.
 */
export async function readPassword(
  values: { readonly password?: string | undefined; readonly 'password-stdin': boolean },
  io: Io,
): Promise<string> {
  const password = values.password ?? (values['password-stdin'] ? await io.readLine() : undefined)
  if (password === '') throw new CommandError('The password is empty.')
  if (password !== undefined) return password
  const first = await io.askHidden('Password: ')
  if (first === undefined) {
    throw new UsageError(
      'Nobody can be asked for the password here: give it with --password-stdin.',
    )
  }
  const second = await io.askHidden('Password (again): ')
  if (first === '') throw new CommandError('The password is empty.')
  if (first !== second) throw new CommandError('The two passwords are not the same.')
  return first
}

/** Prints a result: an object for scripts, a sentence for people. */
export function answer(
  { io, isJson }: { readonly io: Io; readonly isJson: boolean },
  object: Readonly<Record<string, unknown>>,
  sentence: string,
): void {
  io.out(isJson ? `${JSON.stringify(object)}\n` : `${sentence}\n`)
}
