/** Shell completion, generated from the table of commands, so that it cannot be out of date. */
import { commonOptionsHelp, EXIT, UsageError, type Command } from './command.ts'

import { optionsHelpOf } from './danger.ts'

type Commands = Readonly<Record<string, Command>>

/** The command that prints a completion script for bash or zsh. */
export function completionCommand(all: () => Commands): Command {
  return {
    usage: 'bash | zsh',
    summary:
      'Prints completion for a shell: eval "$(npm run --silent manage -- completion bash)", for the function `manage`.',
    options: {},
    run: (args, io) => {
      const [shell] = args
      if (shell !== 'bash' && shell !== 'zsh') throw new UsageError('For which shell? bash or zsh.')
      if (shell === 'zsh') io.out('autoload -U +X bashcompinit && bashcompinit\n')
      io.out(script(all()))
      return Promise.resolve(EXIT.done)
    },
  }
}

/** The completion script of all commands. */
function script(all: Commands): string {
  const cases = Object.entries(all).flatMap(([name, command]) => {
    const below = Object.entries(command.subcommands ?? {})
    const words = below.length > 0 ? below.map(([sub]) => sub) : optionsOf(command)
    return [
      `    ${name}) words="${words.join(' ')}" ;;`,
      ...below.map(([sub, one]) => `    "${name} ${sub}") words="${optionsOf(one).join(' ')}" ;;`),
    ]
  })
  const groups = Object.entries(all).filter(([, { subcommands }]) => subcommands !== undefined)
  return `manage() { npm run --silent manage -- "$@"; }
_manage() {
  local words="${Object.keys(all).join(' ')}" key="\${COMP_WORDS[1]}"
  case " ${groups.map(([name]) => name).join(' ')} " in
    *" $key "*) [ "$COMP_CWORD" -gt 2 ] && key="$key \${COMP_WORDS[2]}" ;;
  esac
  [ "$COMP_CWORD" -gt 1 ] && case "$key" in
${cases.join('\n')}
    *) words="" ;;
  esac
  COMPREPLY=($(compgen -W "$words" -- "\${COMP_WORDS[COMP_CWORD]}"))
}
complete -F _manage manage
`
}

/** The options of a command, without their values. */
function optionsOf(command: Command): readonly string[] {
  return Object.keys({ ...optionsHelpOf(command), ...commonOptionsHelp }).flatMap((text) =>
    [...text.matchAll(/--[\w-]+/g)].map(([option]) => option),
  )
}
