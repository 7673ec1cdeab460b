/** The table of commands. Adding one is a file and a line here. */
import {
  activateCommand,
  deactivateCommand,
  resetFactorsCommand,
  revokeCommand,
} from './account-state.ts'
import { adminKeyCommand } from './admin-key.ts'
import { auditCommand } from './audit.ts'
import { changePasswordCommand } from './change-password.ts'
import { checkCommand } from './check.ts'
import { completionCommand } from './completion.ts'
import { doctorCommand } from './doctor.ts'
import type { Command } from './command.ts'
import { createSuperuserCommand, createUserCommand } from './create-user.ts'
import { exportDjangoCommand } from './export-django/command.ts'
import { importDjangoCommand } from './import-django/command.ts'
import { invitationsCommand, inviteCommand } from './invite.ts'
import { keysCommand } from './keys.ts'
import { listUsersCommand } from './list-users.ts'
import { migrateCommand, purgeCommand } from './maintenance.ts'
import { mailCommand } from './mail/command.ts'
import { settingsFromDjangoCommand } from './settings-from-django/command.ts'
import { webhooksCommand } from './webhooks.ts'
import { userCommand } from './user/command.ts'

/** Every command by its name, in the order of the help. */
export const commands: Readonly<Record<string, Command>> = {
  check: checkCommand,
  doctor: doctorCommand,
  migrate: migrateCommand,
  purge: purgeCommand,
  keys: keysCommand,
  createuser: createUserCommand,
  createsuperuser: createSuperuserCommand,
  changepassword: changePasswordCommand,
  deactivate: deactivateCommand,
  activate: activateCommand,
  revoke: revokeCommand,
  'reset-factors': resetFactorsCommand,
  user: userCommand,
  invite: inviteCommand,
  invitations: invitationsCommand,
  'admin-key': adminKeyCommand,
  'list-users': listUsersCommand,
  mail: mailCommand,
  webhooks: webhooksCommand,
  audit: auditCommand,
  'import-django': importDjangoCommand,
  'export-django': exportDjangoCommand,
  'settings-from-django': settingsFromDjangoCommand,
  completion: completionCommand(() => commands),
}
