import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { planDeployment, type Situation } from '../../src/cli/deploy/plan.ts'
import { startFakeCloudflare, type FakeCloudflare } from '../support/fake-cloudflare.ts'
import { startSqld, type Sqld } from '../support/sqld.ts'

const SECRET = 'deploy-secret-key-0123456789-abcdefghijklmnopqrstuvwxyz'

describe('judging a deployment', () => {
  const sound: Situation = {
    variables: { PUBLIC_URL: 'https://auth.example.com' },
    secrets: {},
    secretNames: ['SECRET_KEY', 'TURSO_DATABASE_URL', 'RESEND_API_KEY'],
    environment: undefined,
    name: 'example-auth',
    canMakeSecrets: false,
    newSecret: () => SECRET,
  }

  test('takes what the Worker keeps to itself for given', () => {
    const { settings, warnings } = planDeployment(sound)
    expect(warnings).toEqual([])
    expect(settings.PUBLIC_URL).toBe('https://auth.example.com')
  })

  test('names what is missing, with the commands that get it', () => {
    const situation = { ...sound, secretNames: [], environment: 'staging' }
    expect(() => planDeployment(situation)).toThrow(
      [
        'The Worker has no SECRET_KEY: openssl rand -base64 48 | npx wrangler secret put SECRET_KEY --env staging',
        'No database is named. At Turso (an account there costs nothing: https://turso.tech), with its command line:',
        '',
        '  turso db create example-auth',
        '  echo "TURSO_DATABASE_URL=$(turso db show example-auth --url)" >> .deploy.vars.staging',
        '  echo "TURSO_AUTH_TOKEN=$(turso db tokens create example-auth)" >> .deploy.vars.staging',
        '',
        'Then run this again.',
      ].join('\n'),
    )
  })

  test('makes what is only random, where it can be kept', () => {
    const secrets = { TURSO_DATABASE_URL: 'libsql://a.turso.io' }
    const situation = { ...sound, secrets, secretNames: [], canMakeSecrets: true }
    expect(planDeployment(situation)).toMatchObject({ make: ['SECRET_KEY'], upload: secrets })
    const variables = { ...sound.variables, SIMPLE_JWT_ALGORITHM: 'ES256' }
    const plan = planDeployment({ ...situation, variables })
    expect(plan.make).toEqual(['SECRET_KEY', 'SIMPLE_JWT_SIGNING_KEY'])
    const rsa = { ...sound.variables, SIMPLE_JWT_ALGORITHM: 'RS256' }
    expect(() => planDeployment({ ...situation, variables: rsa })).toThrow(
      'The Worker has no SIMPLE_JWT_SIGNING_KEY: npx wrangler secret put SIMPLE_JWT_SIGNING_KEY',
    )
  })

  test('a secret of this machine goes up where the Worker lacks it, and only there', () => {
    const secrets = { SECRET_KEY: SECRET, TURSO_DATABASE_URL: 'libsql://a.turso.io' }
    const secretNames = ['SECRET_KEY']
    const { upload, make } = planDeployment({ ...sound, secrets, secretNames })
    expect([upload, make]).toEqual([{ TURSO_DATABASE_URL: 'libsql://a.turso.io' }, []])
    const unknown = planDeployment({ ...sound, secrets, secretNames: undefined })
    expect(unknown.upload).toEqual({})
  })

  test('finds faults in settings, with what secrets mean for them', () => {
    const variables = { USE_JWT: 'perhaps' }
    expect(() => planDeployment({ ...sound, variables })).toThrow(/USE_JWT must be true or false/)
  })

  test('finds fault with a secret that this machine knows', () => {
    const secrets = { SECRET_KEY: 'short' }
    expect(() => planDeployment({ ...sound, secrets })).toThrow('at least 32 bytes')
  })

  test('deploys no mailbox of development', () => {
    const variables = { DEV_MAILBOX: 'true' }
    const secretNames = ['SECRET_KEY', 'TURSO_DATABASE_URL']
    expect(() => planDeployment({ ...sound, variables, secretNames })).toThrow(
      'DEV_MAILBOX writes mails into the log, links and all: it is for development. Take it out.',
    )
  })

  test('warns where no mail will be sent', () => {
    const secretNames = ['SECRET_KEY', 'TURSO_DATABASE_URL']
    expect(planDeployment({ ...sound, secretNames }).warnings).toEqual([
      'The Worker has no RESEND_API_KEY, so mails will wait in the outbox: npx wrangler secret put RESEND_API_KEY',
    ])
  })

  test('warns where links in mails would lead nowhere', () => {
    const variables = { PUBLIC_URL: '' }
    expect(planDeployment({ ...sound, variables }).warnings).toEqual([
      'Mails will wait: PUBLIC_URL is missing: links in mails lead there (https://auth.example.com), or set HEADLESS_FRONTEND_URLS',
    ])
  })

  test('believes in secrets where nobody can be asked', () => {
    const plan = planDeployment({ ...sound, secretNames: undefined })
    expect(plan.warnings).toEqual([])
  })
})

