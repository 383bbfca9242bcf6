import t from 'tap'
import type { FlavorAsset } from '../../src/flavors/flavor-asset.js'
import { hasSeveralAudioKinds, sortForAdaptive } from '../../src/flavors/order.js'
import { parseNumeric } from '../../src/flavors/php-number.js'
import { selectFlavors } from '../../src/flavors/select.js'
import { fixture } from '../helpers/vectors.js'
import { type FlavorFixture, flavorAsset, masterOrder, targetParams } from './flavor-fixtures.js'

interface Recorded {
  name: string
  target: string
  entryId: string
  /** Kaltura's error number; otherwise the ids below. */
  error?: number
  /** Whether the answer was a redirect; if not, a document. */
  redirect?: boolean
  /** In the order of the answer, joined URLs taken apart. */
  flavorIds?: string[]
}

interface Entry {
  entryId: string
  msDuration: number
  flavors: FlavorFixture[]
}

const entries = new Map(fixture<Entry[]>('recordings/flv-entries.json').map((entry) => [entry.entryId, entry]))

/** Flavor params that the access control profile of an entry blocks. */
const BLOCKED: Record<string, number[]> = { '0_limfl001': [2, 3] }

/** Orders a selection as the delivery profiles of the recorded server do. */
function answerOrder(flavors: FlavorAsset[], format: string, preferredBitrate: number | undefined, redirect: boolean) {
  const isHls = format.toLowerCase() === 'applehttp'
  if (!isHls && !['mpegdash', 'sl', 'hds'].includes(format)) return flavors.map(({ id }) => id)
  const audioFirst = isHls && redirect && hasSeveralAudioKinds(flavors)
  const sorted = sortForAdaptive(flavors, { preferredBitrate, audioFirst })
  return isHls && !redirect ? masterOrder(sorted) : sorted.map(({ id }) => id)
}

for (const recorded of fixture<Recorded[]>('recordings/flv.json')) {
  t.test(recorded.name, async (t) => {
    const { flavors, msDuration } = entries.get(recorded.entryId)!
    const params = targetParams(recorded.target)
    const blocked = BLOCKED[recorded.entryId] ?? []
    const selection = selectFlavors({
      flavors: flavors.map(flavorAsset),
      params,
      msDuration,
      isAllowed: ({ flavorParamsId }) => !blocked.includes(flavorParamsId)
    })
    if (!selection.ok) return t.equal(selection.error, recorded.error)
    const preferredBitrate = parseNumeric(params.preferredBitrate || '') ?? undefined
    const { format } = selection
    t.strictSame(answerOrder(selection.flavors, format, preferredBitrate, recorded.redirect!), recorded.flavorIds)
  })
}
