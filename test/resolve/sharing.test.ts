import t from 'tap'
import type { Catalog } from '../../src/kaltura/catalog-client.js'
import type { EntryFacts } from '../../src/kaltura/wire.js'
import {
  catalogObjections,
  classify,
  requestObjections,
  type SharingFacts,
  unknownIds,
  untilTransition
} from '../../src/resolve/sharing.js'
import type { AnswerFacts } from '../../src/resolve/sharing-answer.js'

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
  return {
    entry: { ...entry, ...over },
    profile: { id: '2', rules: [] },
    visibleFlavors: [],
    visibleEntry: null,
    parent: null,
    ...rest
  }
}

const ANSWER: AnswerFacts = {
  error: null,
  unnumbered: false,
  noStore: false,
  maxAge: 60,
  cookie: false,
  ruleTookPart: false,
  content: null
}

/** Facts of a resolution that is public, with what a case changes. */
function facts(over: Partial<SharingFacts> = {}): SharingFacts {
  const parameters = { entryId: '0_a', format: 'applehttp' }
  const none = { state: 'none' } as const
  return { parameters, ks: none, plan, partner, catalog: catalog(), answer: ANSWER, now: NOW, life: LIFE, ...over }
}
const withParameter = (name: string) => ({ parameters: { entryId: '0_a', [name]: 'x' } })
const withEntry = (over: Partial<EntryFacts>, rest: Partial<Catalog> = {}) => ({ catalog: catalog(over, rest) })
const withAnswer = (over: Partial<AnswerFacts>) => ({ answer: { ...ANSWER, ...over } })
const withParent = (over: Partial<EntryFacts>, profile: Catalog['profile'] = { id: '2', rules: [] }) =>
  withEntry({ parentEntryId: '0_p' }, { parent: { entry: { ...entry, id: '0_p', ...over }, profile } })

t.test('what is proven public', async (t) => {
  const scheduled = { mediaType: '5', moderationStatus: '2', startDate: 1_600_000_000, endDate: 1_800_000_000 }
  const left = { referrer: 'x', clientTag: 'y', playSessionId: 'z', uiConfId: '1', _: '1', callback: 'f' }
  for (const [what, over] of [
    ['an open entry, asked for by nobody in particular', {}],
    ['a scheduled one, far from both ends', withEntry(scheduled)],
    ['what is left out of key, fetch and target anyway', { parameters: { entryId: '0_a', ...left } }],
    ['a child whose parent is open too', withParent({})],
    ['a child of a container that is no video', withParent({ type: '6', mediaType: '', status: '7' })],
    [
      "Kaltura's error about an entry that is not ready",
      { ...withEntry({ status: '1' }), ...withAnswer({ error: 6 }) }
    ],
    ["Kaltura's error without a word about caching", withAnswer({ error: 36, maxAge: null })]
  ] as [string, Partial<SharingFacts>][]) {
    t.match(classify(facts(over)), { class: 'public' }, what)
  }
})

