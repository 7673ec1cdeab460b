import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { EXIT, type ExitCode, type Io } from '../../manage/command.ts'
import { WRANGLER_ENVIRONMENT, wranglerCommand } from '../wrangler.ts'

/** Result of uploading. */
export type Uploaded = {
  readonly code: ExitCode
  /** Where wrangler says that the Worker answers, without a slash at the end. */
  readonly url: string | undefined
}

/** `wrangler deploy`, with the secrets that the Worker lacks: they are there with its first request. */
export async function upload(
  io: Io,
  environment: string | undefined,
  secrets: Readonly<Record<string, string>>,
): Promise<Uploaded> {
  const place = mkdtempSync(join(tmpdir(), 'rest-auth-edge-deploy-'))
  try {
    const file = join(place, 'secrets.json')
    writeFileSync(file, JSON.stringify(secrets), { mode: 0o600 })
    const [program = '', ...wrangler] = wranglerCommand(io.directory)
    // The empty name is the top level of wrangler.toml, which has environments besides.
    const args = [...wrangler, 'deploy', '--minify', '--env', environment ?? '']
    const withSecrets = Object.keys(secrets).length > 0 ? ['--secrets-file', file] : []
    const child = spawn(program, [...args, ...withSecrets], {
      cwd: io.directory,
      env: { ...process.env, ...WRANGLER_ENVIRONMENT },
      stdio: ['inherit', 'pipe', 'inherit'],
    })
    let said = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      said += text
      io.out(text)
    })
    await once(child, 'close')
    return { code: child.exitCode === 0 ? EXIT.done : EXIT.failed, url: urlIn(said) }
  } finally {
    rmSync(place, { recursive: true })
  }
}

/** The first address on a line of its own; a custom domain is named with what it is. */
function urlIn(output: string): string | undefined {
  const [, address] = /^ {2}(https:\/\/\S+|\S+ \(custom domain\))/m.exec(output) ?? []
  if (address === undefined) return undefined
  return address.startsWith('https://') ? address : `https://${address.split(' ')[0] ?? ''}`
}
