import { sql } from 'drizzle-orm'
import { describe, expect, test } from 'vitest'
import { insertFreeMore, readProfile } from '../../../src/core/accounts/new-more.ts'
import { batch } from '../../../src/db/batch.ts'
import { ownFieldKeys, ownFields } from '../../../src/db/schema/own-fields.ts'
import { users } from '../../../src/db/schema/users.ts'
import { aUser, createTestApp, type TestApp } from '../../support/app.ts'
import { settingsOf } from '../../support/settings.ts'

const PASSWORD = 'right-horse-staple'
const KEY = '0123456789abcdef0123456789abcdef01234567'
const BY_TOKEN = { Authorization: `Token ${KEY}` }

const USER_FIELDS = {
  phone: { type: 'phone', required: true, unique: true },
  nick: { type: 'string', max_length: 20, unique: true, pattern: '[a-z]+\\d*' },
  age: { type: 'integer', min_value: 13, max_value: 150 },
  newsletter: { type: 'boolean', default: false },
  'profile.company': { type: 'string', max_length: 40 },
  'profile.born': { type: 'date' },
  plan: { type: 'choice', choices: ['free', 'pro'], default: 'free', write: 'staff' },
  score: { type: 'integer', write: 'server', read: 'staff' },
  tags: { type: 'json', max_bytes: 64 },
}
const env = { USER_FIELDS }

const REGISTRATION = {
  username: 'ada',
  email: 'ada@example.com',
  password1: PASSWORD,
  password2: PASSWORD,
}

function send(app: TestApp, method: string, body: unknown): Promise<Response> {
  const headers = { ...BY_TOKEN, 'Content-Type': 'application/json' }
  return app.request('/user/', { method, headers, body: JSON.stringify(body) })
}

async function answerOf(response: Response): Promise<unknown> {
  return { status: response.status, body: await response.json() }
}

const EMPTY = {
  phone: '',
  nick: '',
  age: null,
  newsletter: false,
  profile: { company: '', born: null },
  plan: 'free',
  tags: null,
}

const ADA = {
  pk: 1,
  username: 'ada',
  email: 'ada@example.com',
  first_name: '',
  last_name: '',
}

