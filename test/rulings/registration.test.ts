import { describe, expect, test } from 'vitest'
import { answerOf, cookieValuesOf, memberOf } from '../support/answer.ts'
import { aUser, type TestApp } from '../support/app.ts'
import { takeMails } from '../support/mail.ts'
import { ALICE, appIn, CAROL, COOKIES, JWT, KEY, type Mode, PASSWORD, statusOf } from './modes.ts'

describe('ALLOW_OWN_USERNAME', () => {
  const put = (app: TestApp, username: string) =>
    app.request('user/', {
      method: 'PUT',
      headers: { Authorization: `Token ${KEY}`, 'Content-Type': 'application/json' },
      body: JSON.stringify({ username }),
    })

  test('exact: the own name is taken', async () => {
    const app = await appIn('exact')
    expect(await answerOf(put(app, 'Alice'))).toEqual({
      status: 400,
      body: { username: ['A user with that username already exists.'] },
    })
  })

  test('safe: the own name may be written again, in another case, too', async () => {
    const app = await appIn('safe')
    const body = { pk: 1, email: 'alice@example.com', first_name: '', last_name: '' }
    for (const username of ['alice', 'Alice']) {
      expect(await answerOf(put(app, username))).toEqual({
        status: 200,
        body: { ...body, username },
      })
    }
  })
})

describe('REGISTRATION_SETS_JWT_COOKIES', () => {
  test('exact: no cookies, and the refresh token in the body', async () => {
    const app = await appIn('exact', COOKIES, [])
    const response = await app.post('registration/', CAROL)
    expect(Object.keys(cookieValuesOf(response))).not.toContain('auth')
    expect(await memberOf(response, 'refresh')).toMatch(/^ey/)
  })

  test('safe: the cookies of a login, and no refresh token in the body', async () => {
    const app = await appIn('safe', COOKIES, [])
    const response = await app.post('registration/', CAROL)
    expect(cookieValuesOf(response)).toMatchObject({
      auth: expect.stringMatching(/^ey/),
      refresh: expect.stringMatching(/^ey/),
    })
    expect(await memberOf(response, 'refresh')).toBe('')
  })
})

describe('REGISTRATION_HIDES_EXISTING_EMAIL', () => {
  const MANDATORY = { ACCOUNT_EMAIL_VERIFICATION: 'mandatory' }
  const taken = { ...CAROL, email: 'Alice@example.com' }

  test('exact: registration tells that an address is verified', async () => {
    const app = await appIn('exact', MANDATORY)
    expect(await answerOf(app.post('registration/', taken))).toEqual({
      status: 400,
      body: { email: ['User is already registered with this e-mail address.'] },
    })
  })

  test('safe: the same answer, and the mail goes to the owner', async () => {
    const app = await appIn('safe', MANDATORY)
    const known = await answerOf(app.post('registration/', taken))
    expect(known).toEqual({ status: 201, body: { detail: 'Verification e-mail sent.' } })
    const mails = await takeMails(app)
    expect(mails).toEqual([
      expect.objectContaining({
        to: 'alice@example.com',
        subject: expect.stringContaining('Account Already Exists'),
      }),
    ])
    expect(mails[0]?.text).not.toContain('account-confirm-email')
    expect(await answerOf(app.post('registration/', { ...CAROL, username: 'dave' }))).toEqual(known)
  })

  test('safe: who registers with a taken address cannot log in', async () => {
    const app = await appIn('safe', MANDATORY)
    await app.post('registration/', taken)
    expect(await statusOf(app.post('login/', { username: 'carol', password: PASSWORD }))).toBe(400)
    expect(await statusOf(app.post('login/', ALICE))).toBe(200)
  })

  test('safe: an unfit password is refused the same for known and unknown addresses', async () => {
    const app = await appIn('safe', MANDATORY)
    const weak = { password1: '1234', password2: '1234' }
    const known = await answerOf(app.post('registration/', { ...taken, ...weak }))
    expect(known).toEqual(await answerOf(app.post('registration/', { ...CAROL, ...weak })))
  })

  test('safe: costs the same for known and unknown addresses', async () => {
    const app = await appIn('safe', MANDATORY)
    const known = await app.costOf(() => app.post('registration/', taken))
    const unknown = await app.costOf(() => app.post('registration/', CAROL))
    expect(known.waited).toEqual(unknown.waited)
  })
})

