import { execFile, spawn } from 'node:child_process'
import { Socket } from 'node:net'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

/** Debian's, which has Django; another one may stand first in the path. */
const PYTHON = process.env['DJANGO_PYTHON'] ?? '/usr/bin/python3'
const project = fileURLToPath(new URL('../django/', import.meta.url))
const run = promisify(execFile)

/** What a client of the Django project holds of one user. */
export type DjangoSample = {
  readonly id: number
  readonly username: string
  readonly isActive: boolean
  readonly kind: string
  readonly password: string
  readonly key: string | null
  readonly access: string
  /** Of some users: one that lives, a blacklisted one, one that is expired and blacklisted. */
  readonly refresh: readonly string[]
}

/** The key that the Django project signs with. */
export const DJANGO_SECRET_KEY = 'django-insecure-0kq8$t3^h@x1)w7v5c#b2n!m4z6l9p*e+r&y(u_i=o-a'

/** Makes a Django database with every kind of user. */
export async function generateDjango(
  file: string,
  users: number,
  hashes: 'cheap' | 'real' = 'cheap',
): Promise<readonly DjangoSample[]> {
  const script = `${project}generate.py`
  const { stdout } = await run(
    PYTHON,
    [script, file, '--users', String(users), ...(hashes === 'cheap' ? ['--cheap'] : [])],
    BIG,
  )
  return JSON.parse(stdout)
}

/** Runs a command of Django's over a database; answers its output. */
export function django(file: string, ...args: readonly string[]): Promise<string> {
  return djangoWith({ DJANGO_DATABASE: file }, ...args)
}

/**
 * The same with variables of one's own: `DJANGO_SETTINGS_MODULE: 'custom_settings'` has a user model of its own. Django
 * is loaded once for all commands that have the same ones, which takes a second.
 */
export async function djangoWith(
  variables: Readonly<Record<string, string>>,
  ...args: readonly string[]
): Promise<string> {
  const { DJANGO_DATABASE: database = ':memory:', ...others } = variables
  const key = JSON.stringify(Object.entries(others).toSorted(([a], [b]) => a.localeCompare(b)))
  const server = SERVERS.get(key) ?? startServer(others)
  SERVERS.set(key, server)
  const { code, stdout, stderr } = await server({ database, argv: args })
  if (code !== 0) throw new Error(`manage.py ${args.join(' ')}: ${code}\n${stderr}`)
  return stdout
}

type Command = { readonly database: string; readonly argv: readonly string[] }
type Done = { readonly code: number; readonly stdout: string; readonly stderr: string }
type Server = (command: Command) => Promise<Done>

const SERVERS = new Map<string, Server>()

/** A process that has loaded Django and does one command after the other; it ends with this one. */
function startServer(variables: Readonly<Record<string, string>>): Server {
  const child = spawn(PYTHON, [`${project}serve_commands.py`], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, ...variables },
  })
  child.unref()
  for (const pipe of [child.stdin, child.stdout]) if (pipe instanceof Socket) pipe.unref()
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  let before: Promise<unknown> = Promise.resolve()
  return (command) => {
    const answer = before.then(async (): Promise<Done> => {
      child.stdin.write(`${JSON.stringify(command)}\n`)
      const { value, done } = await lines.next()
      if (done === true) throw new Error('Django has ended')
      return JSON.parse(value)
    })
    before = answer.catch(() => undefined)
    return answer
  }
}

/** Runs Python in the Django project; it prints JSON. */
export async function djangoJson(file: string, code: string): Promise<unknown> {
  return JSON.parse(await django(file, 'shell', '-c', code))
}

const BIG = { maxBuffer: 64 * 1024 * 1024 }