describe('registration', () => {
  test('keeps declared fields and nothing else, and answers with them', async () => {
    const app = await createTestApp({ env: { ...env, USE_JWT: 'true' } })
    const response = await app.post('/registration/', {
      ...REGISTRATION,
      phone: '+49 (89) 123-4567',
      age: '30',
      profile: { company: ' Analytical Engines ', born: '1815-12-10', is_staff: true },
      tags: ['a', { b: 1.5 }],
      plan: 'pro',
      score: 100,
      is_staff: true,
      is_superuser: true,
    })
    expect(response.status).toBe(201)
    const { user }: { user: unknown } = await response.json()
    expect(user).toEqual({
      ...ADA,
      phone: '+49891234567',
      nick: '',
      age: 30,
      newsletter: false,
      profile: { company: 'Analytical Engines', born: '1815-12-10' },
      plan: 'free',
      tags: ['a', { b: 1.5 }],
    })
    const { db } = app.deps()
    expect(await db.select({ isStaff: users.isStaff }).from(users)).toEqual([{ isStaff: false }])
    expect(await db.select().from(ownFields)).toEqual([
      {
        userId: 1,
        document: {
          phone: '+49891234567',
          age: 30,
          newsletter: false,
          'profile.company': 'Analytical Engines',
          'profile.born': '1815-12-10',
          plan: 'free',
          tags: ['a', { b: 1.5 }],
        },
      },
    ])
  })

  test('says all that is wrong at once, in the words of Django REST framework', async () => {
    const app = await createTestApp({ env, users: [aUser({ username: 'ada' })] })
    const response = await app.post('/registration/', {
      ...REGISTRATION,
      password1: '1',
      password2: '1',
      nick: 'NO',
      age: 'x',
      newsletter: 'maybe',
      profile: { company: 'x'.repeat(41), born: '1815-13-01' },
      tags: 'x'.repeat(80),
    })
    expect(await answerOf(response)).toEqual({
      status: 400,
      body: {
        phone: ['This field is required.'],
        nick: ['This value does not match the required pattern.'],
        age: ['A valid integer is required.'],
        newsletter: ['Must be a valid boolean.'],
        profile: {
          company: ['Ensure this field has no more than 40 characters.'],
          born: ['Date has wrong format. Use one of these formats instead: YYYY-MM-DD.'],
        },
        tags: ['Ensure this value has no more than 64 bytes.'],
        username: ['A user with that username already exists.'],
        email: ['User is already registered with this e-mail address.'],
        password1: [expect.stringContaining('too short'), expect.anything(), expect.anything()],
      },
    })
  })

  test('takes forms, where an unticked box is false and a group has a dot', async () => {
    const app = await createTestApp({ env })
    const form = new URLSearchParams({
      ...REGISTRATION,
      phone: '+4989123456',
      'profile.company': 'Engines',
      age: '',
    })
    const response = await app.request('/registration/', { method: 'POST', body: form })
    expect(response.status).toBe(201)
    const [row] = await app.deps().db.select().from(ownFields)
    expect(row?.document).toEqual({
      phone: '+4989123456',
      'profile.company': 'Engines',
      age: null,
      newsletter: false,
      plan: 'free',
    })
  })

  test('refuses a group that is no object', async () => {
    const app = await createTestApp({ env })
    const body = { ...REGISTRATION, phone: '+4989123456', profile: 'x' }
    expect(await answerOf(await app.post('/registration/', body))).toEqual({
      status: 400,
      body: {
        profile: { non_field_errors: ['Invalid data. Expected a dictionary, but got str.'] },
      },
    })
  })

  test('refuses a unique value that another account has, however it is written', async () => {
    const app = await createTestApp({ env })
    const first = { ...REGISTRATION, phone: '+4989123456', nick: 'bee' }
    expect((await app.post('/registration/', first)).status).toBe(201)
    const second = {
      ...REGISTRATION,
      username: 'bob',
      email: 'bob@example.com',
      phone: '0049 89 123456',
    }
    expect(await answerOf(await app.post('/registration/', second))).toEqual({
      status: 400,
      body: { phone: ['This field must be unique.'] },
    })
    expect(await app.deps().db.select({ id: users.id }).from(users)).toHaveLength(1)
  })

  test('speaks the language of the caller', async () => {
    const app = await createTestApp({ env: { ...env, USE_ACCEPT_LANGUAGE: 'true' } })
    const body = { ...REGISTRATION, phone: 'x', age: 3 }
    const response = await app.post('/registration/', body, { 'Accept-Language': 'de' })
    expect(await response.json()).toEqual({
      phone: ['Gib eine gültige Telefonnummer ein.'],
      age: ['Dieser Wert muss größer oder gleich 13 sein.'],
    })
  })
})

const RACERS = Number(process.env['OWN_FIELD_RACERS'] ?? 20)

test(`of ${RACERS} registrations with one unique value at once, one wins`, async () => {
  const app = await createTestApp({ env: { ...env, ACCOUNT_RATE_LIMITS: 'false' } })
  const responses = await Promise.all(
    Array.from({ length: RACERS }, async (_, index) => {
      const name = `racer${index}`
      const own = { username: name, email: `${name}@example.com`, phone: '+4989123456' }
      return app.post('/registration/', { ...REGISTRATION, ...own })
    }),
  )
  const statuses = responses.map(({ status }) => status)
  // Who would wait too long for a password to be hashed is told to come again, and has made nothing.
  expect(statuses.filter((status) => status === 201)).toHaveLength(1)
  expect(statuses.filter((status) => status !== 201 && status !== 400 && status !== 503)).toEqual(
    [],
  )
  const { db } = app.deps()
  expect(await db.select({ id: users.id }).from(users)).toHaveLength(1)
  expect(await db.select().from(ownFieldKeys)).toHaveLength(1)
})

