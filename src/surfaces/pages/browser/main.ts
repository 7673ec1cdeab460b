import { driveAccount } from './account.ts'
import { sayFromBefore } from './dom.ts'
import { driveMailLinks } from './mail-links.ts'
import { driveSignIn } from './sign-in.ts'
import { driveSocial } from './social.ts'

// Each drives what it finds on the page.
sayFromBefore()
driveSignIn()
driveMailLinks()
driveAccount()
driveSocial()
document.documentElement.dataset['ready'] = ''