describe('HONOUR_SIGNUP_FIELDS', () => {
  const registerIn = async (mode: Mode, fields: string, body: unknown) => {
    const app = await appIn(mode, { ...JWT, ACCOUNT_SIGNUP_FIELDS: fields }, [])
    return answerOf(app.post('registration/', body))
  }
  const required = ['This field is required.']

  test('exact: username and password2 are asked for all the same', async () => {
    const body = { email: 'carol@example.com', password1: PASSWORD }
    expect(await registerIn('exact', 'email*,password1*', body)).toEqual({
      status: 400,
      body: { username: required, password2: required },
    })
  })

  test('safe: username and password2 may be left out', async () => {
    const body = { email: 'carol@example.com', password1: PASSWORD }
    const answer = await registerIn('safe', 'email*,password1*', body)
    expect(answer).toMatchObject({
      status: 201,
      body: { user: { pk: 1, username: 'carol', email: 'carol@example.com' } },
    })
  })

  test('safe: a field that is left out is not read', async () => {
    const body = { username: 'carol', email: 'not an address', password1: PASSWORD }
    const answer = await registerIn('safe', 'username*,password1*', body)
    expect(answer).toMatchObject({ status: 201, body: { user: { username: 'carol', email: '' } } })
  })

  test('exact: an email that the fields leave out is still asked for', async () => {
    const { email, ...body } = CAROL
    expect(email).toBeDefined()
    expect(await registerIn('exact', 'username*,password1*,password2*', body)).toEqual({
      status: 400,
      body: { email: required },
    })
  })

  test('safe: of two names made from one address each account has its own', async () => {
    const app = await appIn('safe', { ...JWT, ACCOUNT_SIGNUP_FIELDS: 'email*,password1*' }, [])
    const register = (email: string) =>
      answerOf(app.post('registration/', { email, password1: PASSWORD }))
    await register('carol@example.com')
    expect(await register('carol@example.org')).toMatchObject({
      status: 201,
      body: { user: { pk: 2, username: expect.stringMatching(/^carol\d+$/) } },
    })
  })
})

describe('REGISTRATION_OPENS_SESSION', () => {
  test.each<[Mode, readonly string[]]>([
    ['exact', ['csrftoken', 'sessionid']],
    ['safe', []],
  ])('%s: cookies of a registration without SESSION_LOGIN', async (mode, names) => {
    const app = await appIn(mode, { SESSION_LOGIN: 'false' }, [])
    expect(Object.keys(cookieValuesOf(await app.post('registration/', CAROL)))).toEqual(names)
  })
})

describe('NORMALIZE_USERNAMES', () => {
  const WIDE = 'ｃａｒｏｌ'

  test('exact: names that look alike by width are two', async () => {
    const app = await appIn('exact', JWT, [aUser({ username: 'carol', email: 'c@example.com' })])
    expect(await answerOf(app.post('registration/', { ...CAROL, username: WIDE }))).toMatchObject({
      status: 201,
      body: { user: { username: WIDE } },
    })
  })

  test('safe: names that look alike by width are one', async () => {
    const app = await appIn('safe', JWT, [aUser({ username: 'carol', email: 'c@example.com' })])
    expect(await answerOf(app.post('registration/', { ...CAROL, username: WIDE }))).toEqual({
      status: 400,
      body: { username: ['A user with that username already exists.'] },
    })
  })

  test('safe: a name is found however wide it is typed', async () => {
    const app = await appIn('safe', {}, [aUser({ username: 'carol' })])
    expect(await statusOf(app.post('login/', { username: WIDE, password: PASSWORD }))).toBe(200)
  })
})
