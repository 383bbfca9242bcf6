import { parseArgs } from 'node:util'
import type { Environment } from '../config/load.js'
import type { ListedParams, ListedProfile } from '../kaltura/inspect-client.js'
import { askKaltura, KALTURA_OPTIONS } from './ask-kaltura.js'
import { CommandError, type CommandIo } from './command.js'
import { clipped, json, painter, printable, table } from './text.js'

export const PROFILES_HELP = `playmanifest-gateway profiles: conversion profiles and their flavor params, to find ids

Usage:
  playmanifest-gateway profiles [--partner ID] [--config FILE] [--json]

Options:
  --partner 101    the partner, where the configuration has several
  --config FILE    the configuration file, in place of CONFIG_FILE; the environment is read too

Asks the configured Kaltura with the gateway's own credential, which it needs.
Exit status: 0, or 1 when Kaltura refuses or cannot be reached.

Examples:
  playmanifest-gateway profiles
  playmanifest-gateway profiles --partner 101 --config gateway.yaml
  playmanifest-gateway profiles --json | jq '.profiles[] | select(.isDefault) | .params[].id'
`

/** The command `profiles`. */
export async function runProfiles(args: readonly string[], env: Environment, io: CommandIo): Promise<number> {
  const { values, positionals } = parseArgs({ args: [...args], allowPositionals: true, options: KALTURA_OPTIONS })
  if (values.help === true) {
    io.out(PROFILES_HELP)
    return 0
  }
  if (positionals.length > 0) throw new CommandError('profiles takes options only; see profiles --help.')
  const profiles = await askKaltura(values, env, io, (client, partner, _config, signal) =>
    client.profiles(partner, signal)
  )
  io.out(values.json === true ? json({ profiles }) : describe(profiles, io.colours))
  return 0
}

const KINDS: Readonly<Record<number, string>> = { 1: 'media', 2: 'live' }

function describe(profiles: readonly ListedProfile[], colours: boolean): string {
  const paint = painter(colours)
  if (profiles.length === 0) return 'There is no conversion profile.\n'
  return profiles
    .map(({ id, name, type, isDefault, params }) => {
      const kind = KINDS[type] ?? `type ${type}`
      const title = `${id}  ${printable(clipped(name, 80))}  (${kind}${isDefault ? ', the default' : ''})`
      const rows = params.map((row) => rowOf(row))
      const list = rows.length === 0 ? '(no flavor params)\n' : table(HEAD, rows, ['params', 'kbps'])
      return `${paint('bold', title)}\n${list.replace(/^(?=.)/gm, '  ')}`
    })
    .join('\n')
}

const HEAD = ['params', 'name', 'kbps', 'size', 'format', 'tags']

function rowOf({ id, name, tags, videoBitrate, width, height, format }: ListedParams): string[] {
  const size = width || height ? `${width || '?'}x${height || '?'}` : '-'
  return [
    String(id),
    clipped(name ?? '(not listed)', 60),
    String(videoBitrate || '-'),
    size,
    format || '-',
    tags || '-'
  ]
}