/** Rule 2 of the design and section 6 of the reference: each of these alone, and what it makes of a public answer. */
const AGAINST: readonly (readonly ['per-identity' | 'never', Partial<SharingFacts>, string])[] = [
  // The operator's statement and credential.
  ['per-identity', { partner: { ...partner, sharePublic: false } }, 'sharing is not stated for this partner'],
  ['per-identity', { partner: { ...partner, adminSecrets: [] } }, 'the gateway has no credential'],
  // The request.
  ...(['valid', 'expired', 'unverified', 'foreign'] as const).map(
    (state) => ['per-identity', { ks: { state } }, 'the request carries a KS'] as const
  ),
  ['never', withParameter('kt'), 'the request carries kt'],
  ['never', withParameter('expiry'), 'the request carries expiry'],
  ['never', withParameter('hashes'), 'the request carries hashes'],
  ...[
    'ks',
    'playbackContext',
    'deliveryCode',
    'time',
    'timeOffset',
    'usePlayServer',
    'sessionId',
    'playerConfig',
    'nocache'
  ].map((name) => ['per-identity', withParameter(name), `the request carries ${name}`] as const),
  ['per-identity', { parameters: { flavorParamId: false } }, 'flavorParamId has no value'],
  ['per-identity', { parameters: { responseFormat: 'jsonp' } }, "the answer is wrapped in the viewer's callback"],
  ['per-identity', withParameter('sequence'), 'the entries of the sequence are not read'],
  ['per-identity', { plan: { ...plan, format: 'hdnetwork' } }, 'the format is not resolved here'],
  ['per-identity', { plan: { ...plan, protocol: 'rtmp' } }, 'the protocol is not that of the format'],
  // The entry and its profile.
  ['per-identity', { catalog: catalog({}, { entry: 'missing' }) }, 'the entry does not exist'],
  [
    'per-identity',
    { catalog: catalog({}, { entry: 'unknown' }) },
    'the entry could not be read with the gateway credential'
  ],
  ['per-identity', withEntry({ status: '1' }), 'the entry is not ready'],
  ['per-identity', withEntry({ type: '7' }), 'the entry is not a media clip'],
  ['per-identity', withEntry({ mediaType: '2' }), 'the entry is neither video nor audio'],
  ...['1', '3', '4', '5', ''].map(
    (moderationStatus) =>
      ['per-identity', withEntry({ moderationStatus }), 'the entry is not approved by moderation'] as const
  ),
  ['per-identity', withEntry({ displayInSearch: '-2' }), 'the entry is recycled'],
  ['per-identity', withEntry({ startDate: NOW / 1000 + 1 }), 'the entry has not started'],
  ['per-identity', withEntry({ endDate: NOW / 1000 + 60 }), 'the entry ends within the life of an answer'],
  ['per-identity', withEntry({ endDate: NOW / 1000 - 1 }), 'the entry ends within the life of an answer'],
  ['per-identity', withEntry({ capabilities: 'x,simulive' }), 'the entry is simulive'],
  ['per-identity', withEntry({ accessControlId: '3' }), 'the access control profile is not that of the entry'],
  ['per-identity', withEntry({}, { profile: null }), 'the access control profile could not be read'],
  [
    'per-identity',
    withEntry({}, { profile: { id: '2', rules: null } }),
    'the access control profile did not list its rules'
  ],
  ['per-identity', withEntry({}, { profile: { id: '2', rules: [{}] } }), 'the access control profile has rules'],
  ['per-identity', withEntry({}, { visibleFlavors: null }), 'a widget session does not see the entry'],
  // Its parent.
  ['per-identity', withEntry({ parentEntryId: '0_p' }), 'the parent of the entry could not be read'],
  [
    'per-identity',
    withEntry({ parentEntryId: '0_p' }, { parent: { entry: 'missing', profile: null } }),
    'the parent of the entry could not be read'
  ],
  ['per-identity', withParent({ id: '0_q' }), 'the parent that was read is not that of the entry'],
  ['per-identity', withParent({ partnerId: 102 }), 'the parent that was read is not that of the entry'],
  ['per-identity', withParent({ parentEntryId: '0_pp' }), 'the parent of the entry has a parent itself'],
  ['per-identity', withParent({}, { id: '2', rules: [{}] }), "the parent's access control profile has rules"],
  ['per-identity', withParent({}, null), "the parent's access control profile could not be read"],
  ['per-identity', withParent({ moderationStatus: '3' }), 'the parent is not approved by moderation'],
  ['per-identity', withParent({ displayInSearch: '-2' }), 'the parent is recycled'],
  ['per-identity', withParent({ startDate: NOW / 1000 + 1 }), 'the parent has not started'],
  ['per-identity', withParent({ endDate: NOW / 1000 + 1 }), 'the parent ends within the life of an answer'],
  // Explicit ids.
  ['per-identity', { parameters: { flavorId: '0_z' } }, 'flavorId names a flavor that is not ready here'],
  // What upstream said.
  ['never', withAnswer({ noStore: true }), 'Kaltura does not let its answer be kept'],
  ['never', withAnswer({ maxAge: 0 }), 'Kaltura does not let its answer be kept'],
  ['never', withAnswer({ maxAge: null }), 'Kaltura does not let its answer be kept'],
  ['never', withAnswer({ cookie: true }), 'upstream sets a cookie'],
  ['per-identity', withAnswer({ ruleTookPart: true }), 'an access control rule took part'],
  ['never', withAnswer({ content: 'the delivery URL carries a token' }), 'the delivery URL carries a token'],
  ['never', withAnswer({ unnumbered: true, maxAge: null }), 'Kaltura refused without a number'],
  ['never', withAnswer({ error: 6, noStore: true }), 'Kaltura does not let its error be kept'],
  ...[3, 4, 7, 16, 30, 31, 32, 34, 53].map(
    (error) => ['per-identity', withAnswer({ error }), `Kaltura's error ${error} depends on the viewer`] as const
  )
]

t.test('every single fact that speaks against it, and its class', async (t) => {
  for (const [kind, over, reason] of AGAINST) {
    t.strictSame(classify(facts(over)), { class: kind, reasons: [reason] }, reason)
  }
})

t.test('the strictest fact decides, and no other makes up for it', async (t) => {
  for (const [kind, over, reason] of AGAINST) {
    const also = classify(facts({ ...withAnswer({ cookie: true }), ...over }))
    const all = 'answer' in over ? kind : 'never'
    t.match(also, { class: all }, reason)
    t.ok(also.class !== 'public' && also.reasons.includes(reason), reason)
  }
})

t.test('what is known before anything is asked, and before a target is', async (t) => {
  t.strictSame(requestObjections(facts()), [])
  t.strictSame(catalogObjections(catalog(), NOW, LIFE), { always: [], target: [] })
  t.match(catalogObjections(catalog({ status: '1' }), NOW, LIFE), {
    always: [],
    target: [{ reason: 'the entry is not ready' }]
  })
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
