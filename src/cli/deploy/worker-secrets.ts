/** The names of the secrets that the Worker has already; their values cannot be read. */
import { spawnSync } from 'node:child_process'
import { CommandError } from '../../manage/command.ts'
import { WRANGLER_ENVIRONMENT, wranglerCommand } from '../wrangler.ts'

/**
 * Names of the secrets that the Worker has; none where there is no Worker yet.
 *
 * @throws CommandError when Cloudflare cannot be asked
 */
export function readSecretNames(
  directory: string,
  environment: string | undefined,
): readonly string[] {
  const [program = '', ...wrangler] = wranglerCommand(directory)
  const args = [...wrangler, 'secret', 'list', '--format', 'json', '--env', environment ?? '']
  const { status, stdout, stderr } = spawnSync(program, args, {
    cwd: directory,
    encoding: 'utf8',
    env: { ...process.env, ...WRANGLER_ENVIRONMENT },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  if (status === 0) return namesIn(stdout)
  const said = `${stderr}${stdout}`
  // Codes of Cloudflare's API: the script, or the environment, does not exist.
  if (/\b(?:10007|10090|10092)\b|Worker "[^"]*" not found/.test(said)) return []
  if (/CLOUDFLARE_API_TOKEN|not logged in|wrangler login/i.test(said)) {
    throw new CommandError(
      'Cloudflare does not know you: npx wrangler login, or set CLOUDFLARE_API_TOKEN and CLOUDFLARE_ACCOUNT_ID.',
    )
  }
  throw new CommandError(`The Worker's secrets cannot be read:\n${said.trim()}`)
}

function namesIn(json: string): readonly string[] {
  const secrets: unknown = JSON.parse(json)
  if (!Array.isArray(secrets)) return []
  return secrets.flatMap((secret: unknown) =>
    typeof secret === 'object' && secret !== null && 'name' in secret ? [String(secret.name)] : [],
  )
}
