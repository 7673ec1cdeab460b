import { createService } from '../../src/service.ts'
import type { Platform } from '../../src/platform.ts'
import { openDeps } from '../../src/request-deps.ts'
import type { EmailMessage } from '../../src/email-message.ts'
import { parseSettings, type Settings } from '../../src/settings/parse.ts'
import { createClock } from '../support/clock.ts'
import { mountedRoutes } from '../../src/surfaces/rest-auth/routes.ts'
import { describeApi } from '../../src/surfaces/rest-auth/openapi-document.ts'
import { createAnswerCheck, type CheckAnswer } from '../openapi/answers.ts'
import { createFakeFetch, type Exchange } from '../support/fake-fetch.ts'
import type { Sqld } from '../support/sqld.ts'
import { CorpusError, requireNumber, requireObject, requireOnly, requireText } from './require.ts'
import type { JsonObject } from './json.ts'
import { applySeed } from './seed.ts'
import { workerVariables } from './settings.ts'
import type { Exchanged, World } from './world.ts'

/** The recorder's peer. */
const CLIENT = { address: '127.0.0.1', country: '', userAgent: '' }

/** Time that passes with every request, as it did where the corpus was recorded. */
const REQUEST_SECONDS = 0.005

type App = {
  readonly settings: Settings
  readonly fetch: (request: Request) => Promise<Response>
  readonly checkAnswer: CheckAnswer
}

/** A world that also counts the answers it judged by the API's own description. */
export type EdgeWorld = World & { readonly answersJudged: () => number }

/** Whether an app is one isolate, or a new one for each request: its first login has a head start. */
type Isolates = 'one' | 'each new'

/** The real app over a real database; only `Platform` is ours. */
export function createEdgeWorld(sqld: Sqld, isolates: Isolates): EdgeWorld {
  const apps = new Map<string, App>()
  const outsideWorld = createFakeFetch(sqld.url)
  let exchanges: readonly Exchange[] = []
  let answersJudged = 0
  let clock = createClock()
  let mails: EmailMessage[] = []
  let log: string[] = []
  let deferred: Promise<unknown>[] = []
  let app: App | undefined

  const outside: Platform = {
    fetch: outsideWorld.fetch,
    now: () => clock.now(),
    randomBytes: (length) => crypto.getRandomValues(new Uint8Array(length)),
    defer: (work) => deferred.push(work),
    log: (line) => log.push(JSON.stringify(line)),
    client: CLIENT,
    sendEmail: (message) => {
      mails.push(message)
      return Promise.resolve({ kind: 'sent' })
    },
  }

  const setExchanges = (given: readonly Exchange[]): void => {
    exchanges = given
    outsideWorld.setExchanges(given)
  }

  const appFor = async (settings: JsonObject): Promise<App> => {
    const variables = workerVariables(settings)
    const key = JSON.stringify(variables)
    const known = apps.get(key)
    if (known !== undefined) return known
    const parsed = parseSettings({
      // Busy machines: what is compared is answers, not deadlines.
      DATABASE_TIMEOUT_MS: '60000',
      ...variables,
      TURSO_DATABASE_URL: sqld.url,
    })
    const newIsolate = () => createService(parsed, () => outside)
    const one = newIsolate()
    const fetch = async (request: Request) =>
      (isolates === 'one' ? one : newIsolate()).fetch(request)
    const described = describeApi(parsed, await mountedRoutes(parsed))
    const checkAnswer = createAnswerCheck(described, parsed.URL_PREFIX)
    const created = { settings: parsed, fetch, checkAnswer }
    apps.set(key, created)
    return created
  }

  const current = (): App => {
    if (app === undefined) throw new CorpusError('the world has not begun')
    return app
  }

  const settle = async (): Promise<void> => {
    while (deferred.length > 0) {
      const work = deferred
      deferred = []
      await Promise.all(work)
    }
    const failed = log.find((line) => line.includes('deferred_work_failed'))
    if (failed !== undefined) throw new Error(`Deferred work failed: ${log.join('\n')}`)
    const wasted = log.find((line) => line.includes('wasted_round_trips'))
    if (wasted !== undefined) throw new Error(`A head start in vain: ${log.join('\n')}`)
  }

  return {
    answersJudged: () => answersJudged,
    begin: async (settings) => {
      await sqld.resetDatabase()
      clock = createClock()
      mails = []
      setExchanges([])
      app = await appFor(settings)
    },
    send: async (request): Promise<Exchanged> => {
      log = []
      outsideWorld.calls.length = 0
      clock.advance(REQUEST_SECONDS)
      const response = await current().fetch(request)
      await settle()
      answersJudged += 1
      const outsideFailed = outsideWorld.calls.some(({ status = 503 }) => status >= 500)
      return {
        response,
        outsideFailed,
        undescribed: await undescribed(current(), request, response),
        log,
      }
    },
    seed: async (operation) => {
      const { settings } = current()
      return applySeed({ ...openDeps(settings, outside), now: clock.now() }, operation)
    },
    setProviders: (given) => {
      setExchanges(given.map(readExchange))
    },
    now: () => clock.now(),
    wait: (seconds) => {
      clock.advance(seconds)
    },
    takeMails: () => {
      const taken = mails
      mails = []
      return taken
    },
    remember: async () => {
      const snapshot = await sqld.takeSnapshot()
      const remembered = { exchanges, now: clock.now(), mails: [...mails] }
      return async () => {
        await sqld.restoreSnapshot(snapshot)
        clock = createClock(remembered.now)
        mails = [...remembered.mails]
        setExchanges(remembered.exchanges)
      }
    },
  }
}

/** What of an answer the API's own description does not say. */
async function undescribed(
  { checkAnswer }: App,
  request: Request,
  response: Response,
): Promise<readonly string[]> {
  return checkAnswer({
    method: request.method,
    path: new URL(request.url).pathname,
    status: response.status,
    contentType: response.headers.get('content-type'),
    text: await response.clone().text(),
  })
}

/** One entry of a `provider` step. */
function readExchange(recorded: JsonObject): Exchange {
  const {
    method,
    url,
    query = {},
    status,
    json,
    text = '',
    content_type = '',
    ...unknown
  } = recorded
  requireOnly(unknown, [], 'exchange')
  return {
    method: requireText(method, 'method'),
    url: requireText(url, 'url'),
    query: Object.fromEntries(
      Object.entries(requireObject(query, 'query')).map(([name, value]) => [
        name,
        typeof value === 'string' ? value : JSON.stringify(value),
      ]),
    ),
    status: requireNumber(status, 'status'),
    ...(json === undefined
      ? { body: requireText(text, 'text'), contentType: requireText(content_type, 'content_type') }
      : { body: JSON.stringify(json), contentType: 'application/json' }),
  }
}
