import { createClock } from '../support/clock.ts'
import { startFaultProxy, type FaultProxy } from '../support/fault-proxy.ts'
import { startFacebook } from '../support/providers/facebook.ts'
import { newSigningKey, startOpenid } from '../support/providers/openid.ts'
import { startTwitter } from '../support/providers/twitter.ts'
import type { FaultWorld } from './fault-world.ts'
import { requestOf } from './operations.ts'

/** A provider behind a proxy. */
export type Stage = {
  readonly env: Readonly<Record<string, unknown>>
  readonly proxy: FaultProxy
  /** Reaches the provider under its real names. */
  readonly fetch: typeof fetch
  /** Goes to the provider; answers the request with what it issued, which can be sent again and again. */
  readonly begin: (world: FaultWorld) => Promise<() => Request>
  readonly stop: () => Promise<void>
}

const FACEBOOK = {
  clientId: 'fb-client',
  secret: 'fb-secret',
  redirectUri: 'https://app.example/callback/facebook',
}
const TWITTER = {
  clientId: 'tw2-client',
  secret: 'tw2-secret',
  redirectUri: 'https://app.example/callback/twitter',
}
const CORP = {
  clientId: 'corp-client',
  secret: 'corp-secret',
  redirectUri: 'https://app.example/callback/corp',
}
const GIVE_UP = { SOCIALACCOUNT_REQUESTS_TIMEOUT: '1', SOCIALACCOUNT_QUERY_EMAIL: 'true' }

type Path = { readonly path: string; readonly headers?: Readonly<Record<string, string>> }

/** Facebook as it is here. */
export type Facebook = Awaited<ReturnType<typeof startFacebook>>

/** Facebook, and what it issues. */
export async function openFacebook(
  { path, headers }: Path,
  issue: (facebook: Facebook) => Readonly<Record<string, string>>,
): Promise<Stage> {
  const facebook = await startFacebook(FACEBOOK, 'v25.0')
  const proxy = await startFaultProxy(facebook.url)
  return {
    env: {
      ...GIVE_UP,
      FACEBOOK_CLIENT_ID: FACEBOOK.clientId,
      FACEBOOK_CLIENT_SECRET: FACEBOOK.secret,
      FACEBOOK_CALLBACK_URL: FACEBOOK.redirectUri,
    },
    proxy,
    fetch: through(proxy, ['graph.facebook.com']),
    begin: () => Promise.resolve(requestOf('POST', path, issue(facebook), headers)),
    stop: () => stopAll(proxy, facebook),
  }
}

type Twitter = Awaited<ReturnType<typeof startTwitter>>

/** X, and what it issues. */
export async function openTwitter(
  issue: (twitter: Twitter) => Readonly<Record<string, string>>,
): Promise<Stage> {
  const consumer = { key: 'tw-consumer', secret: 'tw-consumer-secret' }
  const twitter = await startTwitter(consumer, TWITTER, createClock().now)
  const proxy = await startFaultProxy(twitter.url)
  return {
    env: {
      ...GIVE_UP,
      TWITTER_CLIENT_ID: consumer.key,
      TWITTER_CLIENT_SECRET: consumer.secret,
      TWITTER_OAUTH2_CLIENT_ID: TWITTER.clientId,
      TWITTER_OAUTH2_CLIENT_SECRET: TWITTER.secret,
      TWITTER_OAUTH2_CALLBACK_URL: TWITTER.redirectUri,
    },
    proxy,
    fetch: through(proxy, ['api.x.com']),
    begin: () => Promise.resolve(requestOf('POST', 'twitter/', issue(twitter))),
    stop: () => stopAll(proxy, twitter),
  }
}

/** An issuer as it is here. */
export type Openid = Awaited<ReturnType<typeof startOpenid>>

const signingKey = newSigningKey()

/** An issuer of its own at an address of its own: what is learned about one is kept for a while. */
export async function openOpenid(
  begin: (world: FaultWorld, openid: Openid) => Promise<() => Request>,
): Promise<Stage> {
  const proxy = await startFaultProxy('http://127.0.0.1:1')
  const openid = await startOpenid(CORP, {
    issuer: proxy.url,
    reachedAt: proxy.url,
    key: await signingKey,
    now: createClock().now,
  })
  proxy.setTarget(openid.url)
  const app = {
    provider_id: 'corp',
    client_id: CORP.clientId,
    secret: CORP.secret,
    callback_url: CORP.redirectUri,
    settings: { server_url: proxy.url },
  }
  return {
    env: {
      ...GIVE_UP,
      SOCIALACCOUNT_PROVIDERS: JSON.stringify({ openid_connect: { APPS: [app] } }),
    },
    proxy,
    fetch: through(proxy, []),
    begin: (world) => begin(world, openid),
    stop: () => stopAll(proxy, openid),
  }
}

/** A world of these hosts alone. */
function through(proxy: FaultProxy, hosts: readonly string[]): typeof fetch {
  return async (input, init) => {
    const url = new URL(input instanceof Request ? input.url : input)
    if (!hosts.includes(url.hostname)) throw new TypeError(`Nobody is at ${url.origin}.`)
    const headers = new Headers(init?.headers)
    headers.set('x-original-host', url.hostname)
    return fetch(`${proxy.url}${url.pathname}${url.search}`, { ...init, headers })
  }
}

async function stopAll(...servers: readonly { readonly stop: () => Promise<void> }[]) {
  await Promise.all(servers.map((server) => server.stop()))
}
