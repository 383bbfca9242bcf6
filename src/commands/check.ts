import { parseArgs } from 'node:util'
import { type Config, ConfigError, type PartnerConfig } from '../config/config.js'
import { type Environment, loadConfig } from '../config/load.js'
import { SHIPPED_RULES } from '../rules/shipped.js'
import { CommandError, type CommandIo } from './command.js'
import { count, json, painter, printable } from './text.js'

export const CHECK_HELP = `playmanifest-gateway check: reads the configuration as serve would, and says what it means

Usage:
  playmanifest-gateway check [FILE] [--json]

Reads the environment, and FILE in place of CONFIG_FILE. Nothing is asked of Kaltura. Secrets are never shown.
Exit status: 0 when serve would start with it, 1 when it is not usable; the problems stand in the output.

Examples:
  playmanifest-gateway check gateway.yaml
  KALTURA_SERVICE_URL=https://www.kaltura.com KALTURA_PARTNER_ID=101 playmanifest-gateway check
  playmanifest-gateway check gateway.yaml --json | jq .warnings
`

interface Problem {
  file: string | null
  line: number | null
  message: string
}

/** The command `check`. */
export function runCheck(args: readonly string[], env: Environment, io: CommandIo): number {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { help: { type: 'boolean', short: 'h' }, json: { type: 'boolean' } }
  })
  if (values.help === true) {
    io.out(CHECK_HELP)
    return 0
  }
  if (positionals.length > 1) throw new CommandError('check takes one file; see check --help.')
  const file = positionals[0] ?? (env.CONFIG_FILE?.trim() || null)
  let config: Config
  try {
    config = loadConfig(file === null ? env : { ...env, CONFIG_FILE: file }, io.read)
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    const problems = error.problems.map((problem) => placed(problem, file))
    if (values.json === true) io.out(json({ ok: false, file, problems }))
    else io.out(describeProblems(problems, io.colours))
    return 1
  }
  const meaning = meaningOf(config, file)
  io.out(values.json === true ? json({ ok: true, ...meaning }) : describe(meaning, io.colours))
  return 0
}

/** Takes `file:line: ` off a problem of the file; those of the environment have no place. */
function placed(problem: string, file: string | null): Problem {
  if (file === null || !problem.startsWith(`${file}:`)) return { file: null, line: null, message: problem }
  const found = /^(\d+): (.*)$/s.exec(problem.slice(file.length + 1))
  if (found === null) return { file: null, line: null, message: problem }
  return { file, line: Number(found[1]), message: found[2]! }
}

function describeProblems(problems: readonly Problem[], colours: boolean): string {
  const paint = painter(colours)
  const lines = problems.map(({ file, line, message }) =>
    printable(file === null ? message : `${file}:${line}: ${message}`)
  )
  return `${lines.join('\n')}\n${paint('red', `Not usable: ${count(problems.length, 'problem')}.`)}\n`
}

/** What a configuration means, without anything that has to stay secret. */
type Meaning = ReturnType<typeof meaningOf>

function meaningOf(config: Config, file: string | null) {
  return {
    file,
    serviceUrl: config.serviceUrl,
    cdnUrl: config.cdnUrl,
    cdnUrls: Object.fromEntries(config.cdnUrls),
    publicUrl: config.publicUrl,
    listens: { host: config.host, port: config.port },
    admin:
      config.admin === null
        ? null
        : { host: config.admin.host, port: config.admin.port, token: config.admin.token !== null },
    partners: [...config.partners.values()].map(meaningOfPartner),
    hosts: config.hosts.names,
    rules: {
      count: config.rules.length,
      shipped: config.rules === SHIPPED_RULES,
      names: config.rules.map(({ name }) => name)
    },
    shadow: config.shadow && { percent: config.shadow.percent, names: config.shadow.rules.map(({ name }) => name) },
    signingKeys: config.signingKeys.map(({ id }) => id),
    grantKeys: config.grantKeys.map(({ id }) => id),
    redisNodes: config.redisUrls.length,
    trustProxy: config.trustProxy,
    warnings: config.warnings
  }
}

function meaningOfPartner(partner: PartnerConfig) {
  const { id, adminSecrets, appToken, sharePublic, delivery, signedLinks, grants, viewerProxy, apiPassthrough } =
    partner
  return {
    id,
    credential: adminSecrets.length > 0 ? 'admin secret' : appToken === null ? null : 'app token',
    sharePublic,
    delivery,
    signedLinks,
    grants,
    viewerProxy,
    apiPassthrough: apiPassthrough.length
  }
}

function describe(meaning: Meaning, colours: boolean): string {
  const paint = painter(colours)
  const { admin, rules, shadow } = meaning
  const rows: [string, string][] = [
    ['File', meaning.file ?? 'none; the environment alone'],
    ['Kaltura', meaning.serviceUrl],
    ['Viewers are sent to', meaning.cdnUrl],
    ...Object.entries(meaning.cdnUrls).map(([name, url]): [string, string] => [`or by rule to ${name}`, url]),
    ['Own address', meaning.publicUrl ?? 'not stated'],
    ['Listens on', `${meaning.listens.host}:${meaning.listens.port}`],
    [
      'Admin side',
      admin === null ? 'off' : `${admin.host}:${admin.port}, ${admin.token ? 'with a token' : 'no token'}`
    ],
    ['Hosts allowed', meaning.hosts.join(', ')],
    ['Rules', `${rules.count}, ${rules.shipped ? 'the shipped ones' : 'of the file'}: ${rules.names.join('; ')}`],
    ...(shadow === null
      ? []
      : [['Shadow rules', `for ${shadow.percent} % of the requests: ${shadow.names.join('; ')}`] as [string, string]]),
    ['Signing keys', meaning.signingKeys.join(', ') || 'none'],
    ['Grant keys', meaning.grantKeys.join(', ') || 'none'],
    ['Shared tier', meaning.redisNodes === 0 ? 'none, memory only' : count(meaning.redisNodes, 'node')],
    ['Proxies trusted', meaning.trustProxy.join(', ') || 'none']
  ]
  for (const partner of meaning.partners) rows.push([`Partner ${partner.id}`, describePartner(partner)])
  const width = Math.max(...rows.map(([name]) => name.length))
  const lines = rows.map(([name, text]) => `${paint('dim', name.padEnd(width))}  ${printable(text)}`)
  const warnings = meaning.warnings.map((warning) => `${paint('yellow', 'Warning:')} ${printable(warning)}`)
  const end = warnings.length === 0 ? 'Usable.' : `Usable, with ${count(warnings.length, 'warning')}.`
  return `${[...lines, ...warnings, paint('green', end)].join('\n')}\n`
}

function describePartner(partner: Meaning['partners'][number]): string {
  return [
    partner.credential ?? 'no credential',
    partner.sharePublic ? 'shares what is public' : 'shares nothing, redirects',
    `delivery ${partner.delivery}`,
    `signed links ${partner.signedLinks}`,
    ...(partner.grants ? ['grants'] : []),
    ...(partner.viewerProxy ? ['viewer proxy'] : []),
    ...(partner.apiPassthrough > 0 ? [count(partner.apiPassthrough, 'API action')] : [])
  ].join(', ')
}
