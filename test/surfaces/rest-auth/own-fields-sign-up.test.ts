import { describe, expect, test } from 'vitest'
import { ownFieldKeys, ownFields } from '../../../src/db/schema/own-fields.ts'
import { users } from '../../../src/db/schema/users.ts'
import { answerOf, memberOf } from '../../support/answer.ts'
import { aUser, createTestApp, type TestApp } from '../../support/app.ts'
import { BY_MAIL, codeFromMail, otherThan } from '../../support/mailed.ts'
import { facebookKnows, FAY, SOCIAL_ENV } from '../../support/providers/exchanges.ts'

const USER_FIELDS = {
  phone: { type: 'phone', required: true, unique: true },
  'profile.company': { type: 'string', required: true, max_length: 20 },
  nick: { type: 'string' },
  plan: { type: 'choice', choices: ['free', 'pro'], default: 'free', write: 'staff' },
}
const OWN = { phone: '+49 89 123', profile: { company: 'Analytical Engines' }, plan: 'pro' }
const MISSING = {
  phone: ['This field is required.'],
  profile: { company: ['This field is required.'] },
}
const KEPT = {
  phone: '+4989123',
  'profile.company': 'Analytical Engines',
  plan: 'free',
}
const TAKEN = { phone: ['This field must be unique.'] }

async function keptOf(app: TestApp, userId: number): Promise<unknown> {
  const all = await app.deps().db.select().from(ownFields)
  return all.find((row) => row.userId === userId)?.document
}

const countOf = async (app: TestApp) => (await app.deps().db.select().from(users)).length

describe('sign-up by a mailed code', () => {
  const env = {
    ...BY_MAIL,
    USER_FIELDS,
    ACCOUNT_SIGNUP_BY_CODE_ENABLED: 'true',
    ACCOUNT_RATE_LIMITS: 'false',
    ACCOUNT_LOGIN_BY_CODE_MAX_ATTEMPTS: '2',
  }
  const withAlice = (more = {}) =>
    createTestApp({ env: { ...env, ...more }, users: [aUser({ email: 'alice@example.com' })] })
  const request = (app: TestApp, email = 'new@example.com', own: object = {}) =>
    app.post('login/code/request/', { email, ...own })
  const confirm = (app: TestApp, handle: string, code: string, own: object = {}) =>
    app.post('login/code/confirm/', { handle, code, ...own })

  test('keeps the fields that come with the code', async () => {
    const app = await withAlice()
    const handle = await memberOf(request(app), 'handle')
    const response = await confirm(app, handle, await codeFromMail(app), OWN)
    expect(response.status).toBe(200)
    const headers = { Authorization: `Token ${await memberOf(response, 'key')}` }
    expect((await answerOf(app.request('user/', { headers }))).body).toMatchObject({
      phone: '+4989123',
      profile: { company: 'Analytical Engines' },
      plan: 'free',
    })
    expect(await keptOf(app, 2)).toEqual(KEPT)
  })

  test('misses what is required, in the words of a registration, and the code stays good', async () => {
    const app = await withAlice()
    const handle = await memberOf(request(app), 'handle')
    const code = await codeFromMail(app)
    // Three times, though two wrong codes are all that a handle has: this is none.
    for (let time = 0; time < 3; time += 1) {
      expect(await answerOf(confirm(app, handle, code))).toEqual({ status: 400, body: MISSING })
      await app.settle()
    }
    expect(await countOf(app)).toBe(1)
    expect((await confirm(app, handle, code, OWN)).status).toBe(200)
    expect(await countOf(app)).toBe(2)
  })

  test('a value that is another’s is told, and the code stays good', async () => {
    const app = await withAlice()
    const first = await memberOf(request(app), 'handle')
    expect((await confirm(app, first, await codeFromMail(app), OWN)).status).toBe(200)
    const handle = await memberOf(request(app, 'other@example.com'), 'handle')
    const code = await codeFromMail(app)
    expect(await answerOf(confirm(app, handle, code, OWN))).toEqual({ status: 400, body: TAKEN })
    await app.settle()
    const free = { ...OWN, phone: '+49 89 124' }
    expect((await confirm(app, handle, code, free)).status).toBe(200)
    expect(await app.deps().db.select().from(ownFieldKeys)).toHaveLength(2)
  })

  test('what is wrong is told before the mail, whoever has the address', async () => {
    const app = await withAlice()
    for (const email of ['new@example.com', 'alice@example.com']) {
      const answer = await answerOf(request(app, email, { phone: 'x', profile: 7 }))
      expect(answer).toEqual({
        status: 400,
        body: {
          phone: ['Enter a valid phone number.'],
          profile: {
            non_field_errors: ['Invalid data. Expected a dictionary, but got int.'],
          },
        },
      })
    }
    await app.settle()
    expect(app.mailbox).toEqual([])
    expect((await request(app, 'new@example.com', OWN)).status).toBe(200)
  })

  test('a wrong code is a wrong code, whatever is missing: nobody learns who exists', async () => {
    const app = await withAlice()
    const answers = []
    for (const email of ['new@example.com', 'alice@example.com']) {
      const handle = await memberOf(request(app, email), 'handle')
      const code = otherThan(await codeFromMail(app))
      answers.push(await answerOf(confirm(app, handle, code)))
    }
    expect(answers[0]).toEqual(answers[1])
    expect(answers[0]?.body).toEqual({ code: [expect.any(String)] })
  })

  test('whoever has an account logs in without them, and they change nothing of it', async () => {
    const app = await withAlice()
    for (const own of [{}, OWN]) {
      const handle = await memberOf(request(app, 'alice@example.com'), 'handle')
      expect((await confirm(app, handle, await codeFromMail(app), own)).status).toBe(200)
    }
    expect(await keptOf(app, 1)).toBeUndefined()
  })

  test('where codes make no accounts, nothing is read', async () => {
    const app = await withAlice({ ACCOUNT_SIGNUP_BY_CODE_ENABLED: 'false' })
    expect((await request(app, 'alice@example.com', { phone: 'x' })).status).toBe(200)
  })

  test('of many at once with one value one wins', async () => {
    const app = await withAlice()
    const codes: { handle: string; code: string }[] = []
    for (let index = 0; index < 6; index += 1) {
      const handle = await memberOf(request(app, `new${index}@example.com`), 'handle')
      codes.push({ handle, code: await codeFromMail(app) })
    }
    const all = await Promise.all(
      codes.map(async ({ handle, code }) => answerOf(confirm(app, handle, code, OWN))),
    )
    expect(all.filter(({ status }) => status === 200)).toHaveLength(1)
    expect(all.filter(({ status }) => status !== 200).map(({ body }) => body)).toEqual(
      Array.from({ length: 5 }, () => TAKEN),
    )
    expect(await countOf(app)).toBe(2)
  })
})

