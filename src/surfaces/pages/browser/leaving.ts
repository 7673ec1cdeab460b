/** Data export and account deletion on the account page. */
import { callAsUser } from './api.ts'
import { config } from './config.ts'
import { forgetCredentials } from './credentials.ts'
import { find } from './dom.ts'
import { leaveTo } from './leave.ts'
import { afterSuccess } from './list.ts'

/** Binds both buttons. */
export function driveLeaving(): void {
  find('data-export')?.addEventListener('click', () => void download())
  find('account-delete')?.addEventListener('click', () => void leave())
}

/** Saves the export as a file. */
async function download(): Promise<void> {
  const answer = await callAsUser('GET', `${config.api}user/export/`)
  await afterSuccess(answer, () => {
    const link = document.createElement('a')
    const file = new Blob([JSON.stringify(answer.body, undefined, 2)], { type: 'application/json' })
    link.href = URL.createObjectURL(file)
    link.download = 'account.json'
    link.click()
    URL.revokeObjectURL(link.href)
  })
}

/** Deletes the account after a confirmation. */
async function leave(): Promise<void> {
  if (!globalThis.confirm(config.words.deleteAsk)) return
  const answer = await callAsUser('POST', `${config.api}user/delete/`, {})
  await afterSuccess(answer, () => {
    forgetCredentials()
    const due = new Date(String(answer.body['delete_at']))
    const { deleteDone, deleteSoon } = config.words
    const isDone = Number.isNaN(due.getTime())
    const day = isDone ? '' : due.toLocaleDateString(config.language, { dateStyle: 'long' })
    leaveTo(isDone ? deleteDone : deleteSoon.replace('{0}', () => day), 'plain')
  })
}
