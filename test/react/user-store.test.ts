import { expect, test } from 'vitest'
import { createClient, memoryStorage, type Client } from '../../src/client/client.ts'
import { createUserStore, type UserStore } from '../../src/react/user-store.ts'

/** Who is signed in, by what the service answers and when. */

const ADA = { pk: 7, username: 'ada', email: 'a@example.com', first_name: '', last_name: '' }
const ALL_DONE = 0

type Service = {
  readonly client: Client
  readonly asked: string[]
  /** What `user/` answers next. */
  answer: () => Response | Promise<Response>
}

let number = 0

function aService(answer: Service['answer']): Service {
  const asked: string[] = []
  const service: Service = {
    asked,
    answer,
    client: createClient({
      // A name of its own: clients of one address tell each other of logins.
      url: `https://auth${(number += 1)}.example.com/`,
      mode: 'token',
      storage: memoryStorage(),
      fetch: (url) => {
        const path = new URL(String(url)).pathname
        asked.push(path)
        if (path === '/user/') return Promise.resolve(service.answer())
        return Promise.resolve(Response.json({ key: 'k', user: ADA }))
      },
    }),
  }
  return service
}

const nobody = (): Response => Response.json({ detail: 'No.' }, { status: 401 })
const ada = (): Response => Response.json(ADA)

/** Waits until everything that was answered has arrived. */
function settled(): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ALL_DONE)
  })
}

async function follow(service: Service): Promise<{
  readonly store: UserStore
  readonly seen: string[]
  readonly stop: () => void
}> {
  const store = createUserStore(service.client, undefined)
  const seen: string[] = []
  const stop = store.subscribe(() => seen.push(store.read().status))
  await settled()
  return { store, seen, stop }
}

test('asks once, for however many listen', async () => {
  const service = aService(ada)
  const { store } = await follow(service)
  store.subscribe(() => undefined)
  await settled()
  expect(service.asked).toEqual(['/user/'])
  expect(store.read()).toEqual({ status: 'signed_in', user: ADA })
})

test('asks nothing where the account is known', async () => {
  const service = aService(nobody)
  const store = createUserStore(service.client, ADA)
  store.subscribe(() => undefined)
  await settled()
  expect([service.asked, store.read().status]).toEqual([[], 'signed_in'])
})

test.each([401, 403])('%i means that nobody is signed in', async (status) => {
  const { store } = await follow(aService(() => Response.json({ detail: 'No.' }, { status })))
  expect(store.read()).toEqual({ status: 'signed_out', user: null })
})

test('a login is one request, and a logout is heard of', async () => {
  const service = aService(nobody)
  const { store, seen } = await follow(service)
  expect((await store.login({ username: 'ada', password: 'x' })).ok).toBe(true)
  expect(store.read()).toEqual({ status: 'signed_in', user: ADA })
  expect(service.asked).toEqual(['/user/', '/login/'])
  await service.client.logout()
  expect(seen).toEqual(['signed_out', 'signed_in', 'signed_out'])
})

test('a login by the client itself is heard of, too', async () => {
  const service = aService(nobody)
  const { store } = await follow(service)
  service.answer = ada
  await service.client.login({ username: 'ada', password: 'x' })
  await settled()
  expect(store.read().status).toBe('signed_in')
})

test('where the service cannot say, nobody is signed out', async () => {
  const service = aService(() => new Response('', { status: 503 }))
  const { store } = await follow(service)
  expect(store.read()).toMatchObject({ status: 'unavailable', user: undefined })
  service.answer = ada
  await store.reload()
  service.answer = () => new Response('', { status: 503 })
  await store.reload()
  expect(store.read().status).toBe('signed_in')
})

test('an answer that comes after a logout says nothing', async () => {
  let release: (response: Response) => void = () => undefined
  const late = new Promise<Response>((resolve) => {
    release = resolve
  })
  const service = aService(() => late)
  const { store } = await follow(service)
  await service.client.logout()
  release(ada())
  await settled()
  expect(store.read().status).toBe('signed_out')
})

test('who stops listening hears no more', async () => {
  const { seen, stop, store } = await follow(aService(ada))
  stop()
  store.setUser(null)
  expect(seen).toEqual(['signed_in'])
})

test('who mounts, unmounts and mounts again, as in strict mode, asks once', async () => {
  const service = aService(ada)
  const store = createUserStore(service.client, undefined)
  store.subscribe(() => undefined)()
  store.subscribe(() => undefined)
  await settled()
  expect([service.asked, store.read().status]).toEqual([['/user/'], 'signed_in'])
})
