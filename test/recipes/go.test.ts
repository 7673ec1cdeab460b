import { execFile } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { memberOf } from '../support/answer.ts'
import { aUser, createTestApp, type TestApp } from '../support/app.ts'
import { serve, type Served } from '../support/serve.ts'
import vectors from '../vectors/jwt-tokens.json' with { type: 'json' }

/** docs/rest_auth_edge.go, compiled by Debian's Go, before the app. */

const SOURCE = fileURLToPath(new URL('../../docs/rest_auth_edge.go', import.meta.url))
const run = promisify(execFile)
const place = mkdtempSync(join(tmpdir(), 'rest-auth-edge-go-'))
const ALICE = { username: 'alice', password: 'right-horse-staple' }

/** Answers requests with the headers of its argument, one after the other, without a port. */
const MAIN = `package main

import (
	"encoding/json"
	"example/restauthedge"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
)

func main() {
	guard := restauthedge.New(os.Args[1])
	orders := guard.Require(func(w http.ResponseWriter, _ *http.Request, user restauthedge.User) {
		fmt.Fprintf(w, "{\\"of\\":%q}", user.ID)
	})
	var headers []string
	_ = json.Unmarshal([]byte(os.Args[2]), &headers)
	answers := [][]any{}
	for _, header := range headers {
		request := httptest.NewRequest("GET", "/orders", nil)
		request.Header.Set("Authorization", header)
		recorder := httptest.NewRecorder()
		orders.ServeHTTP(recorder, request)
		answers = append(answers, []any{recorder.Code, json.RawMessage(recorder.Body.Bytes())})
	}
	_ = json.NewEncoder(os.Stdout).Encode(answers)
}
`

beforeAll(async () => {
  mkdirSync(join(place, 'restauthedge'))
  cpSync(SOURCE, join(place, 'restauthedge/guard.go'))
  writeFileSync(join(place, 'main.go'), MAIN)
  writeFileSync(join(place, 'go.mod'), 'module example\n\ngo 1.19\n')
  const env = { PATH: '/usr/bin:/bin', HOME: place, GOFLAGS: '-mod=mod', GOPROXY: 'off' }
  await run('/usr/bin/go', ['vet', './...'], { cwd: place, env })
  await run('/usr/bin/go', ['build', '-o', 'api', '.'], { cwd: place, env })
}, 120_000)
afterAll(async () => {
  // Go keeps what it downloads and builds unwritable.
  await run('/bin/chmod', ['-R', 'u+w', place])
  rmSync(place, { recursive: true })
})

type Algorithm = 'ES256' | 'EdDSA'

async function start(
  algorithm: Algorithm,
  env: Readonly<Record<string, string>> = {},
): Promise<{ readonly app: TestApp; readonly served: Served }> {
  const [pair] = vectors.asymmetric[algorithm]
  const app = await createTestApp({
    env: {
      USE_JWT: 'true',
      JWT_AUTH_HTTPONLY: 'false',
      SIMPLE_JWT_ALGORITHM: algorithm,
      SIMPLE_JWT_SIGNING_KEY: pair?.private,
      ...env,
    },
    users: [aUser()],
    now: new Date(),
  })
  return { app, served: await serve(app) }
}

async function ask(served: Served, ...headers: readonly string[]): Promise<unknown> {
  const args = [`${served.url}/dj-rest-auth`, JSON.stringify(headers)]
  const { stdout } = await run(join(place, 'api'), args)
  return JSON.parse(stdout)
}

const USER = [200, { of: '1' }]
const REFUSED = [401, { detail: 'token is missing, invalid or expired' }]

test.each<Algorithm>(['ES256', 'EdDSA'])(
  'takes JWTs that %s signs, and no others; one request for all of them',
  async (algorithm) => {
    const { app, served } = await start(algorithm)
    const access = await memberOf(app.post('/login/', ALICE), 'access')
    const refresh = await memberOf(app.post('/login/', ALICE), 'refresh')
    served.paths.length = 0
    const forged = `${access.slice(0, -8)}AAAAAAAA`
    const headers = [access, access, refresh, forged, 'a.b.c', ''].map((one) => `Bearer ${one}`)
    const answers = await ask(served, ...headers, `Token ${access}`)
    expect(answers).toEqual([USER, USER, REFUSED, REFUSED, REFUSED, REFUSED, REFUSED])
    expect(served.paths).toEqual(['/dj-rest-auth/.well-known/jwks.json'])
    await served.stop()
  },
)

test('a token that names an audience is for somebody else', async () => {
  const { app, served } = await start('ES256', { SIMPLE_JWT_AUDIENCE: 'billing' })
  const access = await memberOf(app.post('/login/', ALICE), 'access')
  expect(await ask(served, `Bearer ${access}`)).toEqual([REFUSED])
  await served.stop()
})

test('says 503 where the service cannot be asked', async () => {
  const { app, served } = await start('ES256')
  const access = await memberOf(app.post('/login/', ALICE), 'access')
  await served.stop()
  const down = [503, { detail: 'logins cannot be checked at the moment' }]
  expect(await ask(served, `Bearer ${access}`)).toEqual([down])
})
