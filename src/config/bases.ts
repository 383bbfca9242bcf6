import Type from 'typebox'
import { AllowedHosts } from '../kaltura/hosts.js'
import type { Config } from './config.js'
import type { ReadValue } from './rules-of-file.js'
import { readBaseUrl } from './values.js'

/** Each is probed for circles while redirects go there. */
const MAX_BASES = 32

/** Bases of Kaltura's playManifest by name. */
export const CdnUrlsSchema = Type.Object(
  {},
  {
    patternProperties: { '^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$': Type.String() },
    additionalProperties: false,
    maxProperties: MAX_BASES,
    description:
      "More bases by which viewers reach Kaltura's own playManifest, which rules name by then: { cdnUrl: NAME }; as trusted as cdnUrl."
  }
)

/** The bases of a file that the schema was content with; a faulty one is told and left out. */
export function readCdnUrls(raw: object, read: ReadValue): ReadonlyMap<string, string> {
  const bases = new Map<string, string>()
  for (const [name, given] of Object.entries(raw)) {
    const base = read(`/cdnUrls/${name}`, given, readBaseUrl)
    if (base !== undefined) bases.set(name, base)
  }
  return bases
}

/** Every base that viewers may be sent to, the default first, under the name by which the configuration has it. */
export function viewerBases({ cdnUrl, cdnUrls }: Pick<Config, 'cdnUrl' | 'cdnUrls'>): { name: string; url: string }[] {
  return [
    { name: 'KALTURA_CDN_URL', url: cdnUrl },
    ...[...cdnUrls].map(([name, url]) => ({ name: `cdnUrls.${name}`, url }))
  ]
}

const PRIVATE_HOST = /^(?:localhost|127\.|10\.|192\.168\.|172\.(?:1[6-9]|2\d|3[01])\.|169\.254\.|\[(?:::1|f[cd]|fe8))/

/** Bases that work and that viewers elsewhere will hardly reach, or not safely. */
export function baseWarnings(config: Pick<Config, 'cdnUrl' | 'cdnUrls'>): string[] {
  return viewerBases(config).flatMap(({ name, url }) => {
    const { protocol, hostname } = new URL(url)
    const warnings: string[] = []
    if (protocol === 'http:') warnings.push(`Viewers are redirected to ${url} over http; set ${name} to an https base.`)
    if (PRIVATE_HOST.test(hostname)) {
      warnings.push(`Viewers are redirected to the private address ${hostname}; set ${name} to a public base.`)
    }
    return warnings
  })
}

/** Hosts of `deliveryHosts` at which nothing can be, since no delivery URL may name them. */
export function deliveryHostWarnings({ rules, shadow, hosts }: Pick<Config, 'rules' | 'shadow' | 'hosts'>): string[] {
  return [...rules, ...(shadow?.rules ?? [])].flatMap(({ name, then }) =>
    (then.deliveryHosts ?? [])
      .filter((pattern) => !mayBeAllowed(pattern.trim().toLowerCase(), hosts))
      .map(
        (pattern) =>
          `Rule "${name}" has ${pattern} among its deliveryHosts, which is no host that may be handed out; add it to ALLOWED_HOSTS.`
      )
  )
}

function mayBeAllowed(pattern: string, hosts: AllowedHosts): boolean {
  const one = `https://${pattern.replace('*', 'any')}`
  if (!URL.canParse(one) || hosts.match(new URL(one)) !== null) return true
  // A host of its own that the wide pattern covers.
  const wide = new AllowedHosts([], [pattern])
  return hosts.names.some(
    (name) => !name.includes('*') && URL.canParse(`https://${name}`) && wide.match(new URL(`https://${name}`)) !== null
  )
}