describe('user/', () => {
  const ada = aUser({ username: 'ada', password: PASSWORD, tokenKey: KEY })

  test('shows what an account has, and the default where it has nothing', async () => {
    const app = await createTestApp({ env, users: [ada] })
    const response = await app.request('/user/', { headers: BY_TOKEN })
    expect(await response.json()).toEqual({ ...ADA, ...EMPTY })
  })

  test('PATCH changes what is given, and never what is not the owner’s to write', async () => {
    const app = await createTestApp({ env, users: [ada] })
    const first = { phone: '+4989123456', tags: { a: { b: 1 } }, profile: { company: 'One' } }
    expect((await send(app, 'PATCH', first)).status).toBe(200)
    const second = { tags: { a: {} }, profile: { born: '1815-12-10' }, plan: 'pro', score: 1 }
    expect(await answerOf(await send(app, 'PATCH', second))).toEqual({
      status: 200,
      body: {
        ...ADA,
        ...EMPTY,
        phone: '+4989123456',
        tags: { a: {} },
        profile: { company: 'One', born: '1815-12-10' },
      },
    })
    const [row] = await app.deps().db.select().from(ownFields)
    expect(Object.keys(row?.document ?? {})).not.toContain('score')
  })

  test('PUT wants what is required, and names and fields change together or not at all', async () => {
    const bob = aUser({ username: 'bob' })
    const app = await createTestApp({ env, users: [ada, bob] })
    expect(await answerOf(await send(app, 'PUT', { username: 'ada' }))).toEqual({
      status: 400,
      body: { phone: ['This field is required.'] },
    })
    const taken = { username: 'bob', phone: '+4989123456' }
    expect(await answerOf(await send(app, 'PUT', taken))).toEqual({
      status: 400,
      body: { username: ['A user with that username already exists.'] },
    })
    expect(await app.deps().db.select().from(ownFields)).toEqual([])
    const good = { username: 'ada', first_name: 'Ada', phone: '+4989123456' }
    expect(await answerOf(await send(app, 'PUT', good))).toEqual({
      status: 200,
      body: { ...ADA, ...EMPTY, first_name: 'Ada', phone: '+4989123456' },
    })
  })

  test('a unique value may be kept, given up and taken over', async () => {
    const bob = aUser({ username: 'bob', tokenKey: 'f'.repeat(40) })
    const app = await createTestApp({ env, users: [ada, bob] })
    const asBob = { Authorization: `Token ${'f'.repeat(40)}`, 'Content-Type': 'application/json' }
    const patchBob = (body: unknown) =>
      app.request('/user/', { method: 'PATCH', headers: asBob, body: JSON.stringify(body) })
    expect((await send(app, 'PATCH', { nick: 'bee' })).status).toBe(200)
    expect((await send(app, 'PATCH', { nick: 'bee' })).status).toBe(200)
    const refused = await patchBob({ nick: 'bee', first_name: 'Bob' })
    expect(await answerOf(refused)).toEqual({
      status: 400,
      body: { nick: ['This field must be unique.'] },
    })
    expect((await send(app, 'PATCH', { nick: '' })).status).toBe(200)
    expect((await patchBob({ nick: 'bee' })).status).toBe(200)
    expect(await app.deps().db.select().from(ownFieldKeys)).toEqual([
      { field: 'nick', folded: 'bee', userId: 2 },
    ])
  })

  test('OPTIONS tells of them as Django REST framework does', async () => {
    const app = await createTestApp({ env, users: [ada] })
    const response = await app.request('/user/', { method: 'OPTIONS', headers: BY_TOKEN })
    const { actions }: { actions: { PUT: Record<string, unknown> } } = await response.json()
    expect(actions.PUT).toMatchObject({
      phone: { type: 'string', required: true, read_only: false, label: 'Phone', max_length: 255 },
      age: { type: 'integer', min_value: 13, max_value: 150, required: false },
      plan: { type: 'choice', read_only: true, choices: [{ value: 'free' }, { value: 'pro' }] },
      profile: {
        type: 'nested object',
        required: false,
        children: { born: { type: 'date', label: 'Born' } },
      },
    })
    expect(actions.PUT).not.toHaveProperty('score')
  })

  test('openapi.json describes them', async () => {
    const app = await createTestApp({ env: { ...env, USE_JWT: 'true', API_DOCS: 'true' } })
    type Document = {
      components: { schemas: Record<string, { properties: object; required: string[] }> }
    }
    const { components }: Document = await (await app.request('/openapi.json')).json()
    const { schemas } = components
    expect(schemas['User']?.properties).toMatchObject({
      phone: { type: 'string', maxLength: 255 },
      age: { type: ['integer', 'null'], minimum: 13 },
      profile: { type: 'object', properties: { born: { format: 'date' } } },
      plan: { enum: ['free', 'pro', ''] },
    })
    expect(schemas['RegistrationRequest']?.required).toContain('phone')
    expect(schemas['RegistrationRequest']?.properties).not.toHaveProperty('plan')
    expect(schemas['PatchedUserRequest']?.properties).toHaveProperty('nick')
  })
})

