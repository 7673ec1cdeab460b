/**
 * Buttons for everything that staff may do to an account, each with its confirmation. What can lock someone out
 * asks for the username to be typed.
 */
import { call, faultOf, type Answer } from './api.ts'
import { words } from './config.ts'
import { ask, show, type Question } from './dialog.ts'
import { namesOf } from './do.ts'
import { field, h, newId, showStatus } from './dom.ts'
import { time } from './format.ts'
import type { Me } from './me.ts'
import type { Person } from './account.ts'

/** An act: label, question, call, and the scope that it needs. */
type Act = {
  readonly label: string
  /** Which scope it needs; `superuser`: none is enough. */
  readonly scope: string
  readonly path: string
  readonly method?: 'POST' | 'DELETE'
  readonly question?: Omit<Question, 'title' | 'action'>
  readonly body?: (form: FormData) => unknown
  readonly afterwards?: (answer: Answer) => void
  readonly isShown?: boolean
}

/** Buttons for what the signed-in member of staff may do to an account. */
export function actionButtons(
  me: Me,
  person: Person,
  reload: () => Promise<void>,
): readonly HTMLElement[] {
  const isOwn = person.id === me.id
  const outranks = !me.is_superuser && (person.is_staff || person.is_superuser)
  if (isOwn) return [h('p', {}, words.ownAccount)]
  if (outranks) return [h('p', {}, words.targetOutranks)]
  return actsOn(me, person)
    .filter(({ scope, isShown = true }) => isShown && mayDo(me, scope))
    .map((act) =>
      h(
        'button',
        {
          type: 'button',
          class: act.question?.isDangerous === true ? 'plain danger' : 'plain',
          onclick: () => void perform(act, person, reload),
        },
        act.label,
      ),
    )
}

/** Whether the caller has the scope. The API checks it again. */
function mayDo(me: Me, scope: string): boolean {
  return scope === 'superuser' ? me.is_superuser : me.scopes.includes(scope)
}

/** Every act on this account in its present state. */
function actsOn(me: Me, person: Person): readonly Act[] {
  return [
    ...mailActs(person),
    { scope: 'users:write', label: words.unlock, path: 'unlock' },
    setEmail(person),
    {
      scope: 'users:write',
      label: words.endLogins,
      path: 'end-logins',
      question: { text: words.askEndLogins },
    },
    impersonate(me, person),
    rights(person),
    grantAct(person, 'grant'),
    grantAct(person, 'withdraw'),
    ...endings(person),
  ]
}

/** Mails that can be sent to the owner. */
function mailActs(person: Person): readonly Act[] {
  const write = { scope: 'users:write' }
  const hasAddress = person.email !== ''
  const isVerified = person.addresses.some((one) => one.verified && one.email === person.email)
  const isShown = hasAddress && !isVerified
  return [
    {
      ...write,
      label: words.sendReset,
      path: 'send-reset',
      isShown: hasAddress && person.is_active,
    },
    { ...write, label: words.sendVerification, path: 'send-verification', isShown },
    { ...write, label: words.verifyEmail, path: 'verify-email', isShown },
  ]
}

/** Acts that take something away: logins, factors, the account. */
function endings(person: Person): readonly Act[] {
  const hasFactors = person.authenticator_app !== null || person.passkeys.length > 0
  return [
    {
      scope: 'users:factors',
      label: words.resetFactors,
      path: 'reset-factors',
      isShown: hasFactors,
      question: { text: words.askResetFactors, isDangerous: true, word: person.username },
    },
    person.is_active
      ? {
          scope: 'users:write',
          label: words.disable,
          path: 'disable',
          question: { text: words.askDisable, isDangerous: true },
        }
      : { scope: 'users:write', label: words.enable, path: 'enable' },
    {
      scope: 'users:delete',
      label: words.delete,
      path: '',
      method: 'DELETE',
      question: { text: words.askDelete, isDangerous: true, word: person.username },
      afterwards: () => {
        location.hash = '#/people'
      },
    },
  ]
}

/** Replacing the address, which ends the account's logins. */
function setEmail(person: Person): Act {
  const verified = h('input', { type: 'checkbox', name: 'verified', id: newId() })
  return {
    scope: 'users:write',
    label: words.setEmail,
    path: 'set-email',
    question: {
      text: words.askSetEmail,
      isDangerous: true,
      more: [
        field(
          words.email,
          h('input', { name: 'email', type: 'email', required: true, autocomplete: 'off' }),
        ),
        h('label', { class: 'check' }, verified, words.asVerified),
      ],
      word: person.username,
    },
    body: (form) => ({ email: String(form.get('email')), verified: form.get('verified') !== null }),
  }
}

/** Changing staff and superuser rights. */
function rights(person: Person): Act {
  const hasRights = person.is_staff || person.is_superuser
  return {
    scope: 'superuser',
    label: hasRights ? words.takeRights : words.makeStaff,
    path: 'set-rights',
    question: { text: words.askRights, isDangerous: true, word: person.username },
    body: () => ({ is_staff: !hasRights, is_superuser: false }),
  }
}

/** Granting or withdrawing groups and permissions. */
function grantAct(person: Person, path: 'grant' | 'withdraw'): Act {
  const isGrant = path === 'grant'
  const groups = h('input', { name: 'groups', required: true, autocomplete: 'off' })
  if (!isGrant) groups.value = person.groups.join(', ')
  return {
    scope: 'users:grant',
    label: isGrant ? words.giveGroups : words.takeGroups,
    path,
    isShown: isGrant || person.groups.length > 0,
    question: { text: words.askGroups, more: field(words.groups, groups, words.groupsHint) },
    body: (form) => ({ groups: namesOf(form.get('groups')) }),
  }
}

/** Signing in as the user; the token is shown once and logged. */
function impersonate(me: Me, person: Person): Act {
  return {
    scope: 'users:impersonate',
    label: words.impersonate,
    path: 'impersonate',
    isShown: me.can_impersonate && person.is_active && !person.is_staff && !person.is_superuser,
    question: { text: words.askImpersonate, isDangerous: true },
    afterwards: ({ body }) => {
      const access = String(body['access'])
      show(
        words.impersonate,
        h('p', {}, words.askImpersonate),
        h('textarea', { readonly: true, rows: 6, 'aria-label': words.token }, access),
        h('p', {}, `${words.until}: ${time(body['expires_at'])}`),
        h(
          'button',
          {
            type: 'button',
            class: 'plain',
            onclick: () =>
              void navigator.clipboard.writeText(access).then(() => showStatus(words.copied)),
          },
          words.copy,
        ),
      )
    },
  }
}

/** Asks for confirmation, makes the call, and reloads the account. */
async function perform(act: Act, person: Person, reload: () => Promise<void>): Promise<void> {
  const { question } = act
  const form =
    question === undefined
      ? new FormData()
      : await ask({ ...question, title: `${act.label}: ${person.username}`, action: act.label })
  if (form === undefined) return
  const path = act.path === '' ? `users/${person.id}/` : `users/${person.id}/${act.path}/`
  const answer = await call(act.method ?? 'POST', path, act.body?.(form))
  const fault = faultOf(answer)
  if (fault !== undefined) return showStatus(fault, 'bad')
  act.afterwards?.(answer)
  // Reload before the message: an operator who acts again at once must see the new state.
  if (act.method !== 'DELETE') await reload()
  const { changed } = answer.body
  showStatus(changed === false || changed === 0 ? words.unchanged : words.done)
}
