import t from 'tap'
import type { RequestParams } from '../../src/flavors/params.js'
import { type Selection, type SelectionInput, selectFlavors } from '../../src/flavors/select.js'
import { type FlavorFixture, flavorAsset } from './flavor-fixtures.js'

const LADDER: FlavorFixture[] = [
  { id: 'src', flavorParamsId: 0, tags: 'source', bitrate: 6000, width: 1920, height: 1080 },
  { id: 'low', flavorParamsId: 1, tags: 'web,mbr,iphonenew', bitrate: 400, width: 640, height: 360 },
  { id: 'mid', flavorParamsId: 2, tags: 'web,mbr,ipadnew', bitrate: 900, width: 960, height: 540 },
  { id: 'big', flavorParamsId: 3, tags: 'web,mbr,ipadnew', bitrate: 920, width: 1280, height: 720 },
  { id: 'aud', flavorParamsId: 9, tags: 'alt_audio', bitrate: 64 },
  { id: 'err', flavorParamsId: 8, tags: 'web,mbr', bitrate: 700, width: 640, height: 360, status: -1 }
]

function select(params: RequestParams, more: Partial<SelectionInput> & { extra?: FlavorFixture[] } = {}): Selection {
  const { extra = [], ...input } = more
  return selectFlavors({ flavors: [...LADDER, ...extra].map(flavorAsset), params, ...input })
}

/** The trace as `kept id: step: reason`. */
const told = ({ trace }: Selection) => trace.map((r) => `${r.kept ? '+' : '-'} ${r.flavorId}: ${r.step}: ${r.reason}`)
const ids = (selection: Selection) =>
  selection.ok ? selection.flavors.map(({ id }) => id) : [`error ${selection.error}`]

t.test('the trace tells what happened to each flavor', async (t) => {
  t.strictSame(told(select({ format: 'applehttp', minBitrate: '500' })), [
    '- err: status: status -1 is not ready',
    '- src: tags: lacks ipadnew or iphonenew, with which level 2 of 3 matched',
    '- low: bitrate: 400 kbps is outside 500 to any kbps',
    '- mid: redundancy: within 5 % of big, whose frame is not smaller',
    '+ aud: alternative-audio: tagged alt_audio, which applehttp adds by itself',
    '+ big: tags: tag ipadnew (level 2 of 3)'
  ])
  t.strictSame(told(select({ format: 'url', flavorIds: 'big,mid,err', maxBitrate: '10' })), [
    '- err: status: status -1 is not ready',
    '- aud: explicit: not named in flavorIds',
    '- low: explicit: not named in flavorIds',
    '- src: explicit: not named in flavorIds',
    '- big: single: url answers with one flavor, mid',
    '+ mid: explicit: named in flavorIds; no flavor has 0 to 10 kbps, so the limits are ignored; first of 2'
  ])
})

t.test('the trace of an error drops every flavor', async (t) => {
  const invalid = select({ maxBitrate: 'x', minBitrate: 'y' })
  t.match(invalid, { ok: false, error: 19 })
  t.ok(invalid.trace.every(({ kept, step }) => !kept && step === 'parameters'))
  t.equal(invalid.trace.length, LADDER.length)

  const none = select({ format: 'rtmp', tags: 'x,y', flavorId: 'nosuch' })
  t.match(none, { ok: false, error: 6 })
  t.equal(told(none).at(-1), '- src: tags: no flavor has any of the tags x, y; flavorId names no flavor here')
})

t.test('ids that match nothing fall back to tags', async (t) => {
  const byTags = ids(select({ format: 'rtmp' }))
  for (const params of [{ flavorId: 'nosuch' }, { flavorIds: 'err' }, { flavorParamId: '77' }, { flavorIds: false }]) {
    t.strictSame(ids(select({ format: 'rtmp', ...(params as RequestParams) })), byTags, JSON.stringify(params))
  }
  t.strictSame(ids(select({ format: 'rtmp', flavorParamId: false })), ['src'], 'no value stands for the source')
})

