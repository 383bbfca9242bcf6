import { parseArgs } from 'node:util'
import type { Touched } from '../cache/purge.js'
import type { Environment } from '../config/load.js'
import { ADMIN_OPTIONS, postAdmin } from './admin-client.js'
import { CommandError, type CommandIo } from './command.js'
import { readNumber } from './options.js'
import { count, json, printable, table } from './text.js'

export const PURGE_HELP = `playmanifest-gateway purge: lets a running gateway forget what it keeps

Usage:
  playmanifest-gateway purge (--entry ID | --partner ID | --reference NAME | --all)... [options]

Options:
  --entry 0_abc12345       an entry; may be given several times, and so may the next two
  --partner 101            all that is kept for a partner
  --reference our-trailer  what a reference id stands for
  --all                    everything
  --soft                   do not forget it, but give it once more while it is renewed, and while Kaltura is away
  --admin URL              the admin side of the gateway; without it http://127.0.0.1:3001, or the port of ADMIN_PORT
  --token-file FILE        its token; without it that of ADMIN_TOKEN or ADMIN_TOKEN_FILE
  --json

Exit status: 0 when it was purged, whether or not there was anything; 1 when not.

Examples:
  playmanifest-gateway purge --entry 0_abc12345 --entry 0_def12345
  playmanifest-gateway purge --partner 101 --soft --admin http://gateway:3001 --token-file /run/secrets/gateway-admin
  playmanifest-gateway purge --all --json | jq .touched.memory
`

const MAX_PARTNER = 999_999_999

/** The command `purge`. */
export async function runPurge(args: readonly string[], env: Environment, io: CommandIo): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      ...ADMIN_OPTIONS,
      help: { type: 'boolean', short: 'h' },
      json: { type: 'boolean' },
      entry: { type: 'string', multiple: true },
      partner: { type: 'string', multiple: true },
      reference: { type: 'string', multiple: true },
      all: { type: 'boolean' },
      soft: { type: 'boolean' }
    }
  })
  if (values.help === true) {
    io.out(PURGE_HELP)
    return 0
  }
  if (positionals.length > 0) throw new CommandError('purge takes options only, such as --entry; see purge --help.')
  const { entry: entries = [], reference: referenceIds = [], all = false, soft = false } = values
  const partners = (values.partner ?? []).map((text) => readNumber('--partner', text, 0, MAX_PARTNER))
  // Nothing named by mistake must not become everything.
  if (!all && entries.length + partners.length + referenceIds.length === 0) {
    throw new CommandError('purge needs --entry, --partner, --reference or --all; see purge --help.')
  }
  const order = { entries, partners, referenceIds, all, soft }
  const said = (await postAdmin('/purge', order, values, env, io)) as { touched?: Record<string, Touched> }
  io.out(values.json === true ? json(said) : describe(said.touched ?? {}, soft))
  return 0
}

function describe(touched: Readonly<Record<string, Touched>>, soft: boolean): string {
  const rows = Object.entries(touched).flatMap(([tier, caches]) =>
    Object.entries(caches).map(([cache, number]) => [tier, cache, String(number)])
  )
  const sum = rows.reduce((all, [, , number]) => all + Number(number), 0)
  const end = `${count(sum, 'value')} ${soft ? 'marked stale' : 'forgotten'}.`
  return `${rows.length === 0 ? '' : table(['tier', 'cache', 'values'], rows, ['values'])}${printable(end)}\n`
}
