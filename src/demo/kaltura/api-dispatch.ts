import type { ApiAction, ApiCall, ApiService } from './api-context.js'
import {
  ApiError,
  actionDoesNotExist,
  contentBlocked,
  invalidKs,
  missingParameter,
  serviceDoesNotExist,
  serviceForbidden,
  serviceNotSpecified
} from './api-errors.js'
import { integer, isParams, type Params, text } from './api-request.js'
import { resolveReferences } from './references.js'
import { applyResponseProfile } from './response-profile.js'
import { accessControlProfile } from './services/access-control-profile.js'
import { baseEntry, liveStream, media } from './services/base-entry.js'
import { captionAsset } from './services/caption-asset.js'
import { conversionProfile } from './services/conversion-profile.js'
import { flavorAsset } from './services/flavor-asset.js'
import { flavorParams } from './services/flavor-params.js'
import { metadata } from './services/metadata.js'
import { session } from './services/session.js'
import { system } from './services/system.js'
import { user } from './services/user.js'
import { readKs, type Session } from './session.js'

/** What is the same for every call of one HTTP request. */
export type CallFrame = Omit<ApiCall, 'session' | 'ks' | 'partnerId' | 'params'>

const SERVICES: ReadonlyMap<string, ApiService> = new Map(
  [
    system,
    session,
    baseEntry,
    media,
    liveStream,
    flavorAsset,
    captionAsset,
    accessControlProfile,
    conversionProfile,
    flavorParams,
    metadata,
    user
  ].map((service) => [service.name.toLowerCase(), service])
)

/** Parameters that a multirequest hands down to requests without their own (reference api-v3.md section 3). */
const COMMON = ['ks', 'clientTag', 'partnerId'] as const

export interface Dispatched {
  /** The answer, ready for the wire format: errors in their object form. */
  value: unknown
  /** Headers that an action or an error set. */
  headers: Record<string, string>
  /** `service.action` of each executed call, for the log. */
  calls: string[]
}

/** Runs one request or multirequest. Throws ApiDie when an action ends the request from inside. */
export function dispatch(frame: CallFrame, params: Params): Dispatched {
  const calls: string[] = []
  if ((text(params, 'service') ?? '').toLowerCase() === 'multirequest') {
    return { value: runAll(frame, params, calls), headers: frame.headers, calls }
  }
  try {
    return { value: run(frame, params, calls), headers: frame.headers, calls }
  } catch (error) {
    if (!(error instanceof ApiError)) throw error
    return { value: error.toWire(), headers: headersOf(error), calls }
  }
}

function headersOf(error: ApiError): Record<string, string> {
  if (error.code !== 'SERVICE_FORBIDDEN') return {}
  return {
    'x-kaltura': `error-${error.code}`,
    'x-kaltura-app': `exiting on error ${error.code} - ${error.message}`
  }
}

/** Executes numbered requests upward from 0 or 1 until one lacks its service or action. */
function runAll(frame: CallFrame, params: Params, calls: string[]): unknown[] {
  const results: unknown[] = []
  for (let index = params['0'] === undefined ? 1 : 0; ; index++) {
    const given = params[String(index)]
    if (!isParams(given) || text(given, 'service') === null || text(given, 'action') === null) return results
    const request = resolveReferences(given, results)
    for (const name of COMMON) request[name] ??= params[name]
    try {
      results.push(run(frame, request, calls))
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      results.push(error.toWire())
    }
  }
}

function run(frame: CallFrame, params: Params, calls: string[]): unknown {
  const serviceName = (text(params, 'service') ?? '').toLowerCase()
  if (serviceName === '' || serviceName === 'null') throw serviceNotSpecified()
  const actionName = text(params, 'action') ?? ''
  calls.push(`${serviceName}.${actionName.toLowerCase()}`)
  const service = SERVICES.get(serviceName)
  if (service === undefined) throw serviceDoesNotExist(serviceName)
  const found = Object.entries(service.actions).find(([name]) => name.toLowerCase() === actionName.toLowerCase())
  if (found === undefined) throw actionDoesNotExist(serviceName, actionName)
  const [name, action] = found
  for (const required of action.required ?? []) {
    if (params[required] === undefined || params[required] === null) throw missingParameter(required)
  }
  const call = admit(frame, params, service.name, name, action)
  return applyResponseProfile(action.run(call), params)
}

/** Checks KS, partner and permission, in that order. */
function admit(frame: CallFrame, params: Params, service: string, name: string, action: ApiAction): ApiCall {
  const ks = text(params, 'ks') ?? ''
  const session = ks === '' ? null : sessionOf(frame, ks)
  const partnerId = integer(params, 'partnerId') ?? integer(params, 'p')
  if (partnerId === 0 && session === null) throw serviceForbidden(service, name)
  const partner = frame.catalog.partners.get(session?.partnerId ?? partnerId ?? 0)
  if ((session !== null || partnerId !== null) && partner?.status !== 1) throw contentBlocked()
  if (session !== null && partnerId !== null && partnerId !== session.partnerId) throw serviceForbidden(service, name)
  const isAdmin = session !== null && session.type > 0
  if (action.permission === 'edit' && !isAdmin) throw invalidKs('', '-4', 'INVALID_TYPE')
  if (action.permission === 'admin' && !isAdmin) throw serviceForbidden(service, name)
  if (action.permission === 'session' && session === null) throw serviceForbidden(service, name)
  return { ...frame, params, session, ks, partnerId: partnerId ?? session?.partnerId ?? null }
}

function sessionOf(frame: CallFrame, ks: string): Session {
  const reading = readKs(frame.catalog, ks, { now: frame.now, ip: frame.ip })
  switch (reading.state) {
    case 'valid':
      return reading.session
    case 'expired':
      throw invalidKs('EXPIRED')
    case 'ip':
      throw invalidKs('EXCEEDED_RESTRICTED_IP')
    case 'uri':
      throw invalidKs('EXCEEDED_RESTRICTED_URI')
    default:
      throw invalidKs(ks)
  }
}
