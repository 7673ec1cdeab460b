import { expect, test } from 'vitest'
import { PathRouter } from '../../src/web/path-router.ts'

function routerOf(routes: readonly (readonly [method: string, path: string])[]) {
  const router = new PathRouter<string>()
  for (const [method, path] of routes) router.add(method, path, `${method} ${path}`)
  return (method: string, path: string) => router.match(method, path)[0][0]
}

test.each([
  ['a plain path', 'GET', '/login/', ['ALL /login/', {}]],
  ['one without its slash, which is not declared', 'GET', '/login', undefined],
  ['more slashes than are declared', 'GET', '/login//', undefined],
  ['a method that is not declared', 'POST', '/docs/', undefined],
  ['a parameter', 'GET', '/confirm/a%20b:c/', ['GET /confirm/:key/', { key: 'a%20b:c' }]],
  ['an empty parameter', 'GET', '/confirm//', undefined],
  ['a parameter with a slash in it', 'GET', '/confirm/a/b/', undefined],
  ['a parameter of its form', 'PUT', '/emails/12/', ['ALL /emails/:id{[0-9]+}/', { id: '12' }]],
  ['one that has another form', 'PUT', '/emails/1a/', undefined],
  ['a plain path before a pattern that fits it, too', 'GET', '/emails/7/', ['GET /emails/7/', {}]],
  ['all below a path', 'GET', '/a.b/api/x/y', ['GET /a.b/api/*', {}]],
  ['a dot, which is one', 'GET', '/axb/api/x', undefined],
  ['a name that every object has', 'GET', 'constructor', undefined],
])('finds %s', (_what, method, path, expected) => {
  const match = routerOf([
    ['ALL', '/login/'],
    ['GET', '/docs/'],
    ['GET', '/confirm/:key/'],
    ['ALL', '/emails/:id{[0-9]+}/'],
    ['GET', '/emails/7/'],
    ['GET', '/a.b/api/*'],
  ])
  expect(match(method, path)).toEqual(expected)
})

test('of two routes for one path the first that takes the method is found', () => {
  const match = routerOf([
    ['POST', '/x/'],
    ['ALL', '/x/'],
    ['GET', '/x/'],
  ])
  expect(match('POST', '/x/')).toEqual(['POST /x/', {}])
  expect(match('GET', '/x/')).toEqual(['ALL /x/', {}])
})

test('sections are made when a path first needs them, in their order', () => {
  const made: string[] = []
  const section = (name: string, prefix: string, paths: readonly string[]) => ({
    prefix,
    routes: () => {
      made.push(name)
      return paths.map((path) => ['GET', path, `${name} ${path}`] as const)
    },
  })
  const router = new PathRouter<string>([
    section('endpoints', '/auth', ['/auth/login/', '/auth/emails/:id/']),
    section('pages', '/auth', ['/auth/login/', '/auth/sign-in/']),
    section('root', '/', ['/healthz']),
  ])
  const match = (path: string) => router.match('GET', path)[0][0]?.[0]
  expect(match('elsewhere')).toBeUndefined()
  expect(made).toEqual([])
  expect(match('/healthz')).toBe('root /healthz')
  expect(match('/auth/login/')).toBe('endpoints /auth/login/')
  expect(match('/auth/login/')).toBe('endpoints /auth/login/')
  expect(made).toEqual(['root', 'endpoints'])
  expect(match('/auth/sign-in/')).toBe('pages /auth/sign-in/')
  expect(match('/auth/nothing/')).toBeUndefined()
  expect(made).toEqual(['root', 'endpoints', 'pages'])
})

test('an earlier section goes before a later one that was made first', () => {
  const router = new PathRouter<string>([
    { prefix: '/metrics', routes: () => [['GET', '/metrics', 'index']] },
    {
      prefix: '/',
      routes: () => [
        ['GET', '/healthz', 'root'],
        ['GET', '/metrics', 'root'],
      ],
    },
  ])
  expect(router.match('GET', '/healthz')).toEqual([[['root', {}]]])
  expect(router.match('GET', '/metrics')).toEqual([[['index', {}]]])
})

test('a route that is added later goes after those of sections', () => {
  const router = new PathRouter<string>([
    { prefix: '/auth', routes: () => [['GET', '/auth/login/', 'own']] },
  ])
  router.add('GET', '/auth/login/', 'added')
  router.add('GET', '/auth/more/', 'added')
  expect(router.match('GET', '/auth/login/')).toEqual([[['own', {}]]])
  expect(router.match('GET', '/auth/more/')).toEqual([[['added', {}]]])
})
