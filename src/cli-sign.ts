import { parseArgs } from 'node:util'
import { json } from './commands/text.js'
import { loadKeys } from './config/keys.js'
import type { Environment } from './config/reader.js'
import { readDuration } from './config/values.js'
import { SignError, type SignTerms, signGrant, signLink, unsignedNames } from './signing/sign.js'

export const SIGN_HELP = `playmanifest-gateway sign: makes a link that the gateway verifies (docs/signed-links.md)

Usage:
  playmanifest-gateway sign URL [options]

Options:
  --expires 1h|2030-01-01|1893456000   how long from now, until which day or time (UTC), or Unix seconds
  --device ipad                        only for this class of device
  --address 203.0.113.0/24             only for clients of this range
  --grant transcription                a grant, for this purpose: entry and flavor stand in the URL
  --key k2                             the id of the key; without it the first one
  --json                               { "url", "unsigned": [...] }: the link, and which parameters it does not cover

Keys are those of SIGNING_KEYS, for a grant those of GRANT_KEYS (or SIGNING_KEYS_FILE, GRANT_KEYS_FILE): id:base64key.

Examples:
  export SIGNING_KEYS="k1:$(openssl rand -base64 32)"
  playmanifest-gateway sign "https://video.example.com/p/101/sp/10100/playManifest/entryId/0_abc/format/url" --expires 7d
  GRANT_KEYS_FILE=/run/secrets/grants playmanifest-gateway sign --grant transcription --expires 30d \\
    "https://video.example.com/p/101/sp/10100/playManifest/entryId/0_abc/flavorId/0_def/format/url"
`

/**
 * The command `sign`: writes the signed URL as one line, or as JSON.
 * @throws SignError, ConfigError or an Error of parseArgs: what is wrong and what would be right
 */
export function runSign(
  args: readonly string[],
  env: Environment,
  io: { out(text: string): void; err(text: string): void },
  now = Date.now()
): void {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      help: { type: 'boolean', short: 'h' },
      expires: { type: 'string' },
      device: { type: 'string' },
      address: { type: 'string' },
      grant: { type: 'string' },
      key: { type: 'string' },
      json: { type: 'boolean' }
    }
  })
  if (values.help === true) {
    io.out(SIGN_HELP)
    return
  }
  const [url] = positionals
  if (url === undefined || positionals.length > 1) throw new SignError('sign takes one URL; see sign --help.')
  const keys = loadKeys(values.grant === undefined ? 'SIGNING_KEYS' : 'GRANT_KEYS', env)
  const key = values.key === undefined ? keys[0] : keys.find(({ id }) => id === values.key)
  if (key === undefined) {
    // Not repeated: somebody may have written the key in place of its id.
    throw new SignError(`--key names no key; right would be one of ${keys.map(({ id }) => id).join(', ')}.`)
  }
  const { device, address, grant: purpose } = values
  const terms: SignTerms = { device, address, expires: readExpiry(values.expires, now) }
  const link = purpose === undefined ? signLink(url, key, terms) : signGrant(url, key, { ...terms, purpose })
  const loose = unsignedNames(url)
  if (values.json === true) {
    io.out(json({ url: link, unsigned: loose }))
    return
  }
  io.out(`${link}\n`)
  if (loose.length > 0) io.err(`Not signed, since players set them: ${loose.join(', ')}.\n`)
}

/** Unix s from a duration, a date or Unix s. A number of ten digits is a time, since no link lives for 30 years. */
function readExpiry(text: string | undefined, now: number): number | undefined {
  if (text === undefined) return undefined
  const seconds = secondsOf(text, now)
  if (seconds === null) {
    throw new SignError(
      `--expires is "${text}"; right would be 1h, 7d, 2030-01-01, 2030-01-01T12:00:00Z or Unix seconds.`
    )
  }
  if (seconds * 1000 <= now) throw new SignError(`--expires is "${text}", which has passed.`)
  return seconds
}

function secondsOf(text: string, now: number): number | null {
  if (/^\d{9,11}$/.test(text)) return Number(text)
  if (/^\d{4}-\d{2}-\d{2}(T[\d:.]+Z)?$/.test(text)) {
    const date = Date.parse(text)
    return Number.isNaN(date) ? null : Math.floor(date / 1000)
  }
  // A bare number would be seconds elsewhere; here it is more likely a slip.
  if (!/^\d{1,6}[smhd]$/.test(text)) return null
  return Math.floor((now + readDuration(text)) / 1000)
}
