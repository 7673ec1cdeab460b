import { callAsUser, type Answer } from './api.ts'
import { showFaults } from './form.ts'
import { askToSignIn } from './leave.ts'

/** Result of loading a part of an own page; `nobody` is being led to the sign-in page. */
export type Loaded = 'loaded' | 'failed' | 'nobody'

/** Loads a part of an own page; a failure is said. */
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
