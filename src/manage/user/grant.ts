/** Groups and permissions of an account (Django: `user.groups`, `user.user_permissions`). */
import { parseArgs } from 'node:util'
import { grant, withdraw, type GrantOutcome } from '../../core/operator/grants.ts'
import { accountOptions, accountOptionsHelp, answer } from '../account.ts'
import { CommandError, commonOptions, EXIT, UsageError, type Command } from '../command.ts'
import { reachDatabase } from '../environment.ts'
import { targetOf } from './target.ts'

const options = {
  ...commonOptions,
  ...accountOptions,
  group: { type: 'string', multiple: true, default: [] as string[] },
  permission: { type: 'string', multiple: true, default: [] as string[] },
} as const

/** Makes a command of granting or withdrawing. */
function grantCommand(summary: string, act: typeof grant, word: string): Command {
  return {
    usage: 'USER [OPTIONS]',
    summary,
    options: {
      ...accountOptionsHelp,
      '--group NAME':
        'a group, as often as there are; granted ones are made where they are missing',
      '--permission APP.CODE': 'a permission as Django spells it: blog.change_post',
    },
    run: async (args, io) => {
      const { values, positionals } = parseArgs({
        args: [...args],
        options,
        allowPositionals: true,
      })
      const grants = { groups: values.group, permissions: values.permission }
      if (grants.groups.length + grants.permissions.length === 0) {
        throw new UsageError('Which --group or --permission?')
      }
      const { deps, settle } = await reachDatabase(values, io)
      const { id, username } = await targetOf(deps, positionals, values.id)
      const outcome = await act(deps, { granter: { kind: 'operator' }, targetId: id, grants })
      await settle()
      const fault = faultOf(outcome, username)
      if (fault !== undefined) throw new CommandError(fault)
      const changed = 'changed' in outcome ? outcome.changed : 0
      const target = { io, isJson: values.json }
      answer(target, { id, username, changed }, `${username}: ${changed} ${word}.`)
      return EXIT.done
    },
  }
}

/** Why nothing was granted, as a sentence. */
function faultOf(outcome: GrantOutcome, username: string): string | undefined {
  switch (outcome.kind) {
    case 'invalid':
      return `${outcome.permissions.join(', ')}: no permission is spelled so.`
    case 'invalid_group':
      return 'The name of a group has 1 to 150 characters, and some that can be seen.'
    case 'unknown_group':
      return `There is no group ${outcome.groups.join(', or no ')}.`
    case 'refused':
      return `${username} is gone.`
    case 'granted':
    case 'withdrawn':
      return undefined
  }
}

/** Gives groups and permissions. */
export const grantRightsCommand = grantCommand(
  'Puts an account into groups and gives it permissions.',
  grant,
  'granted',
)

/** Takes them away. */
export const withdrawRightsCommand = grantCommand(
  'Takes an account out of groups and permissions away from it.',
  withdraw,
  'withdrawn',
)
