/** The group `mail`. */
import { commandGroup } from '../command.ts'
import { liftCommand, suppressedCommand } from './suppressed.ts'
import { testCommand } from './test.ts'
import { listCommand, resendCommand } from './waiting.ts'

/** Mail: whether it leaves, and who gets none. */
export const mailCommand = commandGroup(
  'Sends a test mail, shows mails that wait, and shows and lifts what stops mails to an address: help mail lists how.',
  {
    test: testCommand,
    list: listCommand,
    resend: resendCommand,
    suppressed: suppressedCommand,
    lift: liftCommand,
  },
)
