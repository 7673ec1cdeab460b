import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'

const SRC = fileURLToPath(new URL('../src/', import.meta.url))
const TESTS = fileURLToPath(new URL('./', import.meta.url))

/** Paths below `src/`, without what only describes other files' types. */
const files = readdirSync(SRC, { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.ts') && !path.endsWith('.d.ts'))
  .sort()

function read(path: string): string {
  return readFileSync(join(SRC, path), 'utf8')
}

/** Comments may speak of what code may not do. */
function codeOf(path: string): string {
  return read(path)
    .replaceAll(/\/\*[^]*?\*\//g, '')
    .replaceAll(/(?<![:'"`])\/\/.*$/gm, '')
}

describe('imports', () => {
  /** From left to right: who stands left may import who stands right, never back. */
  const LAYERS = [
    ['worker.ts'],
    ['tools'],
    ['cli'],
    ['manage'],
    ['rest-auth.ts'],
    ['tenants.chunk.ts'],
    ['tenants.ts'],
    ['deployment.ts', 'auth-calls.ts'],
    ['auth-binding.ts'],
    ['service.ts'],
    ['surfaces.ts', 'workers-platform.ts'],
    ['surfaces/admin', 'surfaces/rest-auth', 'surfaces/pages', 'surfaces/operations'],
    ['request-deps.ts'],
    ['web'],
    ['core/operator'],
    ['core/accounts', 'core/social'],
    ['core/sign-in'],
    ['core/second-factor'],
    ['core/mail', 'core/audit', 'core/events'],
    ['core/tokens', 'core/limits'],
    ['core/users', 'core/passwords', 'core/hooks'],
    ['core/faults.ts'],
    ['platform.ts'],
    ['deps.ts', 'email-message.ts'],
    ['hooks.ts'],
    ['db'],
    ['settings'],
    ['i18n'],
    ['parse-json.ts', 'webhook-signature.ts'],
    [
      'bounded-body.ts',
      'crypto.ts',
      'html.ts',
      'inflate.ts',
      'is-url.ts',
      'lazily.ts',
      'let-io-proceed.ts',
      'once-per.ts',
      'packing.build.ts',
      'strip.ts',
    ],
  ]
  /** Two of one floor where one is imported by the other; never the other way round. */
  const WITHIN_A_FLOOR = [
    'core/social -> core/accounts',
    'core/limits -> core/tokens',
    'core/mail -> core/audit',
    'core/audit -> core/events',
    'core/mail -> core/events',
    'deps.ts -> email-message.ts',
  ]
  /** Stand beside the service, in other people's programs, and know nothing of it but types. */
  const ALONE = ['client', 'guard', 'react']

  type Import = { readonly from: string; readonly to: string; readonly isType: boolean }

  function partOf(path: string): string {
    const [first = path, second = ''] = path.split('/')
    return first === 'core' || first === 'surfaces' ? `${first}/${second}` : first
  }

  function layerOf(path: string): number {
    return LAYERS.findIndex((parts) => parts.includes(partOf(path)))
  }

  function importsOf(path: string): readonly Import[] {
    const pattern =
      /\b(?<type>import type\b|export type\b)?[^'"`;]*?\b(?:from|import)\s*\(?\s*'(?<to>\.[^']+)'/g
    return [...codeOf(path).matchAll(pattern)].map(({ groups }) => ({
      from: path,
      to: relative(SRC, join(SRC, dirname(path), groups?.['to'] ?? '')),
      isType: groups?.['type'] !== undefined,
    }))
  }

  const all = files.flatMap(importsOf)

  test('are read: every file but the leaves imports something', () => {
    expect(all.length).toBeGreaterThan(files.length)
    expect(all.filter(({ to }) => !existsSync(join(SRC, to)))).toEqual([])
  })

  test('every file has its layer', () => {
    const lost = files.filter((path) => !ALONE.includes(partOf(path)) && layerOf(path) === -1)
    expect(lost).toEqual([])
  })

  test('leave src/ for the list of migrations alone', () => {
    const outside = all.filter(({ to }) => to.startsWith('..'))
    expect(outside.map(({ from, to }) => `${from} -> ${to}`)).toEqual([
      'db/migrations.ts -> ../drizzle/meta/_journal.json',
    ])
  })

  test('point one way', () => {
    const back = all
      .filter(({ to }) => !to.startsWith('..'))
      .filter(({ from, to }) => !ALONE.includes(partOf(from)) && partOf(from) !== partOf(to))
      .filter(({ from, to }) => layerOf(to) <= layerOf(from))
      .filter(({ from, to }) => !WITHIN_A_FLOOR.includes(`${partOf(from)} -> ${partOf(to)}`))
    expect(back.map(({ from, to }) => `${from} -> ${to}`)).toEqual([])
  })

  /** The types of the client are those of React's hooks, too. */
  const isForReact = ({ from, to, isType }: Import): boolean =>
    isType && partOf(from) === 'react' && partOf(to) === 'client'

  test.each(ALONE)('nothing imports the %s, and it imports types only', (part) => {
    const wrong = all
      .filter(({ from, to }) => (partOf(from) === part) !== (partOf(to) === part))
      .filter(({ to, isType }) => partOf(to) === part || !isType)
      .filter((one) => !isForReact(one))
    expect(wrong.map(({ from, to }) => `${from} -> ${to}`)).toEqual([])
  })

  test('a chunk has one import(), which keeps what it loads, and no static one', () => {
    const chunks = files.filter((path) => path.endsWith('.chunk.ts'))
    const late = files
      .filter((path) => !/^(?:manage|cli|tools|client)\//.test(path))
      .flatMap((from) =>
        [...codeOf(from).matchAll(/(?<how>.{0,17})\bimport\('(?<to>[^']+)'\)/g)]
          .filter(
            ({ groups }) => !groups?.['to']?.startsWith('node:') && !from.endsWith('.build.ts'),
          )
          .map(({ groups }) => ({
            isKept: groups?.['how']?.endsWith('= lazily(() => ') === true,
            to: relative(SRC, join(SRC, dirname(from), groups?.['to'] ?? '')),
          })),
      )
    expect(late.map(({ to }) => to).sort()).toEqual(chunks)
    expect(late.filter(({ isKept }) => !isKept)).toEqual([])
    const early = files.flatMap((from) => [
      ...codeOf(from).matchAll(/\bfrom '(?<to>[^']+\.chunk\.ts)'/g),
    ])
    expect(early.map(([line]) => line)).toEqual([])
  })

  test('run in no circle, those of import() and of types counted', () => {
    const importsFrom = new Map(files.map((path) => [path, importsOf(path).map(({ to }) => to)]))
    // Whatever imports nothing but what was taken away goes, until circles are left, and what leads into them.
    for (let before = -1; before !== importsFrom.size;) {
      before = importsFrom.size
      for (const [path, to] of importsFrom) {
        if (!to.some((one) => importsFrom.has(one))) importsFrom.delete(path)
      }
    }
    expect([...importsFrom.keys()]).toEqual([])
  })

  test('no route file imports another', () => {
    const routes = files.filter((path) => codeOf(path).includes('defineRoute({'))
    expect(routes.length).toBeGreaterThan(14)
    const wrong = all.filter(({ from, to }) => routes.includes(from) && routes.includes(to))
    expect(wrong.map(({ from, to }) => `${from} -> ${to}`)).toEqual([])
  })

  test('Arctic is reached through one file, of the database client there are types alone', () => {
    const users = (name: RegExp): readonly string[] =>
      files.filter((path) => name.test(codeOf(path)))
    expect(users(/from 'arctic'/)).toEqual(['core/social/providers/arctic.ts'])
    expect(users(/^import (?!type )[^']*'@libsql\/client/m)).toEqual([])
    expect(users(/'@libsql\/client/).filter((path) => !path.startsWith('db/'))).toEqual([])
  })
})

describe('credentials', () => {
  /** What issues or re-keys an auth token, a session, the record of a login, or signs a JWT. */
  const ISSUING =
    /insert(?:Row)?\((?:\s*db,\s*)?(?:authTokens|sessions|refreshFamilies)\b|(?:insert into|insert or \w+ into|update) \$\{(?:authTokens|deviceTokens|sessions|refreshFamilies)\}|update\((?:authTokens|sessions)\)|\bsignClaims\(|\bCompactSign\b/
  /** The gate's own parts. */
  const GATE = ['core/sign-in/complete.sql.ts', 'core/sign-in/jwt-pair.ts']
  const OTHERS: Readonly<Record<string, string>> = {
    'core/sign-in/refresh.sql.ts': 'records the end of a login',
    'core/tokens/credentials.sql.ts': 'binds a session to the next SECRET_KEY',
    'core/accounts/erase.sql.ts': 'ends the logins of who left',
    'core/sign-in/devices.sql.ts': 'ends and names logins',
    'core/tokens/device-token.sql.ts': 'records the use of a session',
    'core/tokens/jws.ts': 'the signature itself',
    'core/tokens/jwt.ts': 'the claims that are signed, which only the gate asks for',
  }

  test('are issued by the gate alone', () => {
    const issuing = files.filter((path) => ISSUING.test(codeOf(path)))
    expect(issuing).toEqual([...GATE, ...Object.keys(OTHERS)].sort())
  })

  test('what issues them is reached through the gate alone', () => {
    const issues =
      /import \{[^}]*\b(?:insertAuthToken|insertDeviceToken|replaceAuthToken|insertSession|recordFamily|newJwtPair|pairOf|accessTokenOf|actingToken|signClaims)\b/
    const users = files.filter((path) => issues.test(codeOf(path)))
    expect(users).toEqual([
      // For the operator's surface, which decides who may.
      'core/sign-in/act-as.ts',
      'core/sign-in/complete.ts',
      'core/sign-in/jwt-pair.ts',
    ])
  })
})

describe('the outside world', () => {
  /** What enters through `platform.ts` alone (STYLE §1), and who else may and why. */
  const IMPURE: readonly {
    readonly what: string
    readonly pattern: RegExp
    readonly allowed: readonly string[]
  }[] = [
    { what: 'the time', pattern: /\bDate\.now\b|\bnew Date\(\)|\bperformance\.now\b/, allowed: [] },
    { what: 'chance', pattern: /\bMath\.random\b|\bgetRandomValues\b/, allowed: [] },
    // The name of a request in the log: nothing depends on it.
    { what: 'random names', pattern: /\brandomUUID\b/, allowed: ['service.ts'] },
    {
      what: 'the network',
      // `fetch(…)` alone: not `deps.fetch(…)`, nor the Worker's own method.
      pattern: /(?<![.\w]|async )\bfetch\((?!request: Request\))/,
      // Destructured from `Deps` there.
      allowed: ['manage/check.ts'],
    },
    {
      what: 'the environment',
      pattern: /\bprocess\.env\b|\benv\b[^}\n]*\} from 'cloudflare:workers'/,
      // The command line's own: its terminal, and what it passes on to the processes it starts.
      allowed: [
        'cli/deploy/upload.ts',
        'cli/deploy/worker-secrets.ts',
        'cli/dev.ts',
        'cli/dev/children.ts',
        'manage/terminal.ts',
        'tools/bundle.ts',
      ],
    },
  ]
  /** Runs in browsers, or in other people's programs. */
  const ELSEWHERE =
    /^(?:client|guard|react)\/|^surfaces\/(?:pages|admin)\/browser\/|^surfaces\/rest-auth\/openapi-docs-script\.ts$/

  test.each(IMPURE)('$what comes through platform.ts', ({ pattern, allowed }) => {
    const users = files.filter((path) => !ELSEWHERE.test(path) && pattern.test(codeOf(path)))
    expect(users.filter((path) => path !== 'platform.ts')).toEqual(allowed)
  })
})

describe('settings', () => {
  test('nobody copies the bag: what is kept by it would be lost', () => {
    const copiers = files.filter((path) => /\.\.\.(?:deps\.)?settings\b(?!\.)/.test(codeOf(path)))
    // One copy, which is kept with its original.
    expect(copiers).toEqual(['settings/remember.ts'])
  })

  /** What asks routes, each of which names its own settings; and what a page is written with. */
  const WHOLE = [
    'core/tokens/recent-proof.ts',
    'surfaces/pages/document.ts',
    'surfaces/rest-auth/define-route.ts',
    'surfaces/rest-auth/methods.ts',
    'surfaces/rest-auth/openapi-document.ts',
    'surfaces/rest-auth/openapi-pages.ts',
    'surfaces/rest-auth/openapi-responses.ts',
    'surfaces/rest-auth/openapi-security.ts',
    'surfaces/rest-auth/openapi.ts',
    'surfaces/rest-auth/options.ts',
    'surfaces/rest-auth/routes.ts',
    'surfaces/rest-auth/serve-route.ts',
  ]

  test('functions of the core, the web and the surfaces name those that they read', () => {
    const whole = files
      .filter((path) => /^(?:core|web|surfaces)\//.test(path))
      .filter((path) =>
        /(?:\bsettings|\}): (?:Settings\b(?!\[)|\w*Deps\['settings'\])/.test(codeOf(path)),
      )
    expect(whole).toEqual(WHOLE)
  })
})

describe('statements', () => {
  test('none depends on what stands before it, and none is a long line', () => {
    const neighbours = files.filter((path) => /\bchanges\(\)/.test(codeOf(path)))
    expect(neighbours).toEqual([])
    const long = files
      .filter((path) => path.startsWith('core/') && path.endsWith('.sql.ts'))
      .flatMap((path) =>
        codeOf(path)
          .split('\n')
          .map((line) => ({ path, line })),
      )
      .filter(({ line }) => line.length > 120)
    expect(long).toEqual([])
  })
})

describe('sizes', () => {
  /** The texts of a language are data: one file each, so that a language is added and read in one place. */
  const TEXTS = /^i18n\/languages\/[a-z]{2}\.ts$/

  test('no file is longer than 350 lines', () => {
    const long = files
      .filter((path) => !TEXTS.test(path))
      .filter((path) => read(path).split('\n').length > 351)
    expect(long).toEqual([])
  })

  test('half of the files have at most 100 lines, nine tenths at most 220', () => {
    const lengths = files.map((path) => read(path).split('\n').length).sort((a, b) => a - b)
    expect(lengths[Math.floor(lengths.length / 2)]).toBeLessThanOrEqual(100)
    expect(lengths[Math.floor(lengths.length * 0.9)]).toBeLessThanOrEqual(220)
  })
})

describe('comments', () => {
  test('every exported name says what it is', () => {
    const silent = files.flatMap((path) => {
      const lines = read(path).split('\n')
      return lines
        .filter(
          (line, at) =>
            /^export (?:async )?(?:function\*?|const|type|class|interface) \w/.test(line) &&
            lines[at - 1]?.endsWith('*/') !== true,
        )
        .map((line) => `${path}: ${line}`)
    })
    expect(silent).toEqual([])
  })

  test('make up 13 to 20 per cent of the lines', () => {
    const lines = files
      .filter((path) => !path.startsWith('i18n/languages/'))
      .flatMap((path) => read(path).trimEnd().split('\n'))
    let isInside = false
    const comments = lines.filter((line) => {
      const text = line.trim()
      const isComment = isInside || text.startsWith('//') || text.startsWith('/*')
      isInside = (isInside || text.startsWith('/*')) && !text.includes('*/')
      return isComment
    })
    const share = comments.length / lines.length
    expect(share).toBeGreaterThanOrEqual(0.13)
    expect(share).toBeLessThanOrEqual(0.2)
  })
})

describe('functions', () => {
  type Lines = { readonly path: string; readonly name: string; readonly lines: number }

  /** Prettier closes a function at the indentation of the line that opens it. */
  function functionsOf(path: string, opening: RegExp): readonly Lines[] {
    const lines = codeOf(path).split('\n')
    return lines.flatMap((line, start) => {
      const groups = opening.exec(line)?.groups
      if (groups === undefined) return []
      const indentation = groups['indentation'] ?? ''
      const end = lines.findIndex(
        (one, at) => at > start && /^\}[,;)]*$/.test(one.slice(indentation.length)),
      )
      return [{ path, name: groups['name'] ?? '', lines: end - start + 1 }]
    })
  }

  test('no handler has more than 15 lines', () => {
    const inline = /^(?<indentation> +)(?<name>handle): (?:async )?\(.*\{$/
    const handlers = files
      .filter((path) => codeOf(path).includes('defineRoute({'))
      .flatMap((path) => {
        const named = [...codeOf(path).matchAll(/\bhandle: (\w+),/g)].map(([, name]) => name)
        const outside = new RegExp(
          `^(?<indentation>)(?:async )?function (?<name>${named.join('|')})\\(`,
        )
        return [
          ...functionsOf(path, inline),
          ...(named.length === 0 ? [] : functionsOf(path, outside)),
        ]
      })
    expect(handlers.length).toBeGreaterThan(14)
    expect(handlers.filter(({ lines }) => lines > 15)).toEqual([])
  })

  test('hardly a function has more than 40 lines', () => {
    const any =
      /^(?<indentation> *)(?:export )?(?:async )?(?:function (?<name>\w+)|(?:const )?\w+(?:: |\b.* = )(?:async )?\(.*=> \{$)/
    const long = files.flatMap((path) => functionsOf(path, any)).filter(({ lines }) => lines > 40)
    expect(long.map(({ path, name }) => `${path} ${name}`).length).toBeLessThanOrEqual(10)
  })
})

describe('tests', () => {
  /** Two endpoints of one subject share a file. */
  const TESTED_WITH: Readonly<Record<string, string>> = {
    'email-undo': 'emails',
    'logout-all': 'sessions',
    'passkeys-login': 'passkeys',
    'passkeys-register': 'passkeys',
  }

  test('every endpoint has its file in test/surfaces/rest-auth', () => {
    const endpoints = files.filter(
      (path) => path.startsWith('surfaces/rest-auth/') && codeOf(path).includes('defineRoute('),
    )
    expect(endpoints.length).toBeGreaterThan(12)
    const untested = endpoints.filter((path) => {
      const name = path.replace(/^surfaces\/rest-auth\/|\.ts$/g, '')
      return !existsSync(join(TESTS, 'surfaces/rest-auth', `${TESTED_WITH[name] ?? name}.test.ts`))
    })
    expect(untested).toEqual([])
  })
})
