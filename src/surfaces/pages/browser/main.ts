/**
 * The entry of the script that all pages share. Each part looks for its own elements and does nothing on other
 * pages.
 */
import { driveAccount } from './account.ts'
import { driveSecondStep } from './arrive.ts'
import { sayFromBefore } from './dom.ts'
import { driveMailLinks } from './mail-links.ts'
import { driveMailedCodes } from './mailed-code.ts'
import { driveMailedLogin } from './mailed-login.ts'
import { drivePasskeySignIn } from './passkey-sign-in.ts'
import { driveProveAgain } from './prove-again.ts'
import { driveReveal } from './reveal.ts'
import { driveSignIn } from './sign-in.ts'
import { driveSocial } from './social.ts'

// Each drives what it finds on the page.
sayFromBefore()
driveReveal()
driveSignIn()
driveSecondStep()
drivePasskeySignIn()
driveMailLinks()
driveMailedLogin()
driveMailedCodes()
driveProveAgain()
driveAccount()
driveSocial()
document.documentElement.dataset['ready'] = ''
