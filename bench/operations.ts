/** A request of a subject; `undefined` where the subject has no such operation. */
export type Operation = {
  readonly name: string
  readonly send: (subject: Running) => (() => Promise<Response>) | undefined
  /** Whether many may be under way at once. */
  readonly isRepeatable: boolean
}

/** A subject that listens, and what its logins gave. */
export type Running = {
  readonly name: string
  readonly origin: string
  /** The address that it takes for its own, and believes as `Origin`. */
  readonly publicUrl: string
  /** Who logs in. */
  username: string
  access: string
  refresh: string
  cookie: string
}

/** Of every account that is measured. */
export const PASSWORD = 'correct-horse-staple'
const USERNAME = 'ada'
const EMAIL = 'ada@example.com'

/** A subject that listens and has not logged in yet. */
export function newRunning(name: string, origin: string): Running {
  return {
    name,
    origin,
    publicUrl: origin,
    username: USERNAME,
    access: '',
    refresh: '',
    cookie: '',
  }
}

/** Makes the account of a subject; the floor uses the service's. */
export async function signUp(
  subject: Running,
  { name, email } = { name: USERNAME, email: EMAIL },
): Promise<void> {
  if (subject.name === 'service') {
    const account = { username: name, email, password1: PASSWORD, password2: PASSWORD }
    await require(post(subject, '/dj-rest-auth/registration/', account))
  } else if (subject.name === 'better-auth') {
    const account = { name, email, password: PASSWORD }
    await require(post(subject, '/api/auth/sign-up/email', account))
  }
}

/** Times that a login is tried: the floor does not handle a database that is busy. */
const LOGIN_TRIES = 3

/** Logs in and keeps what that gives. */
export async function logIn(subject: Running): Promise<void> {
  let tries = 1
  let sent = await sendLogin(subject)
  for (; !sent.ok && tries < LOGIN_TRIES; tries += 1) sent = await sendLogin(subject)
  const response = await require(Promise.resolve(sent))
  const body: Readonly<Record<string, string>> = await response.json()
  subject.access = body['access'] ?? ''
  subject.refresh = body['refresh'] ?? ''
  subject.cookie = response.headers
    .getSetCookie()
    .map((line) => line.split(';')[0])
    .join('; ')
}

/** The operations, in the order of the report. */
export const OPERATIONS: readonly Operation[] = [
  { name: 'login', isRepeatable: true, send: (subject) => () => sendLogin(subject) },
  { name: 'user', isRepeatable: true, send: (subject) => () => sendUser(subject) },
  {
    name: 'refresh',
    isRepeatable: false,
    send: (subject) => (subject.name === 'better-auth' ? undefined : () => sendRefresh(subject)),
  },
  {
    name: 'verify',
    isRepeatable: true,
    send: (subject) =>
      subject.name === 'better-auth'
        ? undefined
        : () => post(subject, '/dj-rest-auth/token/verify/', { token: subject.access }),
  },
]

/** A login as the first thing that an isolate does. */
export function firstLogin(name: string, origin: string): Promise<Response> {
  return require(sendLogin({ name, origin, publicUrl: publicUrl(0), username: USERNAME }))
}

/** How a subject that listens on a port is told its own address. */
export function publicUrl(port: number): string {
  return `http://127.0.0.1:${port}`
}

function sendLogin(
  subject: Pick<Running, 'name' | 'origin' | 'publicUrl' | 'username'>,
): Promise<Response> {
  return subject.name === 'better-auth'
    ? post(subject, '/api/auth/sign-in/email', { email: EMAIL, password: PASSWORD })
    : post(subject, '/dj-rest-auth/login/', { username: subject.username, password: PASSWORD })
}

function sendUser(subject: Running): Promise<Response> {
  if (subject.name === 'better-auth') {
    return fetch(`${subject.origin}/api/auth/get-session`, { headers: { Cookie: subject.cookie } })
  }
  const headers = { Authorization: `Bearer ${subject.access}` }
  return fetch(`${subject.origin}/dj-rest-auth/user/`, { headers })
}

/** Refresh tokens rotate: each request spends what the one before it gave. */
async function sendRefresh(subject: Running): Promise<Response> {
  const response = await post(subject, '/dj-rest-auth/token/refresh/', { refresh: subject.refresh })
  if (!response.ok) return response
  const body: Readonly<Record<string, string>> = await response.clone().json()
  subject.refresh = body['refresh'] ?? subject.refresh
  return response
}

function post(
  subject: Pick<Running, 'origin' | 'publicUrl'>,
  path: string,
  body: unknown,
): Promise<Response> {
  return fetch(subject.origin + path, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', Origin: subject.publicUrl },
    body: JSON.stringify(body),
  })
}

async function require(sent: Promise<Response>): Promise<Response> {
  const response = await sent
  if (!response.ok) throw new Error(`${response.url}: ${response.status} ${await response.text()}`)
  return response
}
