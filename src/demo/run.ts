import { pino } from 'pino'
import { ConfigError } from '../config/config.js'
import type { Environment } from '../config/load.js'
import type { ReloadResult } from '../config/reload.js'
import { readInteger } from '../config/values.js'
import { stopOnSignals } from '../server.js'
import { DEMO_ENTRIES } from './kaltura/index.js'
import { writeRulesFile } from './rules-file.js'
import { DEMO_PARTNER, type Demo, type DemoPart, PortError, startDemo } from './start.js'

/** The ports of the parts, counted from PORT. */
const OFFSETS: Readonly<Record<DemoPart, number>> = { gateway: 0, admin: 1, kaltura: 100, cdn: 101, page: 200 }

const NAMES: Readonly<Record<DemoPart, string>> = {
  gateway: 'the gateway',
  admin: 'its admin side',
  kaltura: 'the embedded Kaltura',
  cdn: "Kaltura's CDN",
  page: 'the page'
}

/** Variables that mean in the demo what they mean elsewhere; the others name a Kaltura, and the demo brings its own. */
const PASSED_ON = [
  'DELIVERY',
  'CACHE_TTL',
  'CONFIG_FILE',
  'KALTURA_SHARE_PUBLIC',
  'LOG_LEVEL',
  'RATE_LIMIT',
  'TRUST_PROXY',
  'UPSTREAM_TIMEOUT_MS'
]

/**
 * The command `demo`: starts everything, says where, and stops with status 0 on SIGINT or SIGTERM.
 *
 * @param write takes the text for the terminal
 * @throws ConfigError for variables that are not usable and for ports that cannot be had
 */
export async function runDemo(env: Environment, write: (text: string) => void): Promise<void> {
  const ports = portsOf(env)
  const host = env.HOST?.trim() || '127.0.0.1'
  const passed = PASSED_ON.map((name) => [name, env[name]] as const).filter(([, value]) => value?.trim())
  // Request lines would bury the links.
  const level = env.LOG_LEVEL?.trim() || 'warn'
  const own = env.CONFIG_FILE?.trim() ? null : writeRulesFile()
  const configFile = own?.path ?? env.CONFIG_FILE?.trim() ?? null
  const demo = await startDemo({
    host,
    ports,
    admin: true,
    env: { ...Object.fromEntries(passed), ...(configFile === null ? {} : { CONFIG_FILE: configFile }) },
    onReload: (result) => write(told(result)),
    logger: pino({ level: pino.levels.values[level] === undefined ? 'warn' : level })
  }).catch((error: unknown) => {
    own?.remove()
    throw error instanceof PortError ? new ConfigError([portProblem(error, ports.gateway)]) : error
  })
  write(welcome(demo, configFile))
  const stop = async () => {
    await demo.close()
    const kept = own?.remove() === false ? `\nYour rules are kept: CONFIG_FILE=${own.path}\n` : ''
    write(`${kept}\nStopped.\n`)
  }
  stopOnSignals(pino({ level: 'error' }), stop, demo.reload)
}

/** The ports by PORT; with `PORT=0` any free ones. */
function portsOf(env: Environment): Record<DemoPart, number> {
  const text = env.PORT?.trim() || '3000'
  const highest = 65_535 - OFFSETS.page
  let base: number
  try {
    base = readInteger(text, 0, highest)
  } catch (error) {
    throw new ConfigError([
      `PORT is "${text}"; right would be ${(error as Error).message} (the demo takes PORT+1, PORT+100, PORT+101 and PORT+200 too).`
    ])
  }
  const at = (part: DemoPart) => (base === 0 ? 0 : base + OFFSETS[part])
  return { gateway: at('gateway'), admin: at('admin'), kaltura: at('kaltura'), cdn: at('cdn'), page: at('page') }
}

function portProblem({ part, port, host, code }: PortError, base: number): string {
  const why =
    code === 'EADDRINUSE'
      ? 'another program uses it'
      : code === 'EACCES'
        ? 'this user may not use it'
        : `the system refuses it (${code})`
  const other = base === 4000 ? 5000 : 4000
  return (
    `Port ${port} on ${host} is needed for ${NAMES[part]}, but ${why}. Choose other ports with PORT: PORT=${other} ` +
    `takes ${Object.values(OFFSETS)
      .map((offset) => other + offset)
      .join(', ')}; PORT=0 takes any that are free.`
  )
}

function welcome(demo: Demo, configFile: string | null): string {
  const at = `${demo.gatewayUrl}/p/${DEMO_PARTNER}/sp/${DEMO_PARTNER}00/playManifest/entryId/${DEMO_ENTRIES.public}`
  const auto = (name: string, device: string) =>
    `    ${name.padEnd(9)} ${at}/format/auto/protocol/http?device=${device}\n`
  const mp4 = `${at}/format/url/protocol/http/a.mp4`
  const link = (words: string, url: string) => `  ${words}\n    ${url}\n\n`
  const hosts = [
    ['gateway', demo.gatewayUrl, 'what players are pointed at'],
    ...(demo.adminUrl === null
      ? []
      : [['admin', demo.adminUrl, 'console, explain, metrics; for this machine only'] as const]),
    ['Kaltura', demo.kalturaUrl, `embedded: API v3 and playManifest, partner ${DEMO_PARTNER}`],
    ['CDN', demo.cdnUrl, 'embedded: MP4, HLS and DASH media']
  ] as const
  return (
    `\nplayManifest gateway: demo\n\n  Open ${demo.pageUrl}/\n\n` +
    'Links to try\n\n' +
    link('One MP4 file, by a redirect (format url)', mp4) +
    link('HLS (format applehttp)', `${at}/format/applehttp/protocol/http/a.m3u8`) +
    link('DASH (format mpegdash)', `${at}/format/mpegdash/protocol/http/a.mpd`) +
    (demo.adminUrl === null ? '' : link('Why it is answered like that: the console', `${demo.adminUrl}/console`)) +
    '  Format and renditions by device (format auto; Android 2 plays no HLS and gets one small MP4)\n' +
    auto('iPad', 'ipad') +
    auto('iPhone', 'iphone') +
    auto('Android', 'android') +
    auto('Android 2', 'android-2') +
    '\n' +
    `Keep the video\n\n  curl -L -o video.mp4 '${mp4}'\n\n` +
    'What runs\n\n' +
    hosts.map(([name, url, words]) => `  ${name.padEnd(8)} ${new URL(url).host.padEnd(16)} ${words}\n`).join('') +
    rulesHelp(demo, configFile) +
    '\nCtrl-C stops everything.\n'
  )
}

function told(result: ReloadResult): string {
  if (result.result === 'failed') return `\nThe rules stay as they were:\n  ${result.problems.join('\n  ')}\n`
  const warnings = result.warnings.map((warning) => `  ${warning}\n`).join('')
  return result.result === 'unchanged' ? '\nRules unchanged.\n' : `\nNew rules: ${result.rules}.\n${warnings}`
}

function rulesHelp({ adminUrl }: Demo, configFile: string | null): string {
  if (configFile === null) return ''
  return (
    `\nChange the rules: ${configFile}\n  It is read again when it is saved, by kill -HUP ${process.pid}, and by\n` +
    `  curl -X POST ${adminUrl}/reload\n`
  )
}
