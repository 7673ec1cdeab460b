/** The outside world on Cloudflare Workers. */
import { clientBlock } from './core/limits/client-block.ts'
import type { Client } from './deps.ts'
import { platform, type EmailBinding, type Platform } from './platform.ts'

/** What we use of a Worker's `ExecutionContext`; absent in tests. */
export type Background = { readonly waitUntil: (work: Promise<unknown>) => void }

/** The platform of a request to a Worker on Cloudflare. */
export function workersPlatform(
  request: Request,
  env: unknown,
  background: Background | undefined,
): Platform {
  return {
    ...backgroundPlatform(env, background),
    client: clientOf(request),
    limitFlood: floodLimiter(env),
  }
}

/** The platform of work that no request of a client asked for: the cron handler, calls of other Workers. */
export function backgroundPlatform(env: unknown, background: Background | undefined): Platform {
  return {
    ...platform,
    email: emailBinding(env),
    bound: (name) => serviceBinding(env, name),
    client: NO_CLIENT,
    defer: (work) => {
      background?.waitUntil(work)
    },
  }
}

/** Cloudflare writes these headers itself: what a client sends under their names does not arrive. */
function clientOf(request: Request): Client {
  return {
    address: request.headers.get('cf-connecting-ip') ?? '',
    country: request.headers.get('cf-ipcountry') ?? '',
    // Read when someone asks for it: few requests do, and the runtime parses all of `cf` for it.
    get city() {
      return cityOf(request)
    },
    userAgent: (request.headers.get('user-agent') ?? '').slice(0, 255),
    acceptLanguage: request.headers.get('accept-language') ?? '',
  }
}

/** Workers have what Cloudflare knows of a request in `cf`, which no other runtime has. */
function cityOf(request: Request): string {
  const cf = 'cf' in request ? request.cf : undefined
  const city = isObject(cf) && 'city' in cf ? cf.city : undefined
  return typeof city === 'string' ? city.slice(0, 100) : ''
}

const NO_CLIENT: Client = { address: '', country: '', userAgent: '' }

/**
 * The binding `RATE_LIMITER` of wrangler.toml, where there is one. It counts loosely and per location, but
 * before anything else is done; a binding that fails rejects no request.
 */
function floodLimiter(env: unknown): Platform['limitFlood'] {
  const binding = isObject(env) && 'RATE_LIMITER' in env ? env.RATE_LIMITER : undefined
  if (!isRateLimiter(binding)) return undefined
  return async (address) => {
    try {
      return (await binding.limit({ key: clientBlock(address) })).success
    } catch {
      return true
    }
  }
}

type RateLimiter = {
  readonly limit: (options: { readonly key: string }) => Promise<{ readonly success: boolean }>
}

function isRateLimiter(binding: unknown): binding is RateLimiter {
  return isObject(binding) && 'limit' in binding
}

/** The binding `EMAIL` of wrangler.toml, where there is one. */
function emailBinding(env: unknown): EmailBinding | undefined {
  const binding = isObject(env) && 'EMAIL' in env ? env.EMAIL : undefined
  return isEmailBinding(binding) ? binding : undefined
}

function isEmailBinding(binding: unknown): binding is EmailBinding {
  return isObject(binding) && 'send' in binding
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}

function serviceBinding(env: unknown, name: string): typeof fetch | undefined {
  const binding: unknown = isObject(env) ? Reflect.get(env, name) : undefined
  if (!isFetcher(binding)) return undefined
  return (input, init) => binding.fetch(input, init)
}

function isFetcher(binding: unknown): binding is { readonly fetch: typeof fetch } {
  return isObject(binding) && 'fetch' in binding && typeof binding.fetch === 'function'
}