describe('a sign-up by a provider', () => {
  const social = {
    USER_FIELDS: {
      locale: { from: ['locale', 'language'], max_length: 5 },
      avatar: { type: 'url', from: 'picture', write: 'server' },
      alias: { from: 'hd.name', unique: true, jwt: true },
      age: { type: 'integer', from: 'age' },
      phone: { type: 'phone', required: true },
    },
    USE_JWT: 'true',
    JWT_AUTH_HTTPONLY: 'false',
  }
  const said = {
    sub: 'p1',
    locale: 'de-DE-x-long',
    picture: 'https://cdn.example.com/ada.png',
    hd: { name: 'ada' },
    age: 'old',
  }

  test('takes what the profile says where it is good and free, and leaves out the rest', async () => {
    const app = await createTestApp({ env: social })
    const more = await readProfile(app.deps(), said)
    expect(more.own?.values).toEqual({ avatar: said.picture, alias: 'ada' })
    const { db } = app.deps()
    await db.insert(users).values([
      { username: 'one', usernameFolded: 'one', password: '!', dateJoinedAt: app.deps().now },
      { username: 'two', usernameFolded: 'two', password: '!', dateJoinedAt: app.deps().now },
    ])
    const first = await batch(db, insertFreeMore(app.deps(), sql`(select 1)`, more))
    expect(first.kept).toEqual([[{ document: { avatar: said.picture, alias: 'ada' } }]])
    const second = await batch(db, insertFreeMore(app.deps(), sql`(select 2)`, more))
    expect(second.kept).toEqual([[{ document: { avatar: said.picture } }]])
    expect(await db.select().from(ownFieldKeys)).toEqual([
      { field: 'alias', folded: 'ada', userId: 1 },
    ])
  })
})

/** 20 rounds, or as many as the environment asks for. */
const ROUNDS = Number(process.env['RACE_ROUNDS'] ?? 20)
/** A busy machine plays a round in less. */
const ROUNDS_MS = ROUNDS * 1_000

test(
  `a unique value that two accounts take at once is one's, ${ROUNDS} of ${ROUNDS} times`,
  async () => {
    const keys = ['1', '2'].map((digit) => digit.repeat(40))
    const people = keys.map((tokenKey, at) => aUser({ username: `user${at}`, tokenKey }))
    const app = await createTestApp({ env, users: people })
    for (let round = 0; round < ROUNDS; round += 1) {
      // The same number to whoever calls it.
      const number = String(1_000_000 + round)
      const phones = [`+49 89 ${number}`, `0049-89-${number}`]
      const answers = await Promise.all(
        keys.map((key, at) =>
          app.request('/user/', {
            method: 'PATCH',
            headers: { Authorization: `Token ${key}`, 'Content-Type': 'application/json' },
            body: JSON.stringify({ tags: [round], phone: phones[at] }),
          }),
        ),
      )
      const statuses = answers.map(({ status }) => status).sort((a, b) => a - b)
      expect({ round, statuses }).toEqual({ round, statuses: [200, 400] })
      const held = await app.deps().db.select().from(ownFieldKeys)
      expect(held.filter(({ folded }) => folded === `+4989${number}`).length).toBe(1)
    }
  },
  ROUNDS_MS,
)

