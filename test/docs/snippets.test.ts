import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { transform } from 'esbuild'
import { parse as parseToml } from 'smol-toml'
import { describe, expect, test } from 'vitest'
import { commands } from '../../src/manage/commands.ts'
import { SETTINGS } from '../../src/settings/parse.ts'
import { docPages, ROOT, snippets, type Snippet } from './pages.ts'

/** Code in README and docs/. TypeScript is checked against the package, in test/package/snippets.test.ts. */

const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
  readonly scripts: Readonly<Record<string, string>>
} // our own file

const CHECKS: Readonly<Record<string, (code: string) => unknown>> = {
  sh: (code) => execFileSync('bash', ['-n'], { input: code, stdio: ['pipe', 'ignore', 'pipe'] }),
  json: (code) => JSON.parse(code) as unknown,
  toml: checkToml,
  js: (code) => transform(code, { loader: 'js', format: 'esm' }),
  python: (code) =>
    execFileSync('/usr/bin/python3', ['-c', 'import ast, sys; ast.parse(sys.stdin.read())'], {
      input: code,
      stdio: ['pipe', 'ignore', 'pipe'],
    }),
}

/** Checked elsewhere, or nothing that runs. */
const ELSEWHERE = ['ts', 'tsx', 'md', 'nginx', 'html', 'yaml', 'sql']

function checkToml(code: string): void {
  const table = parseToml(code)
  const { vars = {} } = table as { readonly vars?: Readonly<Record<string, unknown>> }
  const loose = Object.keys(table).filter((name) => name === name.toUpperCase())
  const unknown = [...loose, ...Object.keys(vars)].filter((name) => !Object.hasOwn(SETTINGS, name))
  expect(unknown).toEqual([])
}

const checked = snippets().filter(({ language }) => !ELSEWHERE.includes(language))

test('there is code to check, in languages that somebody checks', () => {
  expect(checked.length).toBeGreaterThan(30)
  expect(checked.filter(({ language }) => !Object.hasOwn(CHECKS, language))).toEqual([])
})

describe.each([...new Set(checked.map(({ path }) => path))])('%s', (path) => {
  const own = checked.filter((snippet) => snippet.path === path)
  test.each(own.map((snippet, index) => ({ ...snippet, number: index + 1 })))(
    'block $number, $language',
    async ({ language, code }: Snippet) => {
      await CHECKS[language]?.(code)
    },
  )
})

describe('commands', () => {
  const text = docPages()
    .filter(({ path }) => path !== 'CHANGELOG.md')
    .map((page) => page.text)
    .join('\n')
  const named = (pattern: RegExp): readonly string[] =>
    [...new Set([...text.matchAll(pattern)].map(([, name = '']) => name))].sort()

  test('npm run NAME is a script', () => {
    const names = named(/npm run (?:--silent )?([a-z][\w:-]*)/g)
    expect(names.length).toBeGreaterThan(8)
    expect(names.filter((name) => !Object.hasOwn(scripts, name))).toEqual([])
  })

  test("npm run manage -- NAME is a command of the operator's tool", () => {
    const names = named(/npm run manage -- ([a-z][\w-]*)/g)
    expect(names.length).toBeGreaterThan(3)
    expect(names.filter((name) => name !== 'help' && !Object.hasOwn(commands, name))).toEqual([])
  })

  test('rest-auth-edge NAME is a command of the package', () => {
    const main = readFileSync(join(ROOT, 'src/cli/main.ts'), 'utf8')
    const names = named(/(?:npx|`)\s*rest-auth-edge ([a-z]+)/g)
    expect(names).toContain('dev')
    expect(names.filter((name) => !main.includes(`\n  ${name}: {\n    summary: `))).toEqual([])
  })

  test('npm run vitest -- PATH is a place with tests', () => {
    const paths = named(/npm run vitest -- (test\/[\w/-]+)/g)
    expect(paths.filter((path) => readdirSync(join(ROOT, path)).length === 0)).toEqual([])
  })
})
