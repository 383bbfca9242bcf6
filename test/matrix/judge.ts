import type { Gain } from './gain.js'

/** What the gateway may say where Kaltura says something else, since it tells nothing of the entry. */
const SILENT: ReadonlySet<number | null> = new Set([1, 14, 19, 27, 28, 31, 49])

export interface Verdict {
  /** Why the viewer has more through the gateway than from Kaltura; empty: he has not. */
  more: string[]
  /** Whether he has less: refused what Kaltura gives him. */
  less: boolean
}

/**
 * Compares what a viewer gets through the gateway with what Kaltura itself gives him.
 *
 * @param whole what Kaltura gives him when he names renditions that he can know: where a rule for devices chooses, the
 *   gateway's choice has to be among these; null: no rule chooses, so the URLs have to be Kaltura's own
 */
export function judge(through: Gain, direct: Gain, whole: readonly Gain[] | null): Verdict {
  if (direct.kind === 'refused') {
    if (through.kind === 'given') return { more: [`gives what Kaltura refuses with ${direct.code}`], less: false }
    if (through.code === direct.code || through.code === null || SILENT.has(through.code))
      return { more: [], less: false }
    return { more: [`says error ${through.code} where Kaltura says ${direct.code}`], less: false }
  }
  if (through.kind === 'refused') return { more: [], less: true }
  const allowed = [direct, ...(whole ?? [])].filter((gain) => gain.kind === 'given')
  const more: string[] = []
  const compare = (what: 'urls' | 'hosts' | 'entries' | 'flavors' | 'clips') => {
    for (const item of through[what]) {
      if (!allowed.some((gain) => gain[what].has(item))) more.push(`gives ${what} ${item}`)
    }
  }
  compare('hosts')
  compare('entries')
  compare('flavors')
  compare('clips')
  // A clip that Kaltura cuts is shorter than the whole: no cut at all would be more.
  if (direct.clips.size > 0 && through.clips.size === 0) more.push('gives the whole where Kaltura gives a clip')
  if (whole === null) compare('urls')
  return { more, less: false }
}
