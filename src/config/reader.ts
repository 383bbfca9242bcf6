import { ConfigError } from './config.js'
import { type FileConfig, readConfigFile } from './file.js'

export type Environment = Readonly<Record<string, string | undefined>>

/** Reads variables one by one and collects what is wrong, so that a start names every mistake at once. */
export class Reader {
  readonly problems: string[] = []
  readonly #env: Environment
  readonly #read: (path: string) => string

  constructor(env: Environment, read: (path: string) => string) {
    this.#env = env
    this.#read = read
  }

  /** Text of a variable; empty counts as unset. */
  text(name: string): string | undefined {
    const value = this.#env[name]?.trim()
    return value === '' ? undefined : value
  }

  value<T>(name: string, parse: (text: string) => T, fallback: T): T {
    const text = this.text(name)
    if (text === undefined) return fallback
    try {
      return parse(text)
    } catch (error) {
      this.problems.push(`${name} is "${withoutPassword(text)}"; right would be ${(error as Error).message}.`)
      return fallback
    }
  }

  /** A secret, given as `NAME` or as `NAME_FILE`; never repeated in a message. */
  secret(name: string): string | undefined {
    const path = this.text(`${name}_FILE`)
    const direct = this.text(name)
    if (path === undefined) return direct
    if (direct !== undefined) this.problems.push(`${name} and ${name}_FILE are both set; right would be one of them.`)
    return this.secretFile(path, `${name}_FILE`)
  }

  /** A secret that has a form; a wrong one is not repeated either. */
  secretValue<T>(name: string, parse: (text: string) => T, fallback: T): T {
    const text = this.secret(name)
    if (text === undefined) return fallback
    try {
      return parse(text)
    } catch (error) {
      this.problems.push(`${name} cannot be read; right would be ${(error as Error).message}.`)
      return fallback
    }
  }

  secretFile(path: string, named: string): string | undefined {
    try {
      const text = this.#read(path).trim()
      if (text !== '') return text
      this.problems.push(`${named} names "${path}", which is empty; right would be a file that holds the secret.`)
    } catch (error) {
      const why = (error as NodeJS.ErrnoException).code ?? (error as Error).message
      this.problems.push(`${named} names "${path}", which cannot be read (${why}).`)
    }
    return undefined
  }

  file(): FileConfig {
    const path = this.text('CONFIG_FILE')
    if (path === undefined) return {}
    try {
      return readConfigFile(path, this.#read(path))
    } catch (error) {
      if (error instanceof ConfigError) this.problems.push(...error.problems)
      else
        this.problems.push(`CONFIG_FILE is "${path}", which cannot be read (${(error as NodeJS.ErrnoException).code}).`)
      return {}
    }
  }
}

/** A URL may hold a password where none belongs; it is not repeated. */
function withoutPassword(text: string): string {
  return text.replace(/\/\/[^/@]*@/, '//***@')
}
