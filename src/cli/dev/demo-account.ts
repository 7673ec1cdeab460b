/**
 * The account that `dev` offers to log in with. It is made in local databases only: its password is printed on the
 * screen.
 */
import { faultText } from '../../manage/fault-text.ts'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { encodeBase64Url } from '../../crypto.ts'
import type { Deps } from '../../deps.ts'
import { createAccount, findAccount, setPassword } from '../../core/accounts/operator.ts'
import { verifyPassword } from '../../core/passwords/passwords.ts'
import { CommandError } from '../../manage/command.ts'

/** What logs into the demo account. */
export type DemoAccount = {
  readonly username: string
  readonly email: string
  readonly password: string
}

/** Makes the account `demo`, with a password of this machine alone; it is there again at every start. */
export async function ensureDemoAccount(deps: Deps, passwordFile: string): Promise<DemoAccount> {
  const password = readPassword(deps, passwordFile)
  const demo = { username: 'demo', email: 'demo@example.com', password }
  const found = await findAccount(deps, { text: demo.username })
  if (found.kind === 'found') {
    const { kind } = await verifyPassword(deps, password, found.account.passwordHash)
    if (kind === 'wrong') await setPassword(deps, found.account, { password, rules: 'ignored' })
  } else if (found.kind === 'unknown') {
    const outcome = await createAccount(deps, {
      ...demo,
      isEmailVerified: true,
      passwordRules: 'ignored',
      firstName: 'Demo',
      lastName: '',
      isStaff: false,
      isSuperuser: false,
    })
    if (outcome.kind === 'invalid') {
      throw new CommandError(
        `The demo account cannot be made: ${outcome.faults.map(faultText).join(' ')}`,
      )
    }
  }
  return demo
}

function readPassword({ randomBytes }: Pick<Deps, 'randomBytes'>, file: string): string {
  if (existsSync(file)) return readFileSync(file, 'utf8').trim()
  const password = encodeBase64Url(randomBytes(12))
  writeFileSync(file, `${password}\n`, { mode: 0o600 })
  return password
}
