import { selectFlavors } from '../flavors/select.js'
import type { TraceRow } from '../flavors/trace.js'
import type { Decision } from '../resolve/decision.js'
import type { Recorder } from '../resolve/recorder.js'
import { maskedWhole } from './mask.js'

const VIDEO_OR_AUDIO: ReadonlySet<string> = new Set(['1', '5'])

/**
 * Each flavor that anybody may see: kept or dropped by the rule, when one chose, and then by Kaltura's own selection for
 * the request that it is sent (Kaltura decides that itself; here it is worked out from the same facts). What Kaltura adds
 * although the rule excludes it is cut from a manifest that is served here.
 */
export function flavorReport(
  { catalog, resolved: request, plan, flavors: byRule, cut }: Recorder,
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
    cutFromManifest: cut.includes(id)
  }))
  // In the order of the steps, then of the answer.
  const order = [...(selection?.trace ?? []), ...(byRule ?? [])].map(({ flavorId }) => flavorId)
  rows.sort((a, b) => order.indexOf(a.id) - order.indexOf(b.id))
  const error = selection === null || selection.ok ? null : selection.error
  return { chosenByRule: flavorIds, kalturaError: error, rows: maskedWhole(rows) }
}

function rowOf(trace: readonly TraceRow[], id: string) {
  const row = trace.find(({ flavorId }) => flavorId === id)
  return row === undefined ? null : { kept: row.kept, step: row.step, reason: row.reason }
}
