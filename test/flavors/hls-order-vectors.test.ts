import t from 'tap'
import { hasSeveralAudioKinds, sortForAdaptive } from '../../src/flavors/order.js'
import { parseNumeric } from '../../src/flavors/php-number.js'
import { selectFlavors } from '../../src/flavors/select.js'
import { vectors } from '../helpers/vectors.js'
import { audioFacts, type FlavorFixture, flavorAsset, longNames, masterOrder } from './flavor-fixtures.js'

interface Input {
  deliveryProfile: { type: string }
  flavors: FlavorFixture[]
  request: Record<string, string>
}

interface Expected {
  headers: string[]
  body: string
  flavorOrder?: string[]
}

/** The flavor ids of a joined packager URL such as `.../flavorId/0_fl00000,1,2,/name/a.mp4/...`. */
function joinedIds(location: string): string[] {
  const parts = location.split(',')
  const urls = parts.length > 2 ? parts.slice(1, -1).map((part) => `${parts[0]}${part}${parts.at(-1)}`) : [location]
  return urls.map((url) => /\/flavorId\/([^/]+)/.exec(url)![1]!)
}

const cases = vectors<Input, Expected>('hls-flavor-order')
let compared = 0

for (const { name, input, expected, ...rest } of cases) {
  const optional = 'orderDependsOnSortAlgorithm' in rest
  const location = expected.headers.find((header) => /^location:/i.test(header))
  const joined = input.deliveryProfile.type === 'vodPackagerHlsManifest'
  // A redirect of a profile that writes a master names one flavor only, and other renderers are not this test's matter.
  if (!(joined ? location : expected.flavorOrder)) continue
  compared++

  t.test(name, { skip: optional && 'the reference sorts by an inconsistent comparison here' }, async (t) => {
    const { request } = input
    const facts = audioFacts(input.flavors)
    const selection = selectFlavors({ flavors: input.flavors.map(flavorAsset), params: longNames(request) })
    if (!selection.ok) return t.fail(`error ${selection.error}`)
    const { flavors } = selection
    const sorted = sortForAdaptive(flavors, {
      ...facts,
      preferredBitrate: parseNumeric(request.preferredBitrate ?? '') ?? undefined,
      defaultAudioLang: request.defaultAudioLang,
      audioFirst: joined && !request.muxedAudioLang && hasSeveralAudioKinds(flavors, facts)
    })
    const expectedIds = joined ? joinedIds(location!) : expected.flavorOrder
    t.strictSame(joined ? sorted.map(({ id }) => id) : masterOrder(sorted), expectedIds)
  })
}

t.ok(compared > cases.length * 0.9, 'nearly all vectors say an order')
