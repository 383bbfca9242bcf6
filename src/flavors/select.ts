import { type BitrateWindow, bitrateWindow, checkBitrates, withinWindow } from './bitrate-window.js'
import { chooseFlavors } from './choose.js'
import { type FlavorAsset, READY } from './flavor-asset.js'
import { byBitrate } from './order.js'
import type { RequestParams } from './params.js'
import { withoutRedundant } from './redundancy.js'
import {
  type EffectiveFormat,
  effectiveFormat,
  isOneFlavorOnly,
  isTooShort,
  mediaProtocol,
  requestedFormat
} from './request-format.js'
import { Trace, type TraceRow } from './trace.js'

export interface SelectionInput {
  /** All flavors of the entry in any order; those that are not READY never count. */
  flavors: readonly FlavorAsset[]
  params: RequestParams
  /** Feature flags of the partner; `FEATURE_DISABLE_FLAVORS_OPTIMIZATION` keeps near-duplicates. */
  partnerPermissions?: readonly string[]
  /** The entry's duration, ms; 0 or absent when unknown. */
  msDuration?: number
  /** False for a flavor that a LIMIT_FLAVORS action takes away from this viewer. */
  isAllowed?: (flavor: FlavorAsset) => boolean
  /**
   * Whether an asset tagged `ism_manifest` or `smil_manifest` has its file in storage. The API does not say; without
   * this function none has.
   */
  hasManifestFile?: (flavor: FlavorAsset) => boolean
}

interface Selected extends EffectiveFormat {
  ok: true
  /** As handed to the delivery profile; an adaptive answer then sorts them with `sortForAdaptive`. */
  flavors: FlavorAsset[]
  /** Scheme of the media URLs, not validated. */
  mediaProtocol: string
  /** Id of the flavor whose stored manifest file is the answer, when there is one. */
  manifestFlavorId?: string
  trace: readonly TraceRow[]
}

interface NotSelected {
  ok: false
  /** Kaltura's error number: 6 no flavor left, 19 maxBitrate, 49 minBitrate. */
  error: 6 | 19 | 49
  trace: readonly TraceRow[]
}

/** `trace` has exactly one row for every flavor of the input: dropped ones by step, then kept ones in answer order. */
export type Selection = Selected | NotSelected

/**
 * Kaltura's choice of flavors for one playManifest request to a video or audio entry (reference section 5; vector group
 * flavor-selection). Not decided here: storage and delivery profiles, access to the entry, entries of other kinds,
 * `flavorId` of an asset that is no flavor, playlists and sequences.
 *
 * The meaning of parameters is Kaltura's: no `format` means `http`. Never throws for any parameter value.
 */
export function selectFlavors(input: SelectionInput): Selection {
  const { params, flavors } = input
  const trace = new Trace()

  const error = checkBitrates(params)
  if (error !== null) {
    trace.drop(flavors, 'parameters', `${error === 19 ? 'maxBitrate' : 'minBitrate'} is not a number above 0`)
    return { ok: false, error, trace: trace.rows }
  }

  const format = requestedFormat(params)
  const protocol = mediaProtocol(format, params)
  if (format === 'hdnetwork') {
    trace.drop(flavors, 'format', 'hdnetwork answers without reading flavors')
    return { ok: true, flavors: [], mediaProtocol: protocol, ...effectiveFormat(format, params), trace: trace.rows }
  }

  const pool = load(input, trace)
  const choice = chooseFlavors(pool, format, params, input.hasManifestFile ?? (() => false), trace)
  if (choice === null) return { ok: false, error: 6, trace: trace.rows }

  const tooShort = isTooShort(format, input.msDuration ?? 0)
  let selected = choice.flavors
  if (choice.manifest === undefined) {
    selected = applyWindow(selected, bitrateWindow(params), trace)
    if (isOneFlavorOnly(format)) selected = first(selected, 'single', `${format} answers with one flavor`, trace)
    selected = optimize(selected, input.partnerPermissions ?? [], trace)
    if (tooShort) selected = first(selected, 'short-entry', 'an entry under 10 s is answered with one flavor', trace)
  }
  trace.keep(selected)
  return {
    ok: true,
    flavors: selected,
    mediaProtocol: protocol,
    ...effectiveFormat(tooShort ? 'http' : format, params),
    ...(choice.manifest && { manifestFlavorId: choice.manifest.id }),
    trace: trace.rows
  }
}

/** The flavors that count at all, in Kaltura's reading order. */
function load({ flavors, isAllowed = () => true }: SelectionInput, trace: Trace): FlavorAsset[] {
  const pool: FlavorAsset[] = []
  for (const flavor of flavors.toSorted(byBitrate)) {
    if (flavor.status !== READY) {
      trace.drop([flavor], 'status', `status ${flavor.status} is not ready`)
    } else if (!isAllowed(flavor)) {
      trace.drop([flavor], 'access', `access control does not allow flavor params ${flavor.flavorParamsId}`)
    } else {
      pool.push(flavor)
    }
  }
  return pool
}

function applyWindow(flavors: FlavorAsset[], window: BitrateWindow | null, trace: Trace): FlavorAsset[] {
  if (window === null) return flavors
  const limits = `${window.min ?? 0} to ${window.max ?? 'any'} kbps`
  const { flavors: kept, ignored } = withinWindow(flavors, window)
  if (ignored) trace.annotate(kept, `no flavor has ${limits}, so the limits are ignored`)
  const dropped = flavors.filter((flavor) => !kept.includes(flavor))
  for (const flavor of dropped) trace.drop([flavor], 'bitrate', `${flavor.bitrate} kbps is outside ${limits}`)
  return kept
}

function first(flavors: FlavorAsset[], step: 'single' | 'short-entry', why: string, trace: Trace): FlavorAsset[] {
  const [kept, ...dropped] = flavors
  if (kept === undefined) return []
  trace.drop(dropped, step, `${why}, ${kept.id}`)
  if (dropped.length > 0) trace.annotate([kept], `first of ${flavors.length}`)
  return [kept]
}

function optimize(flavors: FlavorAsset[], permissions: readonly string[], trace: Trace): FlavorAsset[] {
  if (flavors.length < 2 || permissions.includes('FEATURE_DISABLE_FLAVORS_OPTIMIZATION')) return flavors
  const { kept, replaced } = withoutRedundant(flavors)
  for (const { flavor, by } of replaced) {
    trace.drop([flavor], 'redundancy', `within 5 % of ${by.id}, whose frame is not smaller`)
  }
  return kept
}
