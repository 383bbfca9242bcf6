import { parseArgs } from 'node:util'
import type { Environment } from '../config/load.js'
import { readBaseUrl } from '../config/values.js'
import { DEVICE_CLASSES } from '../viewer/device.js'
import { deviceFromHint } from '../viewer/device-hint.js'
import { CommandError, type CommandIo } from './command.js'
import { readHeaders, readNumber } from './options.js'
import { count, json, painter, printable, table } from './text.js'
import { type Skip, type WarmSources, warmRequests } from './warm-requests.js'
import { type WarmTally, warm } from './warm-run.js'

export const WARM_HELP = `playmanifest-gateway warm: asks a running gateway for what it is to know before viewers come

Usage:
  playmanifest-gateway warm (URL | --urls FILE | --requests LOG | --entry ID)... [options]

What is asked:
  URL                  a playManifest URL or its path; the gateway is asked, whatever host stands in it
  --urls FILE          such a URL a line; - reads standard input; lines with # are not read
  --requests LOG       a log in combined format (nginx, Apache), also gzipped (.gz): its GET and HEAD with their User-Agents
  --entry 0_abc12345   an entry, for each device and format
  --formats auto       formats for entries, such as auto,applehttp,mpegdash
  --devices ipad,tv    devices; without it every class for entries, and URLs as they stand
  --partner 101        partner of the entries; without it KALTURA_PARTNER_ID
  All but the first may be given several times, but for lists, which take commas.

How:
  --gateway URL        the gateway, as viewers reach it; without it http://127.0.0.1:3000, or the port of PORT
  --header 'a: b'      sent with each request, such as 'x-forwarded-proto: https'; may be given several times
  --concurrency 8      requests at once
  --rate 20            requests a second; 0: as fast as it goes (the gateway limits clients: docs/limits.md)
  --json

Links with a session, Kaltura's own signature or a grant are left out: nothing of one viewer's is kept.
Exit status: 0 when all was answered, 1 when something was not, or when there was nothing to ask.

Examples:
  playmanifest-gateway warm --entry 0_abc12345 --entry 0_def12345 --partner 101
  playmanifest-gateway warm --requests /var/log/nginx/access.log --gateway http://gateway:3000 --header 'x-forwarded-proto: https'
  cut -f1 links.tsv | playmanifest-gateway warm --urls - --devices iphone,android,desktop --json
`

const OPTIONS = {
  help: { type: 'boolean', short: 'h' },
  json: { type: 'boolean' },
  urls: { type: 'string', multiple: true },
  requests: { type: 'string', multiple: true },
  entry: { type: 'string', multiple: true },
  formats: { type: 'string' },
  devices: { type: 'string' },
  partner: { type: 'string' },
  gateway: { type: 'string' },
  header: { type: 'string', multiple: true },
  concurrency: { type: 'string' },
  rate: { type: 'string' }
} as const

const MAX_PARTNER = 999_999_999
/** Every class, and the Android that plays no HLS. */
const DEVICES = DEVICE_CLASSES.flatMap((name) => (name === 'android' ? [name, 'android-2'] : [name]))

type Skipped = Record<Skip, number>

/** The command `warm`. */
export async function runWarm(args: readonly string[], env: Environment, io: CommandIo): Promise<number> {
  const { values, positionals } = parseArgs({ args: [...args], allowPositionals: true, options: OPTIONS })
  if (values.help === true) {
    io.out(WARM_HELP)
    return 0
  }
  const sources = readSources(values, positionals, env)
  const options = {
    gateway: readGateway(values.gateway, env),
    headers: readHeaders(values.header ?? []),
    concurrency: readNumber('--concurrency', values.concurrency ?? '8', 1, 1000),
    rate: readNumber('--rate', values.rate ?? '20', 0, 100_000)
  }
  const skipped: Skipped = { other: 0, viewer: 0, again: 0 }
  const began = performance.now()
  const progress = io.live === true ? new Progress(io, totalOf(sources)) : null
  let tally: WarmTally
  try {
    const requests = warmRequests(sources, io, (why) => skipped[why]++)
    tally = await warm(requests, { ...options, ...(progress === null ? {} : { done: (now) => progress.show(now) }) })
  } finally {
    progress?.end()
  }
  const seconds = Math.round((performance.now() - began) / 10) / 100
  const ok = tally.failed === 0 && tally.requests > 0
  if (values.json === true) io.out(json({ ok, gateway: options.gateway, ...tally, skipped, seconds }))
  else io.out(describe(tally, skipped, seconds, io.colours))
  if (tally.requests === 0) io.err('There was nothing to ask.\n')
  return ok ? 0 : 1
}

type Values = Partial<Record<'formats' | 'devices' | 'partner', string>> &
  Partial<Record<'urls' | 'requests' | 'entry', string[]>>

