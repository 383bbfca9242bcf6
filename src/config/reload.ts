import { readFileSync } from 'node:fs'
import { isDeepStrictEqual } from 'node:util'
import type { Logger } from 'pino'
import { factsOf } from '../rules/conditions.js'
import type { LiveRules } from '../rules/live-rules.js'
import { type Config, ConfigError } from './config.js'
import { type FileConfig, readConfigFile } from './file.js'
import { type Environment, loadConfig } from './load.js'

/** What became of a reload. */
export type ReloadResult =
  | { result: 'replaced' | 'unchanged'; rules: number; needRestart: readonly string[]; warnings: readonly string[] }
  | { result: 'failed'; problems: readonly string[] }

/** What a running gateway takes from a changed file, with the aliases of `partners`; all other keys need a restart. */
const RELOADED: readonly string[] = ['rules', 'presets', 'shadow', 'trustedHeaders', 'warnings']

export interface ReloaderOptions {
  /** As at the start; it names the file. */
  env: Environment
  live: LiveRules
  log: Pick<Logger, 'info' | 'warn' | 'error'>
  /** Told of each reload, for the metrics. */
  count?: (result: ReloadResult['result']) => void
  read?: (path: string) => string
}

/** Reads the configuration file again and puts its rules, presets, shadow rules and aliases in force. A file that is not usable changes nothing. */
export class RuleReloader {
  readonly path: string
  readonly #options: Required<ReloaderOptions>
  /** As the process runs on them, except for what was reloaded. */
  readonly #file: FileConfig
  readonly #config: Config

  /**
   * @param config made from the same environment
   * @throws ConfigError when no file is named, or it changed for the worse since the start
   */
  constructor(config: Config, options: ReloaderOptions) {
    const path = options.env.CONFIG_FILE?.trim()
    if (!path) throw new ConfigError(['There is nothing to reload; right would be CONFIG_FILE.'])
    this.path = path
    this.#options = { count: () => undefined, read: (name) => readFileSync(name, 'utf8'), ...options }
    this.#file = readConfigFile(path, this.#options.read(path))
    this.#config = config
  }

  /** @param cause why, for the log: a signal, a changed file, somebody's call */
  reload(cause: string): ReloadResult {
    const { log, count } = this.#options
    const result = this.#reload()
    count(result.result)
    if (result.result === 'failed') {
      log.error(
        { cause, problems: result.problems },
        'the configuration file is not usable; the rules stay as they were'
      )
      return result
    }
    const { rules, shadow } = this.#options.live
    const about = { cause, rules: result.rules, reads: factsOf(rules), shadow: shadow?.rules.length ?? 0 }
    log.info(about, result.result === 'replaced' ? 'rules replaced' : 'rules read again, unchanged')
    for (const warning of result.warnings) log.warn(warning)
    if (result.needRestart.length > 0) {
      log.warn({ keys: result.needRestart }, 'these keys of the configuration file changed too; they need a restart')
    }
    return result
  }

  #reload(): ReloadResult {
    const { env, read, live } = this.#options
    try {
      // Twice from one text, so that both speak of the same file.
      const text = read(this.path)
      const once = (name: string) => (name === this.path ? text : read(name))
      const config = loadConfig(env, once)
      const file = readConfigFile(this.path, text)
      const unknown = this.#unknownBases(config)
      if (unknown.length > 0) return { result: 'failed', problems: unknown }
      const same = live.isSameAs(config)
      if (!same) live.replace(config)
      return {
        result: same ? 'unchanged' : 'replaced',
        rules: config.rules.length,
        needRestart: this.#others(file, config),
        warnings: file.warnings ?? []
      }
    } catch (error) {
      if (error instanceof ConfigError) return { result: 'failed', problems: error.problems }
      const why = (error as NodeJS.ErrnoException).code ?? (error as Error).name
      return { result: 'failed', problems: [`CONFIG_FILE is "${this.path}", which cannot be read (${why}).`] }
    }
  }

  /** Where viewers are sent is settled at the start: rules that name a base which came later have to wait for the next. */
  #unknownBases({ rules, shadow }: Config): string[] {
    return [...rules, ...(shadow?.rules ?? [])].flatMap(({ name, then: { cdnUrl } }) =>
      cdnUrl === undefined || this.#config.cdnUrls.has(cdnUrl)
        ? []
        : [
            `${this.path}: rule "${name}" names the base "${cdnUrl}", which was not under cdnUrls at the start; right would be a restart.`
          ]
    )
  }

  #others(file: FileConfig, config: Config): string[] {
    const keys = [...new Set([...Object.keys(this.#file), ...Object.keys(file)])] as (keyof FileConfig)[]
    const changed = keys.filter(
      (key) => key !== 'partners' && !RELOADED.includes(key) && !isDeepStrictEqual(this.#file[key], file[key])
    ) as string[]
    // Not by what the file says of them: their secrets stand in files of their own.
    if (!isDeepStrictEqual(withoutAliases(this.#config), withoutAliases(config))) changed.push('partners')
    return changed.sort()
  }
}

function withoutAliases({ partners }: Config): object[] {
  return Array.from(partners.values(), ({ aliases: _, ...others }) => others)
}
