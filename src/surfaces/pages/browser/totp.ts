/** Setting up and removing an authenticator app. */
import { callAsUser, type Answer } from './api.ts'
import { config } from './config.ts'
import { find, findForm, say, setShown } from './dom.ts'
import { onSubmit, showFaults } from './form.ts'
import { hideCodes, showCodes, showCodesLeft } from './recovery-codes.ts'
import { dateOf, words } from './security-words.ts'
import { loadOwn, type Loaded } from './signed-in.ts'

const url = `${config.api}mfa/totp/`

/** What the app that is being set up is confirmed with. */
let activationToken = ''

/** Loads whether the second factor is active. */
export async function loadSecondFactor(): Promise<Loaded> {
  if (find('totp-state') === undefined) return 'loaded'
  return loadOwn(`${config.api}mfa/status/`, ({ body }) => {
    const isOn = body['mfa_enabled'] === true
    const since = words.totpOn.replace('{0}', () => dateOf(body['created_at']))
    setText('totp-state', isOn ? since : words.totpOff)
    setShown('totp-begin', !isOn)
    setShown('totp-setup', false)
    setShown('totp-end', isOn)
    setShown('recovery', isOn)
    showCodesLeft(body['recovery_codes_left'])
  })
}

/** Binds both forms. */
export function driveTotp(): void {
  find('totp-begin')?.addEventListener('click', () => void begin())
  find('totp-cancel')?.addEventListener('click', () => {
    endSetup()
    find('totp-begin')?.focus()
  })
  onSubmit('totp-activate', {
    send: ({ code = '' }) =>
      callAsUser('POST', `${url}activate/`, {
        activation_token: activationToken,
        code: withoutBlanks(code),
      }),
    done: onActivated,
    refused: ({ body }) => {
      if (body['activation_token'] !== undefined) endSetup()
      return 'unexplained'
    },
  })
  onSubmit('totp-deactivate', {
    send: ({ code = '' }) => callAsUser('POST', `${url}deactivate/`, { code: withoutBlanks(code) }),
    done: async (_, form) => {
      form.reset()
      hideCodes()
      await loadSecondFactor()
      say(words.totpTurnedOff)
    },
  })
}

/** Requests a secret and shows its QR code. */
async function begin(): Promise<void> {
  const answer = await callAsUser('GET', `${url}activate/`)
  if (!answer.isOk) {
    showFaults(undefined, answer)
    return
  }
  const { body } = answer
  activationToken = String(body['activation_token'])
  // In groups, as people type it; it is copied without the blanks.
  setText('totp-secret', String(body['secret']).replaceAll(/(.{4})(?=.)/g, '$1 '))
  const picture = find('totp-qr')
  const data = String(body['qr_code_data_uri'])
  if (picture !== undefined) {
    picture.hidden = data === ''
    picture.setAttribute('src', data)
  }
  setShown('totp-begin', false)
  setShown('totp-setup', true)
  find('totp-activate-code')?.focus()
}

function endSetup(): void {
  findForm('totp-activate')?.reset()
  setShown('totp-setup', false)
  setShown('totp-begin', true)
}

async function onActivated({ body }: Answer): Promise<void> {
  endSetup()
  await loadSecondFactor()
  say(words.totpDone)
  showCodes(body['recovery_codes'])
}

function setText(id: string, text: string): void {
  const element = find(id)
  if (element !== undefined) element.textContent = text
}

/** Authenticator apps show codes in groups, and people type them so. */
function withoutBlanks(code: string): string {
  return code.replaceAll(/\s/g, '')
}
