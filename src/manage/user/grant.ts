import { parseArgs } from 'node:util'
import { grant, withdraw } from '../../core/operator/grants.ts'
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
      if (outcome.kind === 'invalid') {
        throw new CommandError(`${outcome.permissions.join(', ')}: no permission is spelled so.`)
      }
      if (outcome.kind === 'refused') throw new CommandError(`${username} is gone.`)
      const { changed } = outcome
      answer(
        { io, isJson: values.json },
        { id, username, changed },
        `${username}: ${changed} ${word}.`,
      )
      return EXIT.done
    },
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
