/** Child processes (sqld, wrangler) that must end with the command, whichever of them fails first. */
import { spawn, type ChildProcess, type StdioOptions } from 'node:child_process'
import { once } from 'node:events'

/** A process that lives no longer than ours. */
export type Child = {
  readonly process: ChildProcess
  /** Why it ended, for people: `exit code 1`, `signal SIGKILL`. */
  readonly ended: Promise<string>
  /** Ends it, and everything that it has started. */
  readonly stop: () => Promise<void>
}

/** Starts processes that end with ours, however ours ends. */
export type Children = {
  readonly start: (command: readonly string[], options: ChildOptions) => Child
  /** Ends them all, the newest first. */
  readonly stop: () => Promise<void>
}

/** How a child is started. */
type ChildOptions = {
  readonly directory: string
  readonly env?: Readonly<Record<string, string>>
  /** Standard output and error. */
  readonly output: StdioOptions
}

/** How long a child process has to end by itself. */
const STOP_DEADLINE_MS = 5_000

/**
 * Ends process groups when its standard input ends. The other end of that pipe is ours, so this happens
 * even where we are killed outright.
 */
const GUARD = `
trap : INT TERM HUP
groups=
while read -r group; do groups="$groups -$group"; done
[ -z "$groups" ] && exit
kill -TERM $groups 2>/dev/null
sleep 2
kill -KILL $groups 2>/dev/null
`

/** Makes ready for children; costs one small process. */
export function createChildren(): Children {
  const guard = spawn('sh', ['-c', GUARD], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  })
  guard.unref()
  const running: Child[] = []
  return {
    start: (command, options) => {
      const child = startChild(command, options)
      guard.stdin?.write(`${child.process.pid}\n`)
      running.push(child)
      return child
    },
    stop: async () => {
      for (const child of running.splice(0).toReversed()) await child.stop()
      guard.kill('SIGKILL')
    },
  }
}

/** In a group of its own, so that a terminal's Ctrl-C reaches us alone and we end it in our order. */
function startChild(command: readonly string[], options: ChildOptions): Child {
  const [program = '', ...args] = command
  const child = spawn(program, args, {
    cwd: options.directory,
    env: { ...process.env, ...options.env },
    stdio: options.output,
    detached: true,
  })
  const ended = new Promise<string>((resolve) => {
    child.once('error', (error) => {
      resolve(error.message)
    })
    child.once('exit', (code, signal) => {
      resolve(code === null ? `signal ${signal}` : `exit code ${code}`)
    })
  })
  return { process: child, ended, stop: () => stopChild(child) }
}

/** Ends a process, by force after a while. */
async function stopChild(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return
  const gone = once(child, 'exit')
  signalGroup(child.pid, 'SIGTERM')
  const timer = setTimeout(signalGroup, STOP_DEADLINE_MS, child.pid, 'SIGKILL')
  await gone
  clearTimeout(timer)
  // What it started may outlive it.
  signalGroup(child.pid, 'SIGKILL')
}

/** Signals a whole process group: wrangler starts processes of its own. */
function signalGroup(group: number, name: 'SIGTERM' | 'SIGKILL'): void {
  try {
    process.kill(-group, name)
  } catch {
    // The group is gone already.
  }
}
