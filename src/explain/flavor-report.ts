import { selectFlavors } from '../flavors/select.js'
import type { TraceRow } from '../flavors/trace.js'
import type { Decision } from '../resolve/decision.js'
import type { ManifestEdit, Recorder } from '../resolve/recorder.js'
import { maskedWhole } from './mask.js'

const VIDEO_OR_AUDIO: ReadonlySet<string> = new Set(['1', '5'])

/**
 * Each flavor that anybody may see: kept or dropped by the rule, when one chose, and then by Kaltura's own selection for
 * the request that it is sent (Kaltura decides that itself; here it is worked out from the same facts). What Kaltura adds
 * although the rule excludes it is cut from a manifest that is served here.
 */
export function flavorReport(
  { catalog, resolved: request, plan, flavors: byRule, cut, manifest }: Recorder,
  { flavorIds }: Decision
) {
  if (request === null || plan === null || catalog === null) return null
  const { visibleFlavors, entry } = catalog.value
  if (visibleFlavors === null) return null
  const narrowed = flavorIds === null ? {} : { flavorIds: flavorIds.join(',') }
  const isMedia = typeof entry === 'string' || VIDEO_OR_AUDIO.has(entry.mediaType)
  const selection = isMedia
    ? selectFlavors({
        flavors: visibleFlavors,
        params: { ...request.effective, ...plan.set, ...narrowed },
        ...(typeof entry === 'string' ? {} : { msDuration: entry.msDuration })
      })
    : null
  const isCut = cutTest(manifest, cut)
  const rows = visibleFlavors.map(({ id, flavorParamsId, bitrate, width, height, frameRate, tags, ...flavor }) => ({
    id,
    flavorParamsId,
    kbps: bitrate,
    width,
    height,
    frameRate,
    tags,
    container: flavor.containerFormat,
    codec: flavor.videoCodecId,
    language: flavor.language,
    rule: byRule === null ? null : rowOf(byRule, id),
    kaltura: selection === null ? null : rowOf(selection.trace, id),
    cutFromManifest: isCut(id, selection?.trace ?? null)
  }))
  // In the order of the steps, then of the answer.
  const order = [...(selection?.trace ?? []), ...(byRule ?? [])].map(({ flavorId }) => flavorId)
  rows.sort((a, b) => order.indexOf(a.id) - order.indexOf(b.id))
  const error = selection === null || selection.ok ? null : selection.error
  return { chosenByRule: flavorIds, kalturaError: error, rows: maskedWhole(rows) }
}

/**
 * Tells the flavors that were taken out of the manifest here. What upstream wrote says so; where that is not known, what it
 * was to write and the rule.
 */
function cutTest(manifest: ManifestEdit | null, cut: readonly string[]) {
  const after = flavorsIn(manifest?.after ?? '')
  const before = manifest?.before == null ? null : flavorsIn(manifest.before)
  return (id: string, selection: readonly TraceRow[] | null): boolean => {
    if (manifest === null || after.has(id)) return false
    if (before !== null) return before.has(id)
    return (
      manifest.kind === 'hls' && cut.includes(id) && selection?.find(({ flavorId }) => flavorId === id)?.kept === true
    )
  }
}

/** Flavors that the addresses in a manifest name. */
function flavorsIn(text: string): ReadonlySet<string> {
  return new Set(Array.from(text.matchAll(/\/flavorId\/(\w+)/g), ([, id]) => id!))
}

function rowOf(trace: readonly TraceRow[], id: string) {
  const row = trace.find(({ flavorId }) => flavorId === id)
  return row === undefined ? null : { kept: row.kept, step: row.step, reason: row.reason }
}
