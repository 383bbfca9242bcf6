import { createReadStream, readFileSync } from 'node:fs'
import { PassThrough } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import { ConfigError } from '../config/config.js'
import type { Environment } from '../config/load.js'

/** Where a command writes; what it found goes to `out`, what is to be said beside it to `err`. */
export interface CommandIo {
  out(text: string): void
  err(text: string): void
  /** Whether `out` is a terminal that shows colours. */
  colours: boolean
  /** Whether `err` is a terminal, on which a line can be written anew. Default: no. */
  live?: boolean
  /** Text of a file; the file system's unless a test says otherwise. */
  read(path: string): string
  /** Text of a file that may be large, in pieces; `-` is standard input. */
  stream(path: string): AsyncIterable<string>
}

/**
 * A command of the command line.
 * @param args what stands behind its name
 * @returns the exit status: 0, or 1 when what was looked at is not right
 * @throws CommandError, ConfigError or an Error of parseArgs when it could not be done, in words for a person
 */
export type Command = (args: readonly string[], env: Environment, io: CommandIo) => number | Promise<number>

/** A command could not do what it was asked to: what is wrong and what would be right. */
export class CommandError extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'CommandError'
  }
}

/** The text of a file that a person named. @throws CommandError when there is none */
export function readNamed(path: string, read: CommandIo['read']): string {
  try {
    return read(path)
  } catch (error) {
    throw new CommandError(`${path} cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unknown reason'}).`)
  }
}

/** What is wrong with a file, line by line. @throws CommandError in place of ConfigError, which speaks of serving */
export function inWords<T>(read: () => T): T {
  try {
    return read()
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    throw new CommandError(error.problems.join('\n'))
  }
}

/** Standard output and error of this process. */
export function processIo(env: Environment): CommandIo {
  return {
    out: (text) => void process.stdout.write(text),
    err: (text) => void process.stderr.write(text),
    colours: process.stdout.isTTY === true && !env.NO_COLOR && env.TERM !== 'dumb',
    live: process.stderr.isTTY === true && env.TERM !== 'dumb',
    read: (path) => readFileSync(path, 'utf8'),
    stream: streamNamed
  }
}

/** @throws CommandError when there is no such file, or it is not what its name says */
async function* streamNamed(path: string): AsyncGenerator<string> {
  const source = path === '-' ? process.stdin : createReadStream(path)
  const text = path.endsWith('.gz') ? createGunzip() : new PassThrough()
  // Its fault is that of the whole; both ends are closed by it.
  const done = pipeline(source, text)
  done.catch(() => {})
  try {
    yield* text.setEncoding('utf8')
    await done
  } catch (error) {
    throw new CommandError(`${path} cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unknown reason'}).`)
  }
}
