/** `manage settings-from-django`: prints the `[vars]` that correspond to a Django project's settings. */
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { stringify } from 'smol-toml'
import { CommandError, EXIT, UsageError, type Command, type ExitCode, type Io } from '../command.ts'
import { readTextFile } from '../text.ts'
import { proposeFields } from './propose-fields.ts'
import { readDjangoSettings, type DjangoSettings } from './read.ts'
import { translateSettings, type Translation } from './translate.ts'

const options = {
  json: { type: 'boolean', default: false },
  database: { type: 'string' },
  'user-table': { type: 'string', default: 'auth_user' },
} as const

/** Prints the `[vars]` that a Django project's settings become. */
export const settingsFromDjangoCommand: Command = {
  usage: 'FILE',
  summary:
    'Prints the [vars] to paste into wrangler.toml, and the secrets to put, for the settings in FILE: the output of manage.py diffsettings, a settings.py, or JSON. Nothing in FILE is executed, no secret is printed.',
  options: {
    '--database FILE':
      "a SQLite file of the project: proposes USER_FIELDS for columns of its user model and profile that Django's has not",
    '--user-table NAME': 'table of a custom user model (accounts_user)',
  },
  run,
}

async function run(args: readonly string[], io: Io): Promise<ExitCode> {
  const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true })
  const [path] = positionals
  if (path === undefined || positionals.length > 1) throw new UsageError('Which FILE?')
  const translated = translateSettings(readSettings(resolve(io.directory, path)))
  const fields =
    values.database === undefined
      ? {}
      : await proposeFields(resolve(io.directory, values.database), values['user-table'])
  const translation =
    Object.keys(fields).length === 0
      ? translated
      : { ...translated, vars: { ...translated.vars, USER_FIELDS: fields } }
  io.out(values.json ? `${JSON.stringify(translation)}\n` : asText(translation))
  return EXIT.done
}

function readSettings(path: string): DjangoSettings {
  try {
    return readDjangoSettings(readTextFile(path))
  } catch (error) {
    const reason = existsSync(path) ? String(error) : 'there is no such file'
    throw new CommandError(`${path} cannot be read: ${reason}.`)
  }
}

function asText({ vars, secrets, notes, ignored }: Translation): string {
  const lines = [
    '# Put these lines under the [vars] that wrangler.toml has:',
    stringify({ vars }).trimEnd(),
    '',
    '# Secrets:',
    ...Object.entries(secrets).map(
      ([name, what]) => `# npx wrangler secret put ${name}   (${what})`,
    ),
    ...(notes.length === 0 ? [] : ['', '# Look at these:', ...notes.map((note) => `# - ${note}`)]),
    ...(ignored.length === 0
      ? []
      : ['', `# Left out, since they are not about logins: ${ignored.join(', ')}`]),
  ]
  return `${lines.join('\n')}\n`
}