function readSources(values: Values, urls: readonly string[], env: Environment): WarmSources {
  const { urls: lists = [], requests: logs = [], entry: entries = [] } = values
  if (urls.length + lists.length + logs.length + entries.length === 0) {
    throw new CommandError('warm needs URLs, --urls, --requests or --entry; see warm --help.')
  }
  const formats = readWords('--formats', values.formats ?? 'auto', (word) => /^\w{1,64}$/.test(word), 'auto,applehttp')
  const devices = readWords(
    '--devices',
    values.devices ?? DEVICES.join(),
    (word) => deviceFromHint(word) !== null,
    'ipad,iphone,android-2'
  )
  for (const entry of entries) {
    if (!/^\w{1,64}$/.test(entry)) {
      throw new CommandError(`--entry is "${printable(entry)}"; right would be an id such as 0_abc12345.`)
    }
  }
  const partner = values.partner ?? env.KALTURA_PARTNER_ID?.trim()
  if (entries.length > 0 && !partner) {
    throw new CommandError('--entry needs the partner of the entries: --partner 101, or KALTURA_PARTNER_ID.')
  }
  return {
    urls,
    lists,
    logs,
    entries,
    partner: partner ? readNumber('--partner', partner, 0, MAX_PARTNER) : 0,
    formats,
    devices,
    devicesForUrls: values.devices !== undefined
  }
}

/** A comma list of words. */
function readWords(name: string, text: string, is: (word: string) => boolean, right: string): string[] {
  const words = text.split(',').map((word) => word.trim())
  const wrong = words.find((word) => !is(word))
  if (wrong !== undefined) {
    throw new CommandError(`${name} holds "${printable(wrong)}"; right would be a list such as ${right}.`)
  }
  return words
}

function readGateway(given: string | undefined, env: Environment): string {
  const port = /^\d{1,5}$/.test(env.PORT ?? '') ? env.PORT : '3000'
  try {
    return readBaseUrl(given ?? `http://127.0.0.1:${port}`)
  } catch (error) {
    throw new CommandError(`--gateway cannot be used; right would be ${(error as Error).message}.`)
  }
}

/** How many requests there will be; null when only the end of a file tells. */
function totalOf({ urls, lists, logs, entries, formats, devices, devicesForUrls }: WarmSources): number | null {
  if (lists.length + logs.length > 0) return null
  return urls.length * (devicesForUrls ? devices.length : 1) + entries.length * formats.length * devices.length
}

/** ms between two pictures of the progress. */
const FRAME = 200
const BAR = 30

/** One line of a terminal that says how far it is. */
class Progress {
  readonly #io: CommandIo
  readonly #total: number | null
  #shown = 0

  constructor(io: CommandIo, total: number | null) {
    this.#io = io
    this.#total = total
  }

  show({ requests, failed }: WarmTally): void {
    const now = performance.now()
    if (now - this.#shown < FRAME) return
    this.#shown = now
    const part = this.#total === null ? null : Math.min(1, requests / this.#total)
    const bar = part === null ? '' : `[${'#'.repeat(Math.round(part * BAR)).padEnd(BAR, '.')}] `
    const of = this.#total === null ? '' : ` of ${this.#total}`
    this.#io.err(`\r\u001b[K${bar}${requests}${of} asked${failed === 0 ? '' : `, ${failed} failed`}`)
  }

  end(): void {
    if (this.#shown > 0) this.#io.err('\r\u001b[K')
  }
}

const SKIPPED: Readonly<Record<Skip, string>> = {
  other: 'no GET or HEAD of a playManifest URL',
  viewer: "one viewer's, with a session, signature of Kaltura's or grant",
  again: 'the same once more'
}

function describe(tally: WarmTally, skipped: Skipped, seconds: number, colours: boolean): string {
  const paint = painter(colours)
  const numbers = Object.entries(tally.answers).sort(([, a], [, b]) => b - a)
  const list = numbers.length === 0 ? '' : table(['answer', 'requests'], rowsOf(numbers), ['requests'])
  const failures = Object.entries(tally.failures).map(
    ([kind, url]) => `${paint('red', printable(kind))}, such as ${printable(url)}\n`
  )
  const left = (Object.keys(SKIPPED) as Skip[]).filter((why) => skipped[why] > 0)
  const leftOut = left.map((why) => `${paint('dim', `left out, ${SKIPPED[why]}: ${skipped[why]}`)}\n`)
  const end = `${count(tally.requests, 'request')} in ${seconds} s, ${tally.failed === 0 ? 'none' : tally.failed} failed.`
  return `${list}${failures.join('')}${leftOut.join('')}${paint(tally.failed === 0 ? 'green' : 'red', end)}\n`
}

function rowsOf(numbers: readonly [string, number][]): string[][] {
  return numbers.map(([kind, number]) => [kind, String(number)])
}
