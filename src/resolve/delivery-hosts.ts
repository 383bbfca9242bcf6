import { AllowedHosts } from '../kaltura/hosts.js'
import type { Plan } from '../rules/decide.js'

/** What may be handed out, as far as it says where media is: a redirect, a manifest, or (neither) a document. */
export interface Delivered {
  kind: string
  location?: string
  /** `originsOf` the URIs of a manifest. */
  origins?: readonly string[]
}

/** Compiled once for each list of a rule, and forgotten with it. */
const compiled = new WeakMap<readonly string[], AllowedHosts>()

/**
 * Why the rule does not let this be handed out, or null: every place that it names has to be among `deliveryHosts`. Asked
 * behind every cache, so that what is known is the same for all rules. Nothing is written anew: the viewer is sent to
 * Kaltura instead, which chooses for him.
 */
export function hostObjection(
  { deliveryHosts }: Pick<Plan, 'deliveryHosts'>,
  { location, origins }: Delivered
): string | null {
  if (deliveryHosts === null) return null
  const places = location === undefined ? origins : [location]
  if (places === undefined) return 'the rule has deliveryHosts, and a document is not searched for hosts'
  const hosts = compiled.get(deliveryHosts) ?? new AllowedHosts([], deliveryHosts)
  compiled.set(deliveryHosts, hosts)
  const other = places.find((place) => !URL.canParse(place) || hosts.match(new URL(place)) === null)
  if (other === undefined) return null
  const host = URL.canParse(other) ? new URL(other).host : ''
  return `the rule does not hand out what is at ${host === '' ? 'no readable host' : host}`
}

/** Names without a place: a key that an app asks for, or the data itself. */
const NOWHERE = /^(?:data|urn|skd):/i
const ORIGIN = /^(?:https?:[/\\]*|[/\\]{2,})[^/\\?#]*/i

/**
 * The places that URIs name, each once, as `https://host:port`. A relative one names none: what it is relative to stands
 * beside it, or is where the manifest was found. One of another scheme comes back whole.
 */
export function originsOf(uris: readonly string[]): string[] {
  const found = new Set<string>()
  for (const given of uris) {
    // What the URL standard passes over.
    const uri = given.replace(/[\t\n\r]/g, '').replace(/^[\0-\x20]+/, '')
    if (NOWHERE.test(uri)) continue
    const [origin] = ORIGIN.exec(uri) ?? []
    if (origin !== undefined) found.add(/^[/\\]/.test(origin) ? `https:${origin}` : origin)
    else if (/^[a-z][a-z0-9+.-]*:/i.test(uri)) found.add(uri)
  }
  return [...found]
}
