/**
 * Writes files with secrets so that other users of the machine cannot read them, and a half-written one replaces
 * nothing.
 */
import {
  closeSync,
  constants,
  lstatSync,
  openSync,
  renameSync,
  rmSync,
  writeFileSync,
  type Stats,
} from 'node:fs'
import { randomBytes } from 'node:crypto'
import { CommandError } from './command.ts'

/** A file that is written beside its name and takes the name when it is complete. */
export type PrivateFile = {
  readonly write: (text: string) => void
  /** Puts it in its place; where that fails, on a full disk for one, leaves no trace of it. */
  readonly keep: () => void
  /** Leaves no trace of it; nothing more after `keep` failed. */
  readonly discard: () => void
}

const BUFFER_CHARACTERS = 65_536

/** For the owner's eyes only: such a file contains credentials or personal data. */
const PRIVATE_MODE = 0o600

/**
 * Opens a file that no other user may read. A file of that name is replaced, never opened: its mode, its hard
 * links and readers who hold it open get nothing of the content. A symbolic link is refused, since it may lead
 * into another user's directory. An incomplete file never has the name.
 */
export function openPrivateFile(path: string): PrivateFile {
  const present = statOf(path)
  if (present?.isSymbolicLink() === true) {
    throw new CommandError(`${path} is a symbolic link: give the file itself.`)
  }
  if (present !== undefined && !present.isFile()) {
    throw new CommandError(`${path} is no file; - is the standard output.`)
  }
  const temporary = `${path}.${randomBytes(6).toString('hex')}.tmp`
  return fileThrough(create(temporary, path), temporary, path)
}

/** The open file under its temporary name, which becomes `path`. */
function fileThrough(file: number, temporary: string, path: string): PrivateFile {
  // A call of the system for each of millions of lines costs more than the lines.
  let pending = ''
  const flush = (): void => {
    writeFileSync(file, pending)
    pending = ''
  }
  let isOpen = true
  const close = (): void => {
    if (isOpen) closeSync(file)
    isOpen = false
  }
  const discard = (): void => {
    close()
    rmSync(temporary, { force: true })
  }
  return {
    write: (text) => {
      pending += text
      if (pending.length >= BUFFER_CHARACTERS) flush()
    },
    keep: () => {
      try {
        flush()
        close()
        renameSync(temporary, path)
      } catch (error) {
        discard()
        throw error
      }
    },
    discard,
  }
}

function statOf(path: string): Stats | undefined {
  return lstatSync(path, { throwIfNoEntry: false })
}

/** Creates the temporary file, readable by its owner only from the first byte on. */
function create(temporary: string, path: string): number {
  try {
    return openSync(
      temporary,
      constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL,
      PRIVATE_MODE,
    )
  } catch (error) {
    const reason = error instanceof Error && 'code' in error ? String(error.code) : 'unknown'
    throw new CommandError(`${path} cannot be written (${reason}).`)
  }
}