t.test('alternative audio', async (t) => {
  t.strictSame(ids(select({ format: 'mpegdash', flavorId: 'low' })), ['aud', 'low'])
  t.strictSame(ids(select({ format: 'mpegdash', flavorId: 'low', type: 'media' })), ['low'])
  t.strictSame(ids(select({ format: 'hds', flavorId: 'low' })), ['low'], 'not for every adaptive format')
  t.strictSame(ids(select({ format: 'applehttp', tags: 'nosuch' })), ['error 6'], 'audio is added only to something')
})

t.test('flavors that access control takes away', async (t) => {
  const isAllowed: SelectionInput['isAllowed'] = ({ flavorParamsId }) => flavorParamsId !== 1
  t.strictSame(ids(select({ format: 'applehttp', flavorId: 'low' }, { isAllowed })), ['aud', 'big'], 'falls back')
  t.ok(told(select({}, { isAllowed })).includes('- low: access: access control does not allow flavor params 1'))
  t.strictSame(ids(select({ format: 'url' }, { isAllowed: () => false })), ['error 6'])
})

t.test('a partner can turn the removal of near-duplicates off', async (t) => {
  const partnerPermissions = ['FEATURE_DISABLE_FLAVORS_OPTIMIZATION']
  t.strictSame(ids(select({ format: 'applehttp' }, { partnerPermissions })), ['low', 'mid', 'big', 'aud'], 'as read')
})

t.test('short entries in hdnetworkmanifest', async (t) => {
  const short = select({ format: 'hdnetworkmanifest' }, { msDuration: 9499 })
  t.match(short, { ok: true, format: 'http', mediaProtocol: 'http' })
  t.strictSame(ids(short), ['low'])
  t.ok(told(short).includes('- big: short-entry: an entry under 10 s is answered with one flavor, low'))
  for (const msDuration of [0, 9500]) {
    t.match(select({ format: 'hdnetworkmanifest' }, { msDuration }), {
      format: 'hdnetworkmanifest',
      flavors: { length: 2 }
    })
  }
})

t.test('hdnetwork reads no flavors', async (t) => {
  const selection = select({ format: 'hdnetwork' })
  t.match(selection, { ok: true, flavors: [], format: 'hdnetwork' })
  t.equal(selection.trace.length, LADDER.length)
})

t.test('stored manifests', async (t) => {
  const ism: FlavorFixture = { id: 'ism', tags: 'ism_manifest', bitrate: 1 }
  const smil: FlavorFixture = { id: 'smil', tags: 'ipadnew,smil_manifest', bitrate: 1 }
  const hasManifestFile = () => true
  t.strictSame(ids(select({ format: 'sl' })), ['aud', 'low', 'big'], 'without one: iPad and iPhone flavors')
  t.strictSame(ids(select({ format: 'sl' }, { extra: [ism] })), ['error 6'], 'one without a file')
  t.strictSame(ids(select({ format: 'sl', flavorId: 'low' }, { extra: [ism] })), ['aud', 'low'], 'explicit ids win')
  t.match(select({ format: 'sl' }, { extra: [ism], hasManifestFile }), { manifestFlavorId: 'ism' })
  for (const format of ['hds', 'applehttp']) {
    const selection = select({ format }, { extra: [smil], hasManifestFile })
    t.match(selection, { manifestFlavorId: 'smil' }, format)
    t.strictSame(ids(selection), ['smil'])
    t.notOk('manifestFlavorId' in select({ format }, { extra: [smil] }), 'no file, no manifest')
  }
  t.notOk('manifestFlavorId' in select({ format: 'mpegdash' }, { extra: [smil], hasManifestFile }))
  t.equal(select({ format: 'sl' }, { extra: [ism], hasManifestFile }).trace.length, LADDER.length + 1)
})
