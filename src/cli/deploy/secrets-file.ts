/**
 * The file in which generated secrets are kept on the operator's machine. Cloudflare never shows a secret again,
 * and losing `SECRET_KEY` ends every token and sealed value.
 */
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseEnv } from 'node:util'
import { CommandError } from '../../manage/command.ts'
import { variableLine } from '../init/secrets.ts'

/** Secrets of a deployment as this machine keeps them: `.deploy.vars`, or `.deploy.vars.staging`. */
export function secretsFileName(environment: string | undefined): string {
  return environment === undefined ? '.deploy.vars' : `.deploy.vars.${environment}`
}

/** What the file holds; nothing where there is none. */
export function readSecretsFile(
  directory: string,
  environment: string | undefined,
): Readonly<Record<string, string | undefined>> {
  const file = join(directory, secretsFileName(environment))
  return existsSync(file) ? parseEnv(readFileSync(file, 'utf8')) : {}
}

/**
 * Keeps secrets that were just made, before they are used: if the deployment stops, the next one has them.
 *
 * @throws CommandError where git would see the file
 */
export function keepSecrets(
  directory: string,
  environment: string | undefined,
  secrets: Readonly<Record<string, string>>,
): void {
  const name = secretsFileName(environment)
  if (!isIgnored(directory)) {
    throw new CommandError(`${name} will hold secrets: add the line .deploy.vars* to .gitignore.`)
  }
  const file = join(directory, name)
  const before = existsSync(file) ? readFileSync(file, 'utf8') : HEADER
  const start = before.endsWith('\n') ? before : `${before}\n`
  const lines = Object.entries(secrets).map(([key, value]) => variableLine(key, value))
  writeFileSync(file, `${start}${lines.join('\n')}\n`, { mode: 0o600 })
  chmodSync(file, 0o600)
}

const HEADER = `# Secrets of the deployment, which \`deploy\` uploads where the Worker lacks them. Keep a copy in a password manager.
`

function isIgnored(directory: string): boolean {
  const file = join(directory, '.gitignore')
  return existsSync(file) && readFileSync(file, 'utf8').includes('.deploy.vars')
}
