import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, inject, test } from 'vitest'
import { ROOT, snippets } from '../docs/pages.ts'

/** TypeScript of README and docs/, against the package as it is installed. */

const project = inject('projectDirectory')
const TYPES = join(ROOT, 'node_modules/@types')

const OPTIONS = {
  target: 'ES2023',
  lib: ['ES2024', 'DOM', 'DOM.Iterable'],
  module: 'ESNext',
  moduleResolution: 'Bundler',
  jsx: 'react-jsx',
  types: ['react'],
  typeRoots: [TYPES],
  paths: {
    '@simplewebauthn/browser': [join(ROOT, 'node_modules/@simplewebauthn/browser')],
    react: [join(TYPES, 'react')],
    'react/jsx-runtime': [join(TYPES, 'react/jsx-runtime')],
  },
  strict: true,
  exactOptionalPropertyTypes: true,
  skipLibCheck: true,
  noEmit: true,
}

test('every block of TypeScript compiles', () => {
  const place = join(project, 'snippets')
  mkdirSync(place)
  const typed = snippets().filter(({ language }) => ['ts', 'tsx'].includes(language))
  expect(typed.length).toBeGreaterThan(10)
  for (const [index, { path, language, given, code }] of typed.entries()) {
    const name = `${path.replaceAll(/\W/g, '-')}-${index}.${language}`
    // A script becomes a module, so that names of one page are none of another's.
    writeFileSync(join(place, name), `${given}\n${code}\nexport {}\n`)
  }
  cpSync(join(ROOT, 'src/cloudflare-workers.d.ts'), join(place, 'workers.d.ts'))
  // What `rest-auth-edge init` writes beside an existing Worker.
  const auth =
    "import { createRestAuth } from 'rest-auth-edge'\nexport const auth = createRestAuth()\n"
  writeFileSync(join(place, 'auth.ts'), auth)
  // Types are really there: a wrong one is a fault.
  const probe =
    "import { createClient } from 'rest-auth-edge/client'\n// @ts-expect-error\ncreateClient({ url: 1, mode: 'jwt' })\n"
  writeFileSync(join(place, 'probe.ts'), probe)
  const config = { compilerOptions: OPTIONS, include: ['.'] }
  writeFileSync(join(place, 'tsconfig.json'), JSON.stringify(config))
  let faults = ''
  try {
    execFileSync(join(ROOT, 'node_modules/.bin/tsc'), ['-p', place], { encoding: 'utf8' })
  } catch (error) {
    faults = (error as { readonly stdout: string }).stdout
  }
  expect(faults).toBe('')
})
