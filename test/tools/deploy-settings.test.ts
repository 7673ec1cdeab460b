import { readFileSync } from 'node:fs'
import { parseEnv } from 'node:util'
import { parse as parseToml } from 'smol-toml'
import { expect, test } from 'vitest'
import { SETTINGS } from '../../src/settings/parse.ts'

function read(path: string): string {
  return readFileSync(new URL(`../${path}`, import.meta.url), 'utf8')
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
