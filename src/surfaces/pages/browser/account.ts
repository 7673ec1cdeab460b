/** The account page in the browser: loads the caller's data, fills the forms, saves changes. */
import { callAsUser, type Answer } from './api.ts'
import { asksForMailedStep, asksForSecondStep } from './arrive.ts'
import { config } from './config.ts'
import { driveEmails, loadEmails } from './emails.ts'
import { forgetCredentials, keepCredentials, readCredentials } from './credentials.ts'
import { find, findForm, say, setShown } from './dom.ts'
import {
  bodyOf,
  inputsOf,
  isJson,
  onSubmit,
  showFaults,
  valueAt,
  valueOf,
  type Values,
} from './form.ts'
import { askToSignIn, leaveTo } from './leave.ts'
import { driveLeaving } from './leaving.ts'
import { afterSuccess, item } from './list.ts'
import { logIn } from './sign-in.ts'

/** Binds the account page, if this is it. */
export function driveAccount(): void {
  if (find('account') === undefined) return
  void load()
  driveEmails()
  driveLeaving()
  onSubmit('profile', {
    send: (values) => callAsUser('PATCH', `${config.api}user/`, changedValues(values)),
    done: (answer) => {
      fill(answer)
      say(config.words.profileDone)
    },
  })
  onSubmit('password', {
    send: changePassword,
    done: (_, form) => {
      form.reset()
      say(config.words.passwordDone)
    },
  })
  find('sign-out')?.addEventListener('click', () => void signOut())
  find('sessions-end-others')?.addEventListener('click', () => void endOtherSessions())
}

/** Loads profile and lists; without a login it leads to the sign-in page. */
async function load(): Promise<void> {
  const answer = await callAsUser('GET', `${config.api}user/`)
  if (answer.status === 401 || answer.status === 403) {
    askToSignIn()
    return
  }
  setShown('account-wait', false)
  if (!answer.isOk) {
    showFaults(undefined, answer)
    return
  }
  fill(answer)
  setShown('account', true)
  await Promise.all([loadEmails(), loadSocialAccounts(), loadSessions()])
}

/** What the form shows of the account, before anything is typed. */
const shown = new Map<string, string>()

function fill({ body }: Answer): void {
  const form = findForm('profile')
  for (const input of form === undefined ? [] : inputsOf(form)) {
    const value = valueAt(body, input.name)
    if (input.type === 'checkbox' && 'checked' in input) input.checked = value === true
    else if (isJson(input)) input.value = value === null ? '' : JSON.stringify(value, null, 2)
    else input.value = String(value ?? '')
    shown.set(input.name, valueOf(input))
  }
}

/** Only the values that were changed: the reference's uniqueness check refuses the user's own username as taken. */
function changedValues(values: Values): unknown {
  const entries = Object.entries(values).filter(([name, value]) => shown.get(name) !== value)
  return bodyOf(findForm('profile'), Object.fromEntries(entries))
}

/**
 * Changes the password. That may end every token, this one included: a JWT caller gets a new pair in the answer,
 * others sign in again with the new password.
 */
async function changePassword(values: Values): Promise<Answer> {
  const answer = await callAsUser('POST', `${config.api}password/change/`, values)
  if (!answer.isOk) return answer
  keepCredentials(answer.body)
  const check = await callAsUser('GET', `${config.api}user/`)
  if (check.status !== 401) return answer
  const form = findForm('profile')
  const name = config.loginFields.includes('username') ? 'username' : 'email'
  const input = form?.querySelector<HTMLInputElement>(`[name="${name}"]`)
  const login = await logIn(input?.value ?? '', values['new_password1'] ?? '')
  if (login.isOk && !asksForSecondStep(login) && !asksForMailedStep(login))
    keepCredentials(login.body)
  else leaveTo(config.words.pleaseSignIn, 'plain')
  return answer
}

/**
 * Logs out at the service, then forgets the credentials. A token that has expired is logged out already; cookies
 * can only be deleted by the service's answer.
 */
async function signOut(): Promise<void> {
  const { refresh } = readCredentials()
  const body = refresh === undefined ? {} : { refresh }
  const answer = await callAsUser('POST', `${config.api}logout/`, body)
  if (answer.status === 0) {
    showFaults(undefined, answer)
    return
  }
  forgetCredentials()
  leaveTo(config.words.signedOut, 'good')
}

async function loadSocialAccounts(): Promise<void> {
  const list = find('social-accounts')
  if (list === undefined) return
  const url = `${config.api}socialaccounts/`
  const answer = await callAsUser('GET', url)
  list.replaceChildren(
    ...answer.list.map((account) =>
      item(String(account['provider']), [
        {
          name: config.words.disconnectAction,
          run: async () => {
            const done = await callAsUser('POST', `${url}${String(account['id'])}/disconnect/`)
            await afterSuccess(done, loadSocialAccounts)
          },
        },
      ]),
    ),
  )
  if (answer.list.length === 0) list.append(item(config.words.socialEmpty))
}

async function loadSessions(): Promise<void> {
  const list = find('sessions')
  if (list === undefined) return
  const url = `${config.api}sessions/`
  const answer = await callAsUser('GET', url)
  setShown('sessions-end-others', answer.list.length > 1)
  list.replaceChildren(
    ...answer.list.map((session) => {
      const isCurrent = session['is_current'] === true
      if (isCurrent) return item(`${describe(session)} · ${config.words.sessionsCurrent}`)
      const run = async (): Promise<void> => {
        const done = await callAsUser('DELETE', `${url}${String(session['id'])}/`)
        await afterSuccess(done, loadSessions)
      }
      return item(describe(session), [{ name: config.words.sessionsEnd, run }])
    }),
  )
}

async function endOtherSessions(): Promise<void> {
  await afterSuccess(await callAsUser('DELETE', `${config.api}sessions/`), loadSessions)
}

/** A login as people recognise it: browser, system, country, last use. */
function describe(session: Readonly<Record<string, unknown>>): string {
  const date = new Date(String(session['last_used_at'] ?? session['created_at']))
  const when = Number.isNaN(date.getTime()) ? '' : date.toLocaleString(config.language)
  return [clientName(String(session['user_agent'])), session['country'], when]
    .filter((part) => typeof part === 'string' && part !== '')
    .join(' · ')
}

/** User agents in this order: each also claims to be those below it. */
const BROWSERS = [
  ['Edg', 'Edge'],
  ['OPR', 'Opera'],
  ['Firefox', 'Firefox'],
  ['Chrome', 'Chrome'],
  ['Safari', 'Safari'],
] as const
const SYSTEMS = ['iPhone', 'iPad', 'Android', 'Windows', 'Mac OS', 'CrOS', 'Linux'] as const

/** The name of a client; its own `User-Agent` where it is no browser. */
function clientName(userAgent: string): string {
  const browser = BROWSERS.find(([sign]) => userAgent.includes(`${sign}/`))?.[1]
  if (browser === undefined) return userAgent
  const system = SYSTEMS.find((name) => userAgent.includes(name))
  return system === undefined ? browser : `${browser}, ${system}`
}
