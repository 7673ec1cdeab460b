import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'

/** The guard in Next, SvelteKit, Express and Fastify by their own types, and what of Next runs without a build. */

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const FRAMEWORKS = ['next@16', '@sveltejs/kit@2', 'fastify@5', '@types/express@5']
const place = mkdtempSync(join(tmpdir(), 'rest-auth-edge-frameworks-'))

beforeAll(() => {
  writeFileSync(join(place, 'package.json'), '{"type": "module"}')
  // Without what they compile with: Next alone brings two hundred megabytes of it.
  const quick = ['--omit=optional', '--legacy-peer-deps', '--ignore-scripts', '--prefer-offline']
  const quiet = ['--no-audit', '--no-fund', '--silent']
  const own = Object.entries(process.env).filter(([name]) => !/^npm_/i.test(name))
  execFileSync('npm', ['install', ...quick, ...quiet, ...FRAMEWORKS], {
    cwd: place,
    env: Object.fromEntries(own),
  })
  const installed = join(inject('projectDirectory'), 'node_modules/rest-auth-edge')
  symlinkSync(installed, join(place, 'node_modules/rest-auth-edge'))
}, 300_000)
afterAll(() => {
  rmSync(place, { recursive: true })
})

/** Route handlers as Next checks them in a build, and hooks as SvelteKit calls them. */
const TYPED = `import type { Handle } from '@sveltejs/kit'
import { sequence } from '@sveltejs/kit/hooks'
import type { NextRequest } from 'next/server'
import express from 'express'
import Fastify, { type FastifyRequest } from 'fastify'
import { expressGuard, fastifyGuard, GuardError, guarded } from 'rest-auth-edge/guard'
import { requireUser, svelteKitGuard } from 'rest-auth-edge/guard'

const options = { auth: 'https://auth.example.com/dj-rest-auth/' }

type Params<Own> = { params: Promise<Own> }
type Route<Own> = (request: NextRequest, context: Params<Own>) => Promise<Response | void>
const list = guarded(options, (_request, user) => Response.json({ of: user.id }))
const one = guarded(options, async (_request, user, { params }: Params<{ id: string }>) =>
  Response.json({ order: (await params).id, of: user.id }),
)
export const GET: Route<object> = list
export const POST: Route<{ id: string }> = one

export async function proxy(request: NextRequest): Promise<Response | undefined> {
  try {
    await requireUser(request, options)
    return undefined
  } catch (error) {
    if (error instanceof GuardError) return error.toResponse()
    throw error
  }
}

const inferred = svelteKitGuard(options)
const ofEvent: Handle = svelteKitGuard((event) => ({ ...options, fetch: event.fetch }))
export const handle: Handle = sequence(inferred, ofEvent, ({ event, resolve }) => resolve(event))

type Page = Parameters<typeof inferred>[0] & { event: { url: URL } }
export const some: Handle = (input: Page) =>
  input.event.url.pathname.startsWith('/account') ? inferred(input) : input.resolve(input.event)

express().use('/api', expressGuard(options)).get('/api', expressGuard(() => options))
const byHost = fastifyGuard(({ host }: FastifyRequest) => ({ ...options, audience: host }))
Fastify()
  .addHook('preHandler', fastifyGuard(options))
  .get('/', { preHandler: fastifyGuard(() => options) }, () => 1)
  .post('/', { preHandler: [byHost] }, () => 1)

// @ts-expect-error Types are really there.
export const wrong: Handle = guarded(options, () => new Response())
`

test('fits their types', () => {
  writeFileSync(join(place, 'typed.ts'), TYPED)
  const options = [
    ['--noEmit', '--strict', '--skipLibCheck', '--ignoreConfig', '--exactOptionalPropertyTypes'],
    ['--module', 'esnext', '--moduleResolution', 'bundler', '--target', 'es2023'],
    ['--lib', 'es2024,dom,dom.iterable'],
  ]
  let faults = ''
  try {
    execFileSync(join(ROOT, 'node_modules/.bin/tsc'), ['typed.ts', ...options.flat()], {
      cwd: place,
      encoding: 'utf8',
    })
  } catch (error) {
    faults = (error as { readonly stdout: string }).stdout // tsc says them there
  }
  expect(faults).toBe('')
})

const RUN = `import { NextRequest } from 'next/server.js'
import { guarded, svelteKitGuard } from 'rest-auth-edge/guard'

const options = { auth: 'https://auth.example.com/dj-rest-auth/', secret: 'x'.repeat(32) }
const route = guarded(options, () => new Response('in'))
const refused = await route(new NextRequest('https://app.example.com/api/orders'))
const handle = svelteKitGuard(options)
const event = { request: new Request('https://app.example.com/'), locals: {} }
const stopped = await handle({ event, resolve: () => new Response('in') })
console.log([refused.status, stopped.status, await stopped.text()].join(' '))
`

test("refuses a request of Next's own class", () => {
  const args = ['--input-type=module', '-e', RUN]
  const output = execFileSync(process.execPath, args, { cwd: place, encoding: 'utf8' })
  expect(output).toContain('401 401 {"code":"not_authenticated"')
})
