/** Loading data of the signed-in user. */
import { callAsUser, type Answer } from './api.ts'
import { showFaults } from './form.ts'
import { askToSignIn } from './leave.ts'

/** Result of loading; with `nobody` the visitor is redirected to the sign-in page. */
export type Loaded = 'loaded' | 'failed' | 'nobody'

/** Loads something of the user's own and shows it; a failure becomes a message. */
export async function loadOwn(url: string, show: (answer: Answer) => void): Promise<Loaded> {
  const answer = await callAsUser('GET', url)
  if (answer.status === 401 || answer.status === 403) {
    askToSignIn()
    return 'nobody'
  }
  if (!answer.isOk) {
    showFaults(undefined, answer)
    return 'failed'
  }
  show(answer)
  return 'loaded'
}
