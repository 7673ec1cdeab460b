/**
 * Calls to the API from the pages: credentials, one refresh, one renewed proof, CSRF. An application would use the
 * typed client (`client/`); the pages have a smaller one of their own that returns plain answers for `form.ts` to
 * show.
 */
import { config } from './config.ts'
import { forgetCredentials, keepCredentials, readCredentials } from './credentials.ts'

/** The API's answer; `status` is 0 when the network failed. */
export type Answer = {
  readonly status: number
  readonly isOk: boolean
  readonly body: Readonly<Record<string, unknown>>
  /** The same where the body is a list. */
  readonly list: readonly Readonly<Record<string, unknown>>[]
}

/** Calls an endpoint without credentials: stale ones would only make it fail. */
export function callPublic(method: string, url: string, body?: unknown): Promise<Answer> {
  return send(method, url, { body, headers: {} })
}

/** Asks for a proof of presence; resolves to whether it was given. */
type Prove = (refusal: Answer) => Promise<boolean>

let prove: Prove = () => Promise.resolve(false)

/** Registers what asks for the proof, so that this file need not know of dialogs. */
export function onProofNeeded(ask: Prove): void {
  prove = ask
}

/**
 * Calls an endpoint as the signed-in user. Where it needs a recent proof, asks for one and repeats the call once it
 * was given.
 */
export async function callAsUser(method: string, url: string, body?: unknown): Promise<Answer> {
  const answer = await callRefreshing(method, url, body)
  if (answer.body['code'] !== 'reauthentication_required') return answer
  return (await prove(answer)) ? callRefreshing(method, url, body) : answer
}

/** Refreshes an expired access token, once. */
async function callRefreshing(method: string, url: string, body?: unknown): Promise<Answer> {
  const used = readCredentials().access
  const answer = await send(method, url, { body, headers: authorization() })
  if (answer.status !== 401 || config.refresh === 'none') return answer
  if (!(await refresh(used))) return answer
  return send(method, url, { body, headers: authorization() })
}

/**
 * Refreshes the access token. Tabs share one lock: the first refreshes, the others take what it got, because a
 * refresh token that two tabs rotate looks like a replay.
 */
async function refresh(usedAccess: string | undefined): Promise<boolean> {
  return withRefreshLock(async () => {
    const stored = readCredentials()
    if (config.access.kind === 'header' && stored.access !== usedAccess) return true
    const isInBody = config.refresh === 'body'
    if (isInBody && stored.refresh === undefined) return false
    const body = isInBody ? { refresh: stored.refresh } : {}
    const answer = await callPublic('POST', `${config.api}token/refresh/`, body)
    if (answer.isOk) keepCredentials(answer.body)
    else if (answer.status === 401) forgetCredentials()
    return answer.isOk
  })
}

/**
 * Holds the lock of the Web Locks API; browsers without it go without, and rely on the grace period of rotation.
 */
function withRefreshLock(work: () => Promise<boolean>): Promise<boolean> {
  const locks: LockManager | undefined = navigator.locks
  return locks === undefined ? work() : locks.request('rest-auth-edge-refresh', work)
}

function authorization(): Readonly<Record<string, string>> {
  const { access } = readCredentials()
  if (config.access.kind === 'cookie' || access === undefined) return {}
  return { [config.access.name]: `${config.access.scheme} ${access}` }
}

async function send(
  method: string,
  url: string,
  { body, headers }: { readonly body: unknown; readonly headers: Readonly<Record<string, string>> },
): Promise<Answer> {
  const csrf = csrfToken()
  // `fetch` names its type by itself.
  const isForm = body instanceof URLSearchParams
  try {
    const response = await fetch(url, {
      method,
      credentials: 'same-origin',
      headers: {
        Accept: 'application/json',
        'Accept-Language': config.language,
        ...(csrf === '' ? {} : { [config.csrf.header]: csrf }),
        ...(body === undefined || isForm ? {} : { 'Content-Type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: isForm ? body : JSON.stringify(body) }),
    })
    return await answerOf(response)
  } catch {
    return { status: 0, isOk: false, body: {}, list: [] }
  }
}

/** Reads a response of any type. */
async function answerOf(response: Response): Promise<Answer> {
  const { status, ok: isOk } = response
  const text = await response.text()
  const value: unknown = text === '' ? {} : JSON.parse(text)
  const list = Array.isArray(value) ? value.filter(isRecord) : []
  return { status, isOk, body: isRecord(value) ? value : {}, list }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/**
 * The CSRF token as it is now: another tab's login changes the cookie. Where scripts cannot read the cookie, the
 * token that the server wrote into the page.
 */
function csrfToken(): string {
  for (const pair of document.cookie.split('; ')) {
    const [name, value] = pair.split('=')
    if (name === config.csrf.cookie && value !== undefined && value !== '') return value
  }
  return config.csrf.token
}
