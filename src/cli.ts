#!/usr/bin/env node
import { parseArgs } from 'node:util'
import { pino } from 'pino'
import { runSign } from './cli-sign.js'
import { CommandError, processIo } from './commands/command.js'
import { COMMANDS } from './commands/index.js'
import { printable } from './commands/text.js'
import { ConfigError } from './config/config.js'
import { loadConfig, processEnvironment } from './config/load.js'
import { startServer, stopOnSignals } from './server.js'
import { SignError } from './signing/sign.js'

const HELP = `playmanifest-gateway: Kaltura's playManifest URL, answered sooner

Usage:
  playmanifest-gateway serve    start the gateway; configured by environment variables and CONFIG_FILE
  playmanifest-gateway demo     start an embedded Kaltura with real media, a gateway before it, and a page to try them
  playmanifest-gateway sign     sign a link; sign --help says how
  playmanifest-gateway check    read a configuration and say what it means
  playmanifest-gateway test     test rules by requests and what has to be decided about them
  playmanifest-gateway flavors  an entry's flavors, and which device gets which by the rules
  playmanifest-gateway profiles conversion profiles and their flavor params, to find ids
  playmanifest-gateway diff     which real requests would be decided differently by another configuration
  playmanifest-gateway explain  why a request is answered as it is, by a running gateway or on its own
  playmanifest-gateway purge    let a running gateway forget what it keeps, by entry, partner or all
  playmanifest-gateway warm     ask a running gateway for what it is to know before viewers come
  playmanifest-gateway --help

Examples:
  KALTURA_SERVICE_URL=https://www.kaltura.com KALTURA_PARTNER_ID=101 playmanifest-gateway serve
  PORT=8080 playmanifest-gateway demo

Each command but serve and demo has a --help of its own with examples; docs/cli.md says more.
docs/configuration.md lists every variable.
`

async function serve(): Promise<void> {
  const config = loadConfig(processEnvironment())
  const log = pino({ level: config.logLevel })
  const server = await startServer(config, log, processEnvironment())
  stopOnSignals(log, server.close, server.reload)
}

async function demo(): Promise<void> {
  const { runDemo } = await import('./demo/run.js')
  await runDemo(processEnvironment(), (text) => process.stdout.write(text))
}

function sign(args: readonly string[]): void {
  const out = (text: string) => void process.stdout.write(text)
  const err = (text: string) => void process.stderr.write(text)
  runSign(args, processEnvironment(), { out, err })
}

async function main(): Promise<void> {
  // Commands with options of their own.
  if (process.argv[2] === 'sign') return sign(process.argv.slice(3))
  const load = COMMANDS.get(process.argv[2] ?? '')
  if (load !== undefined) {
    const run = await load()
    const env = processEnvironment()
    // Not process.exit: what was written to a pipe has to arrive.
    process.exitCode = await run(process.argv.slice(3), env, processIo(env))
    return
  }
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { help: { type: 'boolean', short: 'h' } }
  })
  const command = positionals[0] ?? 'help'
  if (values.help === true || command === 'help') process.stdout.write(HELP)
  else if (command === 'serve' && positionals.length === 1) await serve()
  else if (command === 'demo' && positionals.length === 1) await demo()
  else
    throw new CommandError(
      command === 'serve' || command === 'demo'
        ? `${command} takes no more words: it is configured by environment variables and CONFIG_FILE.`
        : `There is no command "${printable(command)}"; right would be serve, demo, sign, ${[...COMMANDS.keys()].join(', ')}.`
    )
}

function isCommand(word: string | undefined): boolean {
  return word !== undefined && (word === 'sign' || COMMANDS.has(word))
}

/** What a person did is told in words; what we did, with the stack. */
function explain(error: Error & { code?: string }): string {
  if (error instanceof ConfigError || error instanceof SignError || error instanceof CommandError) return error.message
  if (error.code?.startsWith('ERR_PARSE_ARGS'))
    return `${error.message}\nSee playmanifest-gateway ${isCommand(process.argv[2]) ? `${process.argv[2]} ` : ''}--help.`
  return String(error.stack)
}

// `| head` has read enough: that is no fault of ours.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit()
  throw error
})

main().catch((error: Error) => {
  process.stderr.write(`${explain(error)}\n`)
  process.exit(1)
})