test.each(['1e400', '-1e400', '[{"a": 1e999}]'])(
  'JSON of %s holds no number that can be kept, and is refused',
  async (number) => {
    const app = await createTestApp({ env, users: [aUser({ tokenKey: KEY })] })
    const headers = { ...BY_TOKEN, 'Content-Type': 'application/json' }
    const body = `{"tags": ${number}}`
    expect(await answerOf(await app.request('/user/', { method: 'PATCH', headers, body }))).toEqual(
      { status: 400, body: { tags: ['Value must be valid JSON.'] } },
    )
  },
)

test('no name that bodies mean something by can be an own field', async () => {
  const everything = {
    USE_JWT: 'true',
    JWT_AUTH_HTTPONLY: 'false',
    JWT_AUTH_RETURN_EXPIRATION: 'true',
    REGISTRATION: 'invited',
    ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED: 'true',
    MFA_ENABLED: 'true',
    MFA_TRUST_ENABLED: 'true',
    ACCOUNT_LOGIN_BY_CODE_ENABLED: 'true',
    ACCOUNT_SIGNUP_BY_CODE_ENABLED: 'true',
    ACCOUNT_LOGIN_BY_CODE_REQUIRED: 'true',
    SOCIAL_SIGNUP: 'true',
    GITHUB_CLIENT_ID: 'id',
    GITHUB_CLIENT_SECRET: 'secret',
    USER_ROLES: 'is_staff,is_superuser,groups,permissions,roles',
  }
  for (const USE_JWT of ['true', 'false']) {
    const ofJwts = USE_JWT === 'true' ? { JWT_CLIENTS: '{"shop": {}}', REMEMBER_ME: 'true' } : {}
    const app = await createTestApp({ env: { ...everything, USE_JWT, ...ofJwts } })
    const document = (await (await app.request('/openapi.json')).json()) as OpenApi
    const at = (path: string) => document.paths[`${app.settings.URL_PREFIX}${path}`]
    const posts = ['registration/', 'login/code/request/', 'login/code/confirm/', 'social/signup/']
    const read = [...posts.map((path) => at(path)?.['post']), at('user/')?.['put']]
    expect(read.filter((operation) => operation === undefined)).toEqual([])
    const answers = posts.flatMap((path) => {
      const { 200: ok, 201: made } = at(path)?.['post']?.responses ?? {}
      return [ok, made]
    })
    const bodies = read.map((operation) => operation?.requestBody)
    const parts = [...bodies, ...answers, at('user/')?.['get']?.responses?.['200']]
    const names = new Set(parts.flatMap((part) => propertiesOf(document, part)))
    expect(names.size).toBeGreaterThan(10)
    const free = [...names].filter((name) => {
      try {
        settingsOf({ USER_FIELDS: { [name]: {} } })
        return true
      } catch (error) {
        return !String(error).includes(`already: write profile.${name}`)
      }
    })
    expect(free).toEqual([])
  }
})

type OpenApi = {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
  readonly components: { readonly schemas: Readonly<Record<string, unknown>> }
}

type Operation = {
  readonly requestBody?: unknown
  readonly responses?: Readonly<Record<string, unknown>>
}

/** Names of all properties below a part of the document, references followed. */
function propertiesOf(document: OpenApi, part: unknown): readonly string[] {
  if (typeof part !== 'object' || part === null) return []
  return Object.entries(part).flatMap(([key, value]) => {
    if (key === '$ref') {
      const name = String(value).split('/').at(-1) ?? ''
      return propertiesOf(document, document.components.schemas[name])
    }
    const own = key === 'properties' ? Object.keys(Object(value)) : []
    return [...own, ...propertiesOf(document, value)]
  })
}