describe('npm run deploy', () => {
  let sqld: Sqld
  let cloudflare: FakeCloudflare

  beforeAll(async () => {
    sqld = await startSqld()
    // How many tables there were when something was asked.
    cloudflare = await startFakeCloudflare(async () =>
      (await countTables()) === 0 ? ' (no tables)' : ' (tables)',
    )
  })
  afterAll(async () => {
    cloudflare.stop()
    await sqld.stop()
  })
  beforeEach(async () => {
    cloudflare.asked = []
    cloudflare.secretNames = ['SECRET_KEY', 'TURSO_DATABASE_URL', 'TURSO_AUTH_TOKEN']
    cloudflare.uploaded.clear()
    await dropTables()
  })

  async function countTables(): Promise<number> {
    const { rows } = await sqld.client.execute("select 1 from sqlite_master where name = 'users'")
    return rows.length
  }

  async function dropTables(): Promise<void> {
    const { rows } = await sqld.client.execute(
      "select name from sqlite_master where type = 'table' and name not glob 'sqlite_*' and name not glob 'libsql_*'",
    )
    const drops = rows.map(({ name }) => `drop table "${String(name)}"`)
    await sqld.client.executeMultiple(['pragma foreign_keys = off', ...drops].join(';\n'))
  }

  type Run = { readonly code: number | null; readonly output: string }

  async function deploy(
    args: readonly string[],
    env: Readonly<Record<string, string | undefined>> = {},
    cwd = process.cwd(),
  ): Promise<Run> {
    const hook = fileURLToPath(new URL('../../src/manage/register-wasm.mjs', import.meta.url))
    const script = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url))
    const child = spawn(
      process.execPath,
      ['--import', hook, script, 'deploy', '--wait', '0', ...args],
      {
        cwd,
        env: {
          ...process.env,
          CI: 'true',
          ...cloudflare.env,
          TURSO_DATABASE_URL: sqld.url,
          ...env,
        },
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    )
    let output = ''
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        output += text
      })
    }
    await once(child, 'close')
    return { code: child.exitCode, output }
  }

  const UPLOAD = 'PUT workers/scripts/rest-auth-edge (tables)'

  test('migrates the database, then uploads', async () => {
    const { code, output } = await deploy([])
    expect(output).toMatch(/Applied \d+ migrations?\./)
    expect(output).toContain('no RESEND_API_KEY')
    expect(cloudflare.asked[0]).toBe('GET workers/scripts/rest-auth-edge/secrets (no tables)')
    expect(cloudflare.asked).toContain(UPLOAD)
    expect(code, output).toBe(0)
  }, 120_000)

  test('changes nothing where a secret is missing', async () => {
    cloudflare.secretNames = ['SECRET_KEY']
    const { code, output } = await deploy([], { TURSO_DATABASE_URL: undefined })
    expect(output).toContain('No database is named.')
    expect(output).toContain('turso db create rest-auth-edge\n')
    expect(code).toBe(1)
    expect(cloudflare.asked).toEqual(['GET workers/scripts/rest-auth-edge/secrets (no tables)'])
    expect(await countTables()).toBe(0)
  }, 60_000)

  test('uploads nothing where the check finds a fault', async () => {
    const { code, output } = await deploy([], { SECRET_KEY: `django-insecure-${SECRET}` })
    expect(output).toContain('failed   SECRET_KEY: begins with django-insecure-')
    expect(code).toBe(1)
    expect(cloudflare.asked).toEqual(['GET workers/scripts/rest-auth-edge/secrets (no tables)'])
  }, 60_000)

  test('says what to do where the database is not known here', async () => {
    const { code, output } = await deploy([], { TURSO_DATABASE_URL: undefined })
    expect(output).toContain('TURSO_DATABASE_URL is not set here')
    expect(code).toBe(1)
  }, 60_000)

  test('finds wrong settings before Cloudflare is asked who is calling', async () => {
    const place = mkdtempSync(join(tmpdir(), 'deploy-'))
    writeFileSync(join(place, 'wrangler.toml'), '[vars]\nUSE_JWT = "perhaps"\n')
    const stranger = { CLOUDFLARE_API_TOKEN: undefined, CLOUDFLARE_ACCOUNT_ID: undefined }
    const { code, output } = await deploy(['--dry-run'], stranger, place)
    expect(output).toContain('USE_JWT must be true or false')
    expect(code).toBe(3)
    expect(cloudflare.asked).toEqual([])
    rmSync(place, { recursive: true })
  }, 60_000)

  test('an environment that wrangler.toml does not have is a sentence', async () => {
    const { code, output } = await deploy(['--env', 'stagin'])
    expect(output).toMatch(
      /^wrangler\.toml has no environment stagin\. It has staging, production\.\n\nChecks/,
    )
    expect(code).toBe(2)
    expect(cloudflare.asked).toEqual([])
  }, 60_000)

  test('an environment is a Worker of its own', async () => {
    await deploy(['--env', 'staging'])
    expect(cloudflare.asked[0]).toBe(
      'GET workers/scripts/rest-auth-edge-staging/secrets (no tables)',
    )
    expect(cloudflare.asked).toContain('PUT workers/scripts/rest-auth-edge-staging (tables)')
  }, 120_000)

  test('a dry run migrates and uploads nothing', async () => {
    const { code, output } = await deploy(['--dry-run'])
    expect(code).toBe(0)
    expect(output).toMatch(
      /^migrations: apply \d+\nworker: upload\nfirst account: none \(--first-account ADDRESS\)$/m,
    )
    expect(await countTables()).toBe(0)
    expect(cloudflare.asked).toHaveLength(1)
  }, 60_000)
})
