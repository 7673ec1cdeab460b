/** The entry of the security page's script: authenticator app, recovery codes, passkeys. */
import { sayFromBefore, setShown } from './dom.ts'
import { drivePasskeys, loadPasskeys } from './passkeys.ts'
import { driveProveAgain } from './prove-again.ts'
import { driveRecoveryCodes } from './recovery-codes.ts'
import { driveReveal } from './reveal.ts'
import { driveTotp, loadSecondFactor } from './totp.ts'

// The script of the security page: it asks for what there is, and shows it.
sayFromBefore()
driveReveal()
driveProveAgain()
driveTotp()
driveRecoveryCodes()
drivePasskeys()
void load()
document.documentElement.dataset['ready'] = ''

async function load(): Promise<void> {
  const found = await Promise.all([loadSecondFactor(), loadPasskeys()])
  if (found.includes('nobody')) return
  setShown('security-wait', false)
  setShown('security', true)
}
