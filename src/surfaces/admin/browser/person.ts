/** The view of one account: facts, addresses, factors, logins, history, and what can be done. */
import { call, faultOf } from './api.ts'
import { words } from './config.ts'
import { field, h, showStatus, type Child } from './dom.ts'
import { eventHead, eventRow } from './events.ts'
import { date, kindName, time } from './format.ts'
import type { Me } from './me.ts'
import { badges } from './people.ts'
import type { Person } from './account.ts'
import { actionButtons } from './person-actions.ts'

/** Everything about one account, and the acts on it. */
export function personView(me: Me, id: string): HTMLElement {
  const view = h('section')
  const load = async (): Promise<void> => {
    const answer = await call('GET', `users/${id}/`)
    const fault = faultOf(answer)
    if (fault !== undefined) {
      view.replaceChildren(h('h1', {}, words.people), h('p', { class: 'note bad' }, fault))
      return
    }
    // The API's own answer: `User` of its description.
    fill(view, { me, person: answer.body as unknown as Person, reload: load })
  }
  void load()
  return view
}

/** Fills the view with an account. */
function fill(
  view: HTMLElement,
  {
    me,
    person,
    reload,
  }: { readonly me: Me; readonly person: Person; readonly reload: () => Promise<void> },
): void {
  view.replaceChildren(
    h(
      'div',
      { class: 'row between' },
      h('h1', {}, person.username, ' ', h('small', {}, `#${person.id}`)),
      h('p', {}, badges(person)),
    ),
    h(
      'div',
      { class: 'columns' },
      h('div', {}, names(me, person, reload), facts(person)),
      h(
        'aside',
        { class: 'card actions', 'aria-label': words.actions },
        h('h2', {}, words.actions),
        actionButtons(me, person, reload),
      ),
    ),
    h(
      'div',
      { class: 'card' },
      h('h2', {}, words.happened),
      person.events.length === 0
        ? h('p', {}, words.nothing)
        : h('table', { class: 'list' }, eventHead(), h('tbody', {}, person.events.map(eventRow))),
    ),
  )
}

/** The form of the profile's fields. */
function names(me: Me, person: Person, reload: () => Promise<void>): HTMLElement {
  const inputs = {
    username: h('input', { name: 'username', value: person.username, autocomplete: 'off' }),
    first_name: h('input', { name: 'first_name', value: person.first_name, autocomplete: 'off' }),
    last_name: h('input', { name: 'last_name', value: person.last_name, autocomplete: 'off' }),
  }
  const form = h(
    'form',
    { class: 'card' },
    field(words.username, inputs.username),
    h(
      'div',
      { class: 'row' },
      field(words.firstName, inputs.first_name),
      field(words.lastName, inputs.last_name),
    ),
    me.scopes.includes('users:write') &&
      h('button', { type: 'submit', class: 'plain' }, words.save),
  )
  form.addEventListener('submit', (event) => {
    event.preventDefault()
    const changed = Object.entries(inputs).filter(
      ([name, input]) => input.value !== String(person[name as keyof Person]),
    )
    const body = Object.fromEntries(changed.map(([name, input]) => [name, input.value]))
    void call('PATCH', `users/${person.id}/`, body).then(async (answer) => {
      const fault = faultOf(answer)
      if (fault !== undefined) return showStatus(fault, 'bad')
      await reload()
      showStatus(words.done)
    })
  })
  return form
}

/** The list of facts. */
function facts(person: Person): HTMLElement {
  const logins = loginsOf(person)
  const factors = factorsOf(person)
  const addresses = addressesOf(person)
  const social = person.social_accounts.map(({ provider, uid }) => `${provider}: ${uid}`)
  const own = Object.entries(person.own_fields).map(
    ([name, value]) => `${name}: ${typeof value === 'string' ? value : JSON.stringify(value)}`,
  )
  const mails = person.mails.map(({ kind, address }) => `${kindName(kind)}: ${address}`)
  return h(
    'dl',
    { class: 'card whole' },
    fact(words.addresses, addresses.length > 0 ? addresses : [person.email || '–']),
    fact(words.lastLogin, [time(person.last_login)]),
    fact(words.joined, [date(person.date_joined)]),
    !person.has_usable_password && fact(words.password, [words.noPassword]),
    fact(words.signedInAt, logins.length > 0 ? logins : [words.nowhere]),
    fact(words.factors, factors.length > 0 ? factors : [words.noFactors]),
    person.groups.length > 0 && fact(words.groups, person.groups),
    person.permissions.length > 0 && fact(words.permissions, person.permissions),
    own.length > 0 && fact(words.ownFields, own),
    social.length > 0 && fact(words.social, social),
    mails.length > 0 && fact(words.waitingMails, mails),
  )
}

/** Addresses, each with its state. */
function addressesOf({ addresses }: Person): readonly Child[] {
  return addresses.map(({ email, verified, primary }) => [
    `${email} `,
    h(
      'span',
      { class: `badge ${verified ? 'good' : 'quiet'}` },
      verified ? words.verified : words.unverified,
    ),
    primary && h('span', { class: 'badge quiet' }, words.primary),
  ])
}

/** Where the account is logged in, with all three kinds of credentials. */
function loginsOf({ logins, sessions, auth_token_created_at: token }: Person): readonly string[] {
  return [
    ...logins.map((one) => `${one.user_agent} ${one.country}, ${time(one.last_used_at)}`),
    ...sessions.map((session) => `${words.session}, ${time(session.created_at)}`),
    ...(token === null ? [] : [`${words.token}, ${time(token)}`]),
  ]
}

/** Second factors and passkeys. */
function factorsOf({ authenticator_app: app, passkeys }: Person): readonly string[] {
  return [
    ...(app === null ? [] : [`${words.app}, ${app.recovery_codes_left} ${words.codesLeft}`]),
    ...passkeys.map((key) => `${words.passkey}: ${key.name}, ${date(key.created_at)}`),
  ]
}

function fact(name: string, values: readonly Child[]): HTMLElement {
  return h(
    'div',
    {},
    h('dt', {}, name),
    values.map((value) => h('dd', {}, value)),
  )
}
