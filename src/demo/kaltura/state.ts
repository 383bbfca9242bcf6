import { isProbe } from '../../kaltura/circle-probe.js'

/** How an endpoint misbehaves: drops the connection, never answers, answers this status, or answers nonsense. */
export type Fault = null | 'reset' | 'hang' | 'garbage' | number

/** Knobs of one endpoint; may be turned while the server runs. */
export interface EndpointState {
  /** Added before each answer, ms. */
  delayMs: number
  fail: Fault
}

/** One request as the server saw it. Holds sessions and addresses in clear: for tests and the demo only. */
export interface CallRecord {
  endpoint: 'api' | 'playManifest'
  method: string
  /** Path and query as sent. */
  url: string
  headers: Readonly<Record<string, string | string[] | undefined>>
  /** `service.action` of each API call of the request, lower case. */
  actions: readonly string[]
  /** Unix ms. */
  at: number
}

export interface KalturaState {
  api: EndpointState
  playManifest: EndpointState
  /** `probes`: playManifest requests by which a gateway asks who answers here; they stand nowhere else. */
  calls: { api: number; playManifest: number; probes: number; log: CallRecord[] }
}

/** Requests that the log keeps; older ones are dropped. */
const LOG_LENGTH = 1000

export function createState(): KalturaState {
  return {
    api: { delayMs: 0, fail: null },
    playManifest: { delayMs: 0, fail: null },
    calls: { api: 0, playManifest: 0, probes: 0, log: [] }
  }
}

/** Counts a request and writes it to the log. */
export function record(state: KalturaState, call: CallRecord): void {
  if (isProbe(call.url)) {
    state.calls.probes++
    return
  }
  state.calls[call.endpoint]++
  state.calls.log.push(call)
  if (state.calls.log.length > LOG_LENGTH) state.calls.log.shift()
}

/** Sets the counters back to 0 and empties the log. */
export function resetCalls(state: KalturaState): void {
  state.calls.api = 0
  state.calls.playManifest = 0
  state.calls.probes = 0
  state.calls.log.length = 0
}
