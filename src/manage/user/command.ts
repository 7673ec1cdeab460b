/** The group `user`. */
import { commandGroup } from '../command.ts'
import {
  disableCommand,
  enableCommand,
  resendCommand,
  sendResetCommand,
  unlockCommand,
  verifyCommand,
} from './act.ts'
import { deleteCommand } from './delete.ts'
import { grantRightsCommand, withdrawRightsCommand } from './grant.ts'
import { listCommand } from './list.ts'
import { setEmailCommand, setStaffCommand } from './set.ts'
import { setFieldsCommand } from './set-fields.ts'
import { sessionsCommand, showCommand } from './show.ts'

/** Everyday work on accounts. */
export const userCommand = commandGroup('Finds, shows and changes accounts: help user lists how.', {
  list: listCommand,
  show: showCommand,
  sessions: sessionsCommand,
  'set-email': setEmailCommand,
  verify: verifyCommand,
  resend: resendCommand,
  'send-reset': sendResetCommand,
  unlock: unlockCommand,
  'set-staff': setStaffCommand,
  'set-fields': setFieldsCommand,
  grant: grantRightsCommand,
  withdraw: withdrawRightsCommand,
  disable: disableCommand,
  enable: enableCommand,
  delete: deleteCommand,
})
