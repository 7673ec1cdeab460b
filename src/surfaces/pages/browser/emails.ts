/** The list of addresses on the account page. */
import { callAsUser, type Answer } from './api.ts'
import { config } from './config.ts'
import { find, say } from './dom.ts'
import { onSubmit } from './form.ts'
import { afterSuccess, item, type Act } from './list.ts'

const url = `${config.api}emails/`

/** Loads and shows the addresses. */
export async function loadEmails(): Promise<void> {
  const list = find('emails')
  if (list === undefined) return
  const answer = await callAsUser('GET', url)
  list.replaceChildren(...answer.list.map(line))
}

/** Binds the form that adds one. */
export function driveEmails(): void {
  onSubmit('email-add', {
    send: ({ email }) => callAsUser('POST', url, { email }),
    done: async (_, form) => {
      form.reset()
      await loadEmails()
      say(config.words.emailAdded)
    },
  })
}

function line(address: Answer['list'][number]): HTMLElement {
  const { words } = config
  const { id, email, verified, primary } = address
  const own = `${url}${String(id)}/`
  const facts = [
    ...(primary === true ? [words.emailPrimary] : []),
    ...(verified === true ? [] : [words.emailUnconfirmed]),
  ]
  const change = act({
    name: words.emailMakePrimary,
    path: own,
    method: 'PATCH',
    done: words.emailChanged,
  })
  const again = act({
    name: words.emailResend,
    method: 'POST',
    path: `${own}resend/`,
    done: words.emailResent,
  })
  const isOther = primary !== true && typeof id === 'number'
  return item([String(email), ...facts].join(' · '), [
    ...(isOther && verified === true ? [change] : []),
    ...(verified !== true && typeof id === 'number' ? [again] : []),
    ...(isOther
      ? [act({ name: words.remove, method: 'DELETE', path: own, done: words.emailRemoved })]
      : []),
  ])
}

/** A button of an address and the call behind it. */
type EmailAct = {
  readonly name: string
  readonly method: string
  readonly path: string
  /** The message afterwards. */
  readonly done: string
}

function act({ name, method, path, done }: EmailAct): Act {
  return {
    name,
    run: async () => {
      const answer = await callAsUser(method, path, method === 'DELETE' ? undefined : {})
      await afterSuccess(answer, async () => {
        await loadEmails()
        say(done)
      })
    },
  }
}
