import { parseArgs } from 'node:util'
import type { Config, PartnerConfig } from '../config/config.js'
import type { Environment } from '../config/load.js'
import { READY } from '../flavors/flavor-asset.js'
import type { EntryFlavors, ListedFlavor } from '../kaltura/inspect-client.js'
import { DEVICE_CLASSES } from '../viewer/device.js'
import { askKaltura, KALTURA_OPTIONS } from './ask-kaltura.js'
import { CommandError, type CommandIo } from './command.js'
import { type Decided, predict, predictFlavors } from './predict.js'
import { clipped, count, json, painter, printable, table } from './text.js'

export const FLAVORS_HELP = `playmanifest-gateway flavors: an entry's flavors, and which device gets which by the rules

Usage:
  playmanifest-gateway flavors ENTRY [--format auto] [--partner ID] [--config FILE] [--json]

Options:
  --format auto    format that is asked for; auto: the rules choose it
  --partner 101    the partner, where the configuration has several
  --config FILE    the configuration file, in place of CONFIG_FILE; the environment is read too

Asks the configured Kaltura with the gateway's own credential; without one, it shows what anyone may see.
Exit status: 0 when the entry was found, 1 when not, or when Kaltura refuses or cannot be reached.

Examples:
  playmanifest-gateway flavors 0_abc12345
  playmanifest-gateway flavors 0_abc12345 --format applehttp --partner 101
  playmanifest-gateway flavors 0_abc12345 --json | jq -r '.flavors[] | [.id, .bitrate] | @tsv'
`

/** What one device gets. */
interface DeviceRow {
  device: string
  rule: string | null
  format: string
  /** Ids that the rule writes into the request; null: Kaltura's own choice. */
  flavorIds: readonly string[] | null
  /** Ids that it gets in the end; null: none fits, error 6. */
  gets: readonly string[] | null
}

/** Every class, and the Android that plays no HLS. */
const DEVICES = DEVICE_CLASSES.flatMap((name) => (name === 'android' ? [name, 'android-2'] : [name]))

/** The command `flavors`. */
export async function runFlavors(args: readonly string[], env: Environment, io: CommandIo): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { ...KALTURA_OPTIONS, format: { type: 'string' } }
  })
  if (values.help === true) {
    io.out(FLAVORS_HELP)
    return 0
  }
  const [entry] = positionals
  if (entry === undefined || positionals.length > 1) throw new CommandError('flavors takes one entry id; see --help.')
  const { format = 'auto' } = values
  for (const [name, value] of [
    ['ENTRY', entry],
    ['--format', format]
  ] as const) {
    if (!/^\w{1,64}$/.test(value))
      throw new CommandError(`${name} is "${printable(value)}"; right would be a plain word.`)
  }
  const { found, devices } = await askKaltura(values, env, io, async (client, partner, config, signal) => {
    const found = await client.flavors(partner, entry, signal)
    return { found, devices: DEVICES.map((device) => rowOf(device, entry, format, partner, config, found)) }
  })
  const flavors = found.flavors.map((flavor) => ({ ...flavor, devices: gettersOf(flavor, devices) }))
  if (values.json === true) {
    const plain = flavors.map(({ order: _, ...flavor }) => flavor)
    io.out(json({ entry: { id: entry, name: found.name }, seenBy: found.seenBy, flavors: plain, devices }))
  } else io.out(describe(entry, found, flavors, devices, io.colours))
  return 0
}

function rowOf(
  device: string,
  entry: string,
  format: string,
  partner: PartnerConfig,
  { rules, presets, cdnUrls }: Pick<Config, 'rules' | 'presets' | 'cdnUrls'>,
  { flavors, words }: EntryFlavors
): DeviceRow {
  const ruled = { ...partner, signedLinks: 'off' as const, presetsOnly: false }
  const prediction = predict(
    { rules, presets, cdnUrls, partner: () => ruled },
    {
      target: `/p/${partner.id}/playManifest/entryId/${entry}/format/${format}?device=${device}`,
      headers: {},
      trusted: false,
      scheme: 'https',
      now: Date.now(),
      entry: () => words
    }
  )
  // Nothing in this request can be refused: its words were looked at.
  if (prediction === null || !('plan' in prediction)) throw new CommandError(`--format ${format} cannot be asked for.`)
  const { rule, format: chosen } = prediction.decided as Decided
  return { device, rule, format: chosen, ...predictFlavors(prediction, flavors) }
}

function gettersOf({ id }: ListedFlavor, devices: readonly DeviceRow[]): string[] {
  return devices.filter(({ gets }) => gets?.includes(id) === true).map(({ device }) => device)
}

const STATUSES: Readonly<Record<number, string>> = {
  [-1]: 'error',
  0: 'queued',
  1: 'converting',
  2: 'ready',
  3: 'deleted',
  4: 'not applicable',
  5: 'temporary',
  6: 'waiting',
  7: 'importing',
  8: 'validating',
  9: 'exporting'
}

function describe(
  entry: string,
  { name, seenBy }: EntryFlavors,
  flavors: readonly (ListedFlavor & { devices: readonly string[] })[],
  devices: readonly DeviceRow[],
  colours: boolean
): string {
  const paint = painter(colours)
  const rows = flavors.map((flavor) => [
    flavor.id,
    String(flavor.flavorParamsId),
    flavor.tags.join(','),
    String(flavor.bitrate),
    flavor.width === 0 && flavor.height === 0 ? 'audio' : `${flavor.width}x${flavor.height}`,
    flavor.videoCodecId || flavor.containerFormat || '-',
    String(flavor.size),
    STATUSES[flavor.status] ?? String(flavor.status),
    shortly(flavor.devices)
  ])
  const head = ['id', 'params', 'tags', 'kbps', 'size', 'codec', 'KiB', 'status', 'devices']
  const [first, ...rest] = table(head, rows, ['params', 'kbps', 'KiB']).split('\n')
  const ready = flavors.filter(({ status }) => status === READY).length
  const lines = [
    `${paint('bold', entry)} ${printable(clipped(name, 80))}: ${count(flavors.length, 'flavor')}, ${ready} ready`,
    ...(seenBy === 'widget' ? [paint('yellow', 'Without a credential: these are what anyone may see.')] : []),
    '',
    paint('bold', first!),
    ...rest
  ]
  return `${lines.join('\n')}\n${describeDevices(devices)}`
}

/** Devices that get the same by the same rule stand in one row. */
function describeDevices(devices: readonly DeviceRow[]): string {
  const groups = new Map<string, DeviceRow[]>()
  for (const row of devices) {
    const { device: _, ...same } = row
    const key = JSON.stringify(same)
    groups.set(key, [...(groups.get(key) ?? []), row])
  }
  const rows = [...groups.values()].map((group) => {
    const { rule, format, flavorIds, gets } = group[0]!
    const by = flavorIds === null ? "Kaltura's choice" : 'the rule'
    const got = gets === null ? 'nothing that fits (error 6)' : gets.join(' ') || 'nothing'
    return [group.map(({ device }) => device).join(' '), rule ?? '-', format, by, got]
  })
  return table(['devices', 'rule', 'format', 'flavors by', 'gets'], rows)
}

/** `all`, `all but x y` or the devices themselves. */
function shortly(devices: readonly string[]): string {
  const others = DEVICES.filter((device) => !devices.includes(device))
  if (others.length === 0) return 'all'
  if (devices.length === 0) return '-'
  return others.length < devices.length ? `all but ${others.join(' ')}` : devices.join(' ')
}