describe('sign-up at a provider', () => {
  const ON = { ...SOCIAL_ENV, SOCIAL_SIGNUP: 'true', ACCOUNT_RATE_LIMITS: 'false', USER_FIELDS }
  const SENT = { access_token: 'fb-token' }

  async function atFacebook(env = {}, knows: object = FAY): Promise<TestApp> {
    const app = await createTestApp({ env: { ...ON, ...env } })
    app.outside.setExchanges(facebookKnows({ ...FAY, ...knows }))
    return app
  }
  const finish = (app: TestApp, token: string, body: object = {}) =>
    app.post('social/signup/', { signup_token: token, ...body })

  test('says which fields the provider does not, and goes on with them', async () => {
    const app = await atFacebook()
    const first = await answerOf(app.post('facebook/', SENT))
    expect(first).toEqual({
      status: 400,
      body: {
        ...MISSING,
        code: 'fields_missing',
        signup_token: expect.stringMatching(/^[\w-]+$/) as unknown,
      },
    })
    expect(await countOf(app)).toBe(0)
    const { signup_token: token } = first.body as { readonly signup_token: string }
    expect(await answerOf(finish(app, token))).toEqual({ status: 400, body: MISSING })
    expect(await answerOf(finish(app, token, { ...OWN, phone: '' }))).toEqual({
      status: 400,
      body: { phone: ['This field may not be blank.'] },
    })
    const made = await finish(app, token, OWN)
    expect(made.status).toBe(200)
    expect(await keptOf(app, 1)).toEqual(KEPT)
    // The provider’s own address, whatever is typed.
    expect((await app.deps().db.select().from(users))[0]?.email).toBe(FAY.email)
    expect((await app.post('facebook/', SENT)).status).toBe(200)
    expect(await answerOf(finish(app, token, OWN))).toMatchObject({ status: 400 })
    expect(await countOf(app)).toBe(1)
  })

  test('asks for no field that the provider says', async () => {
    const fields = {
      ...USER_FIELDS,
      'profile.company': { ...USER_FIELDS['profile.company'], from: 'name' },
      phone: { ...USER_FIELDS.phone, from: 'id' },
    }
    const app = await atFacebook({ USER_FIELDS: fields })
    const { body } = await answerOf(app.post('facebook/', SENT))
    expect(body).toMatchObject({ phone: MISSING.phone })
    expect(Object.keys(body as object)).not.toContain('profile')
  })

  test('what is typed goes before what the provider says', async () => {
    const fields = { nick: { type: 'string', from: 'name' }, phone: USER_FIELDS.phone }
    const app = await atFacebook({ USER_FIELDS: fields })
    const token = await memberOf(app.post('facebook/', SENT), 'signup_token')
    expect((await finish(app, token, { phone: '+4989123', nick: 'fay' })).status).toBe(200)
    expect(await keptOf(app, 1)).toEqual({ phone: '+4989123', nick: 'fay' })
  })

  test('an address that nobody gave is asked for, too', async () => {
    const { email: _, ...NAMELESS } = FAY
    const app = await createTestApp({ env: { ...ON, SOCIALACCOUNT_EMAIL_REQUIRED: 'true' } })
    app.outside.setExchanges(facebookKnows(NAMELESS))
    const token = await memberOf(app.post('facebook/', SENT), 'signup_token')
    expect(await answerOf(finish(app, token, OWN))).toEqual({
      status: 400,
      body: { email: ['This field is required.'] },
    })
    const email = 'fay@example.com'
    expect(await answerOf(finish(app, token, { email }))).toEqual({ status: 400, body: MISSING })
    expect((await finish(app, token, { email, ...OWN })).status).toBe(200)
  })

  test('a typed value that is another’s is told', async () => {
    const app = await atFacebook()
    await app.post('registration/', {
      username: 'ada',
      email: 'ada@example.com',
      password1: 'right-horse-staple',
      password2: 'right-horse-staple',
      ...OWN,
    })
    const token = await memberOf(app.post('facebook/', SENT), 'signup_token')
    expect(await answerOf(finish(app, token, OWN))).toEqual({ status: 400, body: TAKEN })
    expect((await finish(app, token, { ...OWN, phone: '+4989124' })).status).toBe(200)
  })

  test('without SOCIAL_SIGNUP nobody is asked, as ever', async () => {
    const app = await atFacebook({ SOCIAL_SIGNUP: 'false' })
    expect((await app.post('facebook/', SENT)).status).toBe(200)
    expect(await keptOf(app, 1)).toEqual({ plan: 'free' })
  })
})
