import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { memberOf } from '../support/answer.ts'
import { aUser, createTestApp, type TestApp } from '../support/app.ts'
import { serve, type Served } from '../support/serve.ts'
import vectors from '../vectors/jwt-tokens.json' with { type: 'json' }
import { DJANGO_SECRET_KEY, djangoWith } from './django.ts'

// docs/django_authentication.py in a real Django, which asks the app over HTTP. Users 1 to 3 were imported.

let directory: string
let database: string
let app: TestApp
let served: Served
let jwks: Record<string, string>

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'django-authentication-'))
  database = join(directory, 'django.sqlite3')
  const settings = { DJANGO_SETTINGS_MODULE: 'custom_settings', DJANGO_DATABASE: database }
  await djangoWith(settings, 'migrate', '--run-syncdb', '-v0')
}, 60_000)

afterAll(() => {
  rmSync(directory, { recursive: true })
})

beforeEach(async () => {
  jwks = {}
  await start({ USE_JWT: 'true', SECRET_KEY: DJANGO_SECRET_KEY, JWT_AUTH_HTTPONLY: 'false' })
})

afterEach(async () => {
  await served.stop()
})

async function start(env: Record<string, string>): Promise<void> {
  const users = ['ada', 'bob', 'eve', 'new'].map((username) => aUser({ username }))
  app = await createTestApp({ env, users, now: new Date() })
  served = await serve(app)
}

function login(member: 'access' | 'key', username = 'new'): Promise<string> {
  return memberOf(app.post('login/', { username, password: 'right-horse-staple' }), member)
}

/** Runs Python in the Django project on an empty database of users; answers what it prints as JSON. */
async function python(code: string): Promise<unknown> {
  const settings = {
    DJANGO_SETTINGS_MODULE: 'edge_settings',
    DJANGO_DATABASE: database,
    EDGE_URL: served.url,
    ...jwks,
  }
  return JSON.parse(await djangoWith(settings, 'shell', '-c', `${API}\n${code}`))
}

const API = `
import json, logging
from django.core.cache import cache
from rest_framework.permissions import IsAuthenticated
from rest_framework.response import Response
from rest_framework.test import APIRequestFactory
from rest_framework.views import APIView
from accounts.models import User
logging.disable(logging.CRITICAL)
User.objects.all().delete()
class Me(APIView):
    permission_classes = [IsAuthenticated]
    def get(self, request):
        user = request.user
        return Response([user.pk, user.username, user.email, user.plan, user.has_usable_password()])
def ask(header):
    response = Me.as_view()(APIRequestFactory().get("/", HTTP_AUTHORIZATION=header))
    return [response.status_code, response.data]
def show(*answers):
    print(json.dumps(answers, default=str))
`

const NEW = [200, [4, 'new', 'new@example.com', 7, false]]

test('a JWT of somebody who registered at the edge makes the user, asking once', async () => {
  const access = await login('access')
  expect(await python(`show(ask("Bearer ${access}"), ask("Bearer ${access}"))`)).toEqual([NEW, NEW])
  expect(served.paths).toEqual(['/dj-rest-auth/user/'])
})

test('public keys are enough', async () => {
  await served.stop()
  const [pair] = vectors.asymmetric.ES256
  const env = { SIMPLE_JWT_ALGORITHM: 'ES256', SIMPLE_JWT_SIGNING_KEY: pair?.private ?? '' }
  await start({ USE_JWT: 'true', JWT_AUTH_HTTPONLY: 'false', ...env })
  jwks = { EDGE_JWKS: 'yes' }
  const access = await login('access')
  expect(await python(`show(ask("Bearer ${access}"), ask("Bearer ${access}x"))`)).toMatchObject([
    NEW,
    [401, { code: 'token_not_valid' }],
  ])
})

test('an imported user is the row of that id, which keeps its columns; nobody is asked', async () => {
  const access = await login('access', 'bob')
  const answers = await python(`
User.objects.create_user("bob", "old@example.com", "pass", id=2, plan=3)
show(ask("Bearer ${access}"))`)
  expect(answers).toEqual([[200, [2, 'bob', 'old@example.com', 3, true]]])
  expect(served.paths).toEqual([])
})

test('a row that Django itself made later is nobody at the edge', async () => {
  const access = await login('access')
  const answers = await python(`
User.objects.create_superuser("root", "root@example.com", "pass", id=4, plan=1)
show(ask("Bearer ${access}"))`)
  expect(answers).toMatchObject([[401, { code: 'user_not_found' }]])
})

test('a name that somebody has here gives no way into that account', async () => {
  const access = await login('access')
  const answers = await python(`
User.objects.create_superuser("new", "new@example.com", "pass", id=77, plan=1)
show(ask("Bearer ${access}"), User.objects.count())`)
  expect(answers).toMatchObject([[401, { code: 'user_not_found' }], 1])
})

test('who is inactive here, or unknown to the service, is kept out', async () => {
  const access = await login('access')
  const refresh = await memberOf(
    app.post('login/', { username: 'new', password: 'right-horse-staple' }),
    'refresh',
  )
  const answers = await python(`
first = ask("Bearer ${access}")
User.objects.update(is_active=False)
show(first, ask("Bearer ${access}"), ask("Bearer ${refresh}"), ask("Bearer x"), ask(""))`)
  expect(answers).toMatchObject([
    NEW,
    [401, { code: 'user_inactive' }],
    [401, { code: 'token_not_valid' }],
    [401, { code: 'token_not_valid' }],
    [401, {}],
  ])
})

test('where the service is away, nobody new is let in, and nobody is told that the token is bad', async () => {
  const access = await login('access')
  await served.stop()
  const answers = await python(`show(ask("Bearer ${access}"), User.objects.count())`)
  expect(answers).toEqual([[503, { detail: 'Logins cannot be checked at the moment.' }], 0])
  served = await serve(app)
})

test('an auth token is shown to the service once a minute; names follow, columns of one’s own stay', async () => {
  await served.stop()
  await start({})
  const key = await login('key')
  const answers = await python(`
first = ask("Token ${key}")
User.objects.update(plan=9, email="old@example.com")
second = ask("Token ${key}")
cache.clear()
show(first, second, ask("Token ${key}"), ask("Token ${'0'.repeat(40)}"), ask("Token"))`)
  expect(answers).toMatchObject([
    NEW,
    [200, [4, 'new', 'old@example.com', 9, false]],
    [200, [4, 'new', 'new@example.com', 9, false]],
    [401, { detail: 'Invalid token.' }],
    [401, { detail: 'Invalid token header.' }],
  ])
  expect(served.paths).toHaveLength(3)
})

test('credentials go to https alone, and follow no redirect', async () => {
  const access = await login('access')
  const answers = await python(`
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
settings.REST_AUTH_EDGE["URL"] = "http://auth.example.com/dj-rest-auth/"
try:
    ask("Bearer ${access}")
except ImproperlyConfigured as error:
    show(str(error))`)
  expect(answers).toEqual([
    'REST_AUTH_EDGE["URL"] must begin with https://: credentials are sent there.',
  ])
  await served.stop()
  const asked: string[] = []
  served = await serve({
    fetch: (request) => {
      asked.push(new URL(request.url).pathname)
      return Promise.resolve(
        new Response(null, { status: 302, headers: { Location: '/elsewhere' } }),
      )
    },
  })
  expect(await python(`show(ask("Bearer ${access}"))`)).toMatchObject([[503, {}]])
  expect(asked).toEqual(['/dj-rest-auth/user/'])
})
