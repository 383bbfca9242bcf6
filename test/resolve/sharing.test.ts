import t from 'tap'
import type { Catalog } from '../../src/kaltura/catalog-client.js'
import type { EntryFacts } from '../../src/kaltura/wire.js'
import { judgeCatalog, requestReasons, unknownIds, untilTransition } from '../../src/resolve/sharing.js'

const NOW = 1_700_000_000_000
const LIFE = 60_000
const partner = { sharePublic: true, adminSecrets: ['s'], appToken: null }
const plan = { format: 'applehttp', protocol: 'https' }

const entry: EntryFacts = {
  id: '0_a',
  partnerId: 101,
  type: '1',
  mediaType: '1',
  status: '2',
  moderationStatus: '6',
  startDate: null,
  endDate: null,
  accessControlId: '2',
  parentEntryId: '',
  displayInSearch: '1',
  capabilities: '',
  msDuration: 60_000
}
function catalog(over: Partial<EntryFacts> = {}, rest: Partial<Catalog> = {}): Catalog {
  return { entry: { ...entry, ...over }, profile: { id: '2', rules: [] }, visibleFlavors: [], ...rest }
}

t.test('a request that may be shared: nothing of a viewer in it but what is left out anyway', async (t) => {
  t.strictSame(requestReasons({ entryId: '0_a', format: 'applehttp' }, plan, partner, false), [])
  t.strictSame(
    requestReasons(
      { entryId: '0_a', referrer: 'x', clientTag: 'y', playSessionId: 'z', uiConfId: '1', _: '1' },
      plan,
      partner,
      false
    ),
    [],
    'referrer, player and analytics parameters are left out of key, fetch and target'
  )
})

t.test('every single thing in a request that forbids sharing', async (t) => {
  for (const name of [
    'ks',
    'kt',
    'expiry',
    'hashes',
    'playbackContext',
    'deliveryCode',
    'time',
    'timeOffset',
    'usePlayServer',
    'sessionId',
    'playerConfig',
    'nocache'
  ]) {
    t.strictSame(
      requestReasons({ entryId: '0_a', [name]: 'x' }, plan, partner, false),
      [`the request carries ${name}`],
      name
    )
  }
  t.match(requestReasons({ entryId: '0_a', flavorParamId: false }, plan, partner, false), [
    'flavorParamId has no value'
  ])
  t.match(requestReasons({}, plan, partner, true), ['the request carries a KS'])
  t.match(requestReasons({}, plan, { ...partner, sharePublic: false }, false), [
    'sharing is not stated for this partner'
  ])
  t.match(requestReasons({}, plan, { ...partner, adminSecrets: [] }, false), ['the gateway has no credential'])
  t.match(requestReasons({}, { ...plan, format: 'hdnetwork' }, partner, false), ['the format is not resolved here'])
  t.match(requestReasons({ responseFormat: 'jsonp' }, plan, partner, false), [
    "the answer is wrapped in the viewer's callback"
  ])
  t.match(requestReasons({}, { ...plan, protocol: 'rtmp' }, partner, false), ['the protocol is not that of the format'])
})

t.test('an entry that is public, and every single fact that makes it not so', async (t) => {
  const nothing = { always: [], target: [] }
  t.strictSame(judgeCatalog(catalog(), NOW, LIFE), nothing)
  const scheduled = { mediaType: '5', moderationStatus: '2', startDate: 1_600_000_000, endDate: 1_800_000_000 }
  t.strictSame(judgeCatalog(catalog(scheduled), NOW, LIFE), nothing)
  for (const [over, reason] of [
    [{ status: '1' }, 'the entry is not ready'],
    [{ type: '7' }, 'the entry is not a media clip'],
    [{ mediaType: '2' }, 'the entry is neither video nor audio'],
    [{ moderationStatus: '1' }, 'the entry is not approved by moderation'],
    [{ moderationStatus: '3' }, 'the entry is not approved by moderation'],
    [{ moderationStatus: '5' }, 'the entry is not approved by moderation'],
    [{ moderationStatus: '' }, 'the entry is not approved by moderation'],
    [{ displayInSearch: '-2' }, 'the entry is recycled'],
    [{ startDate: NOW / 1000 + 1 }, 'the entry has not started'],
    [{ endDate: NOW / 1000 + 60 }, 'the entry ends within the life of an answer'],
    [{ endDate: NOW / 1000 - 1 }, 'the entry ends within the life of an answer']
  ] as const) {
    t.strictSame(judgeCatalog(catalog(over), NOW, LIFE), { always: [], target: [reason] }, JSON.stringify(over))
  }
  const always = (over: Partial<EntryFacts>, rest: Partial<Catalog>, reason: string) =>
    t.strictSame(judgeCatalog(catalog(over, rest), NOW, LIFE), { always: [reason], target: [] }, reason)
  always({ accessControlId: '3' }, {}, 'the access control profile is not that of the entry')
  always({ parentEntryId: '0_p' }, {}, 'the entry has a parent, whose rules apply')
  always({ capabilities: 'x,simulive' }, {}, 'the entry is simulive')
  always({}, { profile: null }, 'the access control profile could not be read')
  always({}, { profile: { id: '2', rules: null } }, 'the access control profile did not list its rules')
  always({}, { profile: { id: '2', rules: [{}] } }, 'the access control profile has rules')
  always({}, { visibleFlavors: null }, 'a widget session does not see the entry')
  always({}, { entry: 'missing' }, 'the entry does not exist')
  always({}, { entry: 'unknown' }, 'the entry could not be read with the gateway credential')
})

t.test('the next change of the schedule bounds every life', async (t) => {
  const at = (seconds: number) => NOW / 1000 + seconds
  t.equal(untilTransition(catalog(), NOW), Number.POSITIVE_INFINITY)
  t.equal(untilTransition(catalog({ startDate: at(5), endDate: at(9) }), NOW), 5_000)
  t.equal(untilTransition(catalog({ startDate: at(-5), endDate: at(9) }), NOW), 9_000)
  t.equal(untilTransition(catalog({ startDate: at(-9), endDate: at(-5) }), NOW), Number.POSITIVE_INFINITY)
})

t.test('an explicit id that is no ready flavor of the entry is redirected as it came', async (t) => {
  const visibleFlavors = [{ id: '0_x', flavorParamsId: 3 }] as never
  const known = catalog({}, { visibleFlavors })
  t.strictSame(unknownIds({ flavorIds: '0_x', flavorParamId: '3' }, known), [])
  for (const parameters of [
    { flavorIds: '0_x,0_y' },
    { flavorId: '0_y' },
    { flavorParamIds: '3,4' },
    { flavorParamId: '0' }
  ]) {
    t.equal(unknownIds(parameters, known).length, 1, JSON.stringify(parameters))
  }
})
