import { readFileSync } from 'node:fs'
import { parseEnv } from 'node:util'
import { parse as parseToml } from 'smol-toml'
import { expect, test } from 'vitest'
import { SETTINGS } from '../../src/settings/parse.ts'

function read(path: string): string {
  return readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8')
}

function variables(): readonly string[] {
  const { vars } = parseToml(read('wrangler.toml'))
  return Object.keys(vars ?? {})
}

test('the button asks for secrets without a value of ours, and says what each variable is', () => {
  const secrets = parseEnv(read('.dev.vars.example'))
  expect(Object.values(secrets).join('')).toBe('')
  const { cloudflare } = JSON.parse(read('package.json')) as {
    readonly cloudflare: { readonly bindings: Readonly<Record<string, unknown>> }
  } // our own file
  const asked = [...Object.keys(secrets), ...variables()]
  expect(Object.keys(cloudflare.bindings).sort()).toEqual(asked.sort())
})

test('wrangler.toml, .dev.vars.example and docs/ name only settings that exist', () => {
  const docs = read('docs/deploy.md') + read('docs/pages-and-mails.md')
  const inDocs = [...docs.matchAll(/^([A-Z][A-Z_]+) = "/gm)].map(([, name]) => name)
  const named = [...variables(), ...Object.keys(parseEnv(read('.dev.vars.example'))), ...inDocs]
  expect(inDocs.length).toBeGreaterThan(10)
  expect(named.filter((name) => name === undefined || !Object.hasOwn(SETTINGS, name))).toEqual([])
})

type Environment = {
  readonly vars: Readonly<Record<string, string>>
  readonly ratelimits: readonly Readonly<Record<string, string>>[]
}

test('every environment of wrangler.toml has what an environment does not inherit', () => {
  const config = parseToml(read('wrangler.toml')) as unknown as Environment & {
    readonly env: Readonly<Record<string, Environment>>
  } // our own file
  const all = [config, ...Object.values(config.env)]
  expect(Object.keys(config.env)).toEqual(['staging', 'production'])
  for (const { vars, ratelimits } of all) {
    expect(vars).toEqual(config.vars)
    expect(ratelimits.map(({ name }) => name)).toEqual(['RATE_LIMITER'])
  }
  const namespaces = all.flatMap(({ ratelimits }) => ratelimits.map((one) => one['namespace_id']))
  expect(new Set(namespaces).size).toBe(all.length)
})
