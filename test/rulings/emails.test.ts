import { describe, expect, test } from 'vitest'
import { answerOf } from '../support/answer.ts'
import { aUser, type TestApp } from '../support/app.ts'
import { linkOf, mailedKey, takeMails } from '../support/mail.ts'
import { ALICE, appIn, CAROL, CHANGE, JWT, KEY, type Mode, PASSWORD, statusOf } from './modes.ts'

describe('VERIFIED_EMAIL_IS_UNIQUE', () => {
  test.each<[Mode, number]>([
    ['exact', 200],
    ['safe', 404],
  ])('%s: the second account to verify an address gets %i', async (mode, status) => {
    const email = 'shared@example.com'
    const app = await appIn(mode, {}, [aUser({ email, emailVerified: false })])
    await app.post('registration/resend-email/', { email })
    const key = await mailedKey(app)
    await app.post('registration/', { ...CAROL, email })
    const second = await mailedKey(app)
    const verify = (given: string) => app.post('registration/verify-email/', { key: given })
    expect(await statusOf(verify(key))).toBe(200)
    expect(await statusOf(verify(second))).toBe(status)
  })

  test('safe: of many accounts that verify an address at once one gets it', async () => {
    const email = 'shared@example.com'
    const names = ['a', 'b', 'c', 'd']
    const app = await appIn('safe', {}, [])
    const keys: string[] = []
    for (const username of names) {
      await app.post('registration/', { ...CAROL, username, email })
      keys.push(await mailedKey(app))
    }
    const statuses = await Promise.all(
      keys.map((key) => statusOf(app.post('registration/verify-email/', { key }))),
    )
    expect(statuses.toSorted((a, b) => a - b)).toEqual([200, 404, 404, 404])
  })
})

describe('RESEND_FOLDS_EMAIL', () => {
  const resend = async (app: TestApp, email: string) => {
    await app.post('registration/resend-email/', { email })
    return (await takeMails(app)).map(({ to }) => to)
  }

  test.each<[Mode, readonly string[]]>([
    ['exact', []],
    ['safe', ['alice@example.com']],
  ])('%s: an address in another case', async (mode, recipients) => {
    const app = await appIn(mode, {}, [aUser({ emailVerified: false })])
    expect(await resend(app, 'ALICE@example.com')).toEqual(recipients)
  })

  test.each<[Mode, readonly string[]]>([
    ['exact', []],
    ['safe', ['alice@example.com']],
  ])('%s: an account without an address row', async (mode, recipients) => {
    const app = await appIn(mode, {}, [aUser({ emailVerified: null })])
    expect(await resend(app, 'alice@example.com')).toEqual(recipients)
  })

  test('safe: an imported account gets past mandatory verification', async () => {
    const app = await appIn('safe', { ACCOUNT_EMAIL_VERIFICATION: 'mandatory' }, [
      aUser({ emailVerified: null }),
    ])
    expect(await statusOf(app.post('login/', ALICE))).toBe(400)
    await app.post('registration/resend-email/', { email: 'alice@example.com' })
    await app.post('registration/verify-email/', { key: await mailedKey(app) })
    expect(await statusOf(app.post('login/', ALICE))).toBe(200)
  })

  test('safe: an imported account whose address has capitals gets past it, too', async () => {
    const app = await appIn('safe', { ACCOUNT_EMAIL_VERIFICATION: 'mandatory' }, [
      aUser({ email: 'Alice@Example.com', emailVerified: null }),
    ])
    await app.post('registration/resend-email/', { email: 'Alice@Example.com' })
    await app.post('registration/verify-email/', { key: await mailedKey(app) })
    expect(await statusOf(app.post('login/', ALICE))).toBe(200)
  })
})

describe('LINKS_FROM_REQUEST_HOST', () => {
  const linkFor = async (mode: Mode, Host: string) => {
    const app = await appIn(mode, { PUBLIC_URL: 'https://auth.example.com' })
    await app.post('password/reset/', { email: 'alice@example.com' }, { Host })
    return new URL(linkOf((await takeMails(app))[0])).origin
  }

  test('exact: links are built from the Host header', async () => {
    expect(await linkFor('exact', 'other.example')).toBe('https://other.example')
  })

  test('safe: links lead to PUBLIC_URL whatever the Host header says', async () => {
    expect(await linkFor('safe', 'evil.example')).toBe('https://auth.example.com')
  })
})

describe('TRUNCATE_LONG_EMAILS', () => {
  const email = 'somebody-with-a-long-name@example.com'

  test('exact: what is too long is cut', async () => {
    const app = await appIn('exact', { ...JWT, ACCOUNT_EMAIL_MAX_LENGTH: '30' }, [])
    expect(await answerOf(app.post('registration/', { ...CAROL, email }))).toMatchObject({
      status: 201,
      body: { user: { email: 'somebody-with-a-long-name@exam' } },
    })
  })

  test('safe: what is too long is refused', async () => {
    const app = await appIn('safe', { ...JWT, ACCOUNT_EMAIL_MAX_LENGTH: '30' }, [])
    expect(await answerOf(app.post('registration/', { ...CAROL, email }))).toEqual({
      status: 400,
      body: { email: ['Ensure this field has no more than 30 characters.'] },
    })
  })
})

describe('FOLD_STORED_EMAILS', () => {
  const mixed = [aUser({ email: 'Alice@Example.com', emailVerified: null })]

  test.each<[Mode, number]>([
    ['exact', 400],
    ['safe', 200],
  ])('%s: a login by an address that is stored with capitals answers %i', async (mode, status) => {
    const app = await appIn(mode, {}, mixed)
    const login = app.post('login/', { email: 'alice@example.com', password: PASSWORD })
    expect(await statusOf(login)).toBe(status)
  })

  test.each<[Mode, readonly string[]]>([
    ['exact', []],
    ['safe', ['Alice@Example.com']],
  ])('%s: a reset for an address that is stored with capitals', async (mode, recipients) => {
    const app = await appIn(mode, {}, mixed)
    await app.post('password/reset/', { email: 'alice@example.com' })
    expect((await takeMails(app)).map(({ to }) => to)).toEqual(recipients)
  })
})

describe('ACCOUNT_EMAIL_NOTIFICATIONS', () => {
  test.each<[Mode, readonly string[]]>([
    ['exact', []],
    ['safe', ['alice@example.com']],
  ])('%s: mails after a password change', async (mode, recipients) => {
    const app = await appIn(mode)
    await app.post('password/change/', CHANGE, { Authorization: `Token ${KEY}` })
    expect((await takeMails(app)).map(({ to }) => to)).toEqual(recipients)
  })
})

describe('CONTROL_CHARACTERS_IN_EMAILS', () => {
  test.each<[Mode, number]>([
    ['exact', 201],
    ['safe', 400],
  ])('%s: a terminal’s escape sequence in an address', async (mode, status) => {
    const app = await appIn(mode, { ACCOUNT_EMAIL_VERIFICATION: 'none' })
    const email = '"\\\x1b]0;title\\\x07"@example.com'
    expect(await statusOf(app.post('registration/', { ...CAROL, email }))).toBe(status)
  })
})
