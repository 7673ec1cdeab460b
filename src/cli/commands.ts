import type { Command } from './command.ts'
import { exportDjangoCommand } from './export-django/command.ts'
import { importDjangoCommand } from './import-django/command.ts'

/** Every command by its name, in the order of the help. */
export const commands: Readonly<Record<string, Command>> = {
  'import-django': importDjangoCommand,
  'export-django': exportDjangoCommand,
}
