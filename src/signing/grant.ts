import type { PlayManifestRequest } from '../playmanifest/parse.js'
import type { SignedParameters } from './signed-parameters.js'

/** What a grant asks for. */
export interface GrantSubject {
  entryId: string
  flavorId: string
}

const ID = /^[0-9A-Za-z_]{1,64}$/
const NAMES: ReadonlySet<string> = new Set(['entryId', 'flavorId', 'format'])

/**
 * Why a link can be no grant; null when it can. It names one entry and one flavor and nothing else: no manifest, whose
 * parts would be requests of their own, and nothing that the signature does not cover, not even what links may carry.
 */
export function grantFault(parameters: SignedParameters, { effective }: PlayManifestRequest): string | null {
  const covered = new Set(parameters.map(([name]) => name))
  const loose = Object.keys(effective).find((name) => name !== 'grant' && !covered.has(name))
  const other = loose ?? [...covered].find((name) => !NAMES.has(name))
  if (other !== undefined) return `it takes entryId, flavorId and format only, not ${other}.`
  const { entryId, flavorId, format } = effective
  if (typeof entryId !== 'string' || !ID.test(entryId)) return 'it has to name one entry (entryId).'
  if (typeof flavorId !== 'string' || !ID.test(flavorId)) return 'it has to name one flavor (flavorId).'
  if (format !== undefined && format !== 'url' && format !== 'download') {
    return 'its format has to be url or download, or left out: HLS and DASH cannot be granted.'
  }
  return null
}

/** Entry and flavor of a link that `grantFault` finds nothing wrong with. */
export function grantSubject({ effective }: PlayManifestRequest): GrantSubject {
  return { entryId: String(effective.entryId), flavorId: String(effective.flavorId) }
}
