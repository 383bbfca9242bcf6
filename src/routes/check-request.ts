import { type Problem, problem } from '../answer/problem.js'
import { isKnownProtocol } from '../playmanifest/formats.js'
import type { ParameterName } from '../playmanifest/parameters.js'
import type { PlayManifestRequest } from '../playmanifest/parse.js'
import { referenceFault } from '../playmanifest/reference.js'
import { deviceFromHint } from '../viewer/device-hint.js'

/** What ids are made of; a dot and a space only turn up in slips such as `flavorIds/a.m3u8`, which are harmless. */
const ID = /^[0-9A-Za-z_. -]*$/
const IDS = /^[0-9A-Za-z_., -]*$/
const PLAIN_NAME = /^[0-9_a-zA-Z.]{0,128}$/

const ID_PARAMETERS: readonly (readonly [ParameterName, RegExp])[] = [
  ['entryId', ID],
  ['flavorId', ID],
  ['flavorIds', IDS],
  ['sequence', IDS]
]

/**
 * Refuses what Kaltura accepts but is dangerous to pass on: a protocol that is no scheme we know (Kaltura copies it into
 * its Location), a callback that is script, ids with characters that no id has. Null when there is nothing to refuse.
 */
export function checkRequest(request: PlayManifestRequest): Problem | null {
  const { effective, query } = request
  const { protocol, device } = effective
  if (typeof protocol === 'string' && !isKnownProtocol(protocol)) {
    return problem('BAD_PROTOCOL', 'protocol has to be http or https (or one of rtmp, rtmpe, rtmpt, rtmpte, rtsp).')
  }
  // Kaltura reads it from the query only, whatever stands in the path.
  if (query.some(({ name, value }) => name === 'callback' && !PLAIN_NAME.test(value))) {
    return problem('BAD_CALLBACK', 'callback may hold letters, digits, underscores and dots only.')
  }
  for (const [name, shape] of ID_PARAMETERS) {
    const value = effective[name]
    if (typeof value === 'string' && !shape.test(value)) {
      return problem('BAD_ID', `${name} may hold letters, digits, underscores and hyphens only.`)
    }
  }
  const fault = referenceFault(request)
  if (fault !== null) return problem('BAD_REFERENCE', fault)
  if (device !== undefined && (device === false || deviceFromHint(device) === null)) {
    return problem('BAD_DEVICE', 'device has to be a class such as ipad, iphone, android, android-2, tv or desktop.')
  }
  return null
}
