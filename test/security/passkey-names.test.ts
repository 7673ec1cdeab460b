import { expect, test } from 'vitest'
import { aUser, createTestApp, type TestApp } from '../support/app.ts'
import { credentialId } from '../conformance/authenticator.ts'
import { FACTORS, seedKey } from '../support/second-factor.ts'

/** What `passkeys/login/begin/` names for a name tells nothing of accounts and passkeys (WebAuthn L3 §14.6.2). */
type Named = readonly { readonly id: string; readonly transports?: readonly string[] }[]

async function namedFor(app: TestApp, username: string): Promise<Named> {
  const response = await app.post('passkeys/login/begin/', { username })
  expect(response.status).toBe(200)
  return ((await response.json()) as { readonly allowCredentials: Named }).allowCredentials
}

const idOf = (key: string): string => credentialId(key).toString('base64url')
const kindOf = ({ transports }: Named[number]): string => JSON.stringify(transports ?? 'untold')

const KEPT: Readonly<Record<string, readonly (readonly string[])[]>> = {
  none: [],
  untold: [[]],
  odd: [['usb', 'ble']],
  reversed: [['internal', 'hybrid']],
  card: [['smart-card']],
  many: Array.from({ length: 12 }, () => ['internal']),
}

async function appWithPasskeys(): Promise<TestApp> {
  const users = Object.keys(KEPT).map((username) => aUser({ username }))
  const app = await createTestApp({ env: FACTORS, users })
  for (const [username, keys] of Object.entries(KEPT)) {
    for (const [index, transports] of keys.entries()) {
      await seedKey(app, `${username}${index}`, { username, transports })
    }
  }
  return app
}

test('as many passkeys for everybody, of kinds that imaginary ones have', async () => {
  const app = await appWithPasskeys()
  const imaginary: Named[] = []
  for (let index = 0; index < 60; index += 1) imaginary.push(await namedFor(app, `nobody${index}`))
  const kinds = new Set(imaginary.flat().map(kindOf))
  for (const username of Object.keys(KEPT)) {
    const named = await namedFor(app, username)
    expect([username, named.length]).toEqual([username, imaginary[0]?.length])
    expect(named.filter((one) => !kinds.has(kindOf(one)))).toEqual([])
  }
  expect(new Set(imaginary.map(({ length }) => length)).size).toBe(1)
})

test('the account’s own are among them, the newest of very many', async () => {
  const app = await appWithPasskeys()
  for (const [username, keys] of Object.entries(KEPT)) {
    const named = (await namedFor(app, username)).map(({ id }) => id)
    const newest = keys.map((_, index) => idOf(`${username}${index}`)).slice(-named.length)
    expect(newest.filter((id) => !named.includes(id))).toEqual([])
  }
})

test('the same whenever it is asked for', async () => {
  const app = await appWithPasskeys()
  for (const username of [...Object.keys(KEPT), 'nobody']) {
    expect(await namedFor(app, username)).toEqual(await namedFor(app, username))
  }
})
