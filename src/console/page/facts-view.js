import { badge, card, el, facts, plain, table } from './dom.js'

/** Every parameter that counts, and where it came from. */
export function parametersCard({ parameters, unknownParameters }) {
  if (parameters === null) return null
  const rows = parameters.map(({ name, value, from, class: kind, secret }) => [
    name,
    secret ? badge('hidden') : plain(value),
    from,
    kind
  ])
  const unknown = unknownParameters ?? []
  return card(
    'Parameters',
    {},
    table('Parameters and where they came from', ['name', 'value', 'from', 'class'], rows),
    unknown.length === 0 ? null : el('p', { class: 'hint' }, `Not known to Kaltura, nor here: ${unknown.join(', ')}.`)
  )
}

const SOURCES = {
  hint: 'device= in the URL',
  cdn: 'a header of the CDN',
  'client-hints': 'Client Hints',
  'user-agent': 'the User-Agent'
}

/** Who asks. */
export function viewerCard({ viewer, signature, grant }) {
  if (viewer === null) return null
  const { device, ks } = viewer
  const version = [device?.osVersion?.major, device?.osVersion?.minor].filter((part) => part !== undefined).join('.')
  return card(
    'Viewer',
    {},
    facts([
      ['device', device?.class ?? null],
      ['known by', device === undefined ? null : `${SOURCES[device.source] ?? device.source} (${device.reason})`],
      ['system', [device?.os, version].filter(Boolean).join(' ') || null],
      ['form', device?.form ?? null],
      ['player', device?.player ?? null],
      ['headers looked at', viewer.headersRead ? plain(viewer.headersRead) : null],
      ['scheme', viewer.scheme ?? null],
      ['address', viewer.address === undefined ? null : (viewer.address ?? 'not known')],
      ['session (KS)', ks?.place ? `${ks.state}, in the ${ks.place}` : ks?.state],
      ['signature', signature === null || signature.state === 'none' ? null : plain(signature)],
      ['grant', grant === null ? null : plain(grant)]
    ])
  )
}

const CLASSES = { public: 'good', 'per-identity': 'warn', never: 'warn' }

/** Whom the answer may be given to, and the facts behind that. */
export function sharingCard({ sharing, entry }) {
  if (sharing === null) return null
  const { class: kind, reasons, partner } = sharing
  const about = typeof entry?.entry === 'object' ? entry.entry : null
  return card(
    'Sharing',
    {},
    el('p', { class: 'lead' }, badge(kind ?? 'not decided', CLASSES[kind] ?? '')),
    kind === 'public'
      ? null
      : el(
          'ul',
          {},
          reasons.map((reason) => el('li', {}, reason))
        ),
    partner === null
      ? el('p', { class: 'hint' }, 'The partner is not configured.')
      : facts([
          ['partner', partner.id],
          ['sharePublic', partner.sharePublic],
          ['credential', partner.credential],
          ['signed links', partner.signedLinks],
          ['viewerProxy', partner.viewerProxy]
        ]),
    entry === null
      ? null
      : el(
          'details',
          {},
          el('summary', {}, 'The entry, for operators’ eyes only'),
          el('p', { class: 'hint' }, entry.note),
          facts([
            ['entry', about === null ? plain(entry.entry) : about.id],
            ['status', about?.status ?? null],
            ['type', about?.type ?? null],
            ['starts', about?.starts ?? null],
            ['ends', about?.ends ?? null],
            ['seconds', about?.seconds ?? null],
            ['access control', plain(entry.accessControl)],
            ['anybody sees it', entry.anybodySeesIt]
          ])
        )
  )
}

const STATES = {
  hit: 'known',
  stale: 'known, and asked for again behind the answer',
  miss: 'asked for now',
  'stale-error': 'known; Kaltura fails',
  pending: 'not waited for any longer',
  failed: 'could not be had',
  refused: 'not asked for: too often'
}

/** How catalog and target were found, how long the answer lives and why no longer, what upstream said. */
export function cachesCard({ caches, life }) {
  if (caches === null) return null
  const { reference, catalog, target, forTheViewer } = caches
  const { upstream, loaded } = target
  const state = (name) => (name === null ? 'not needed' : `${name}: ${STATES[name] ?? ''}`)
  const bounds = [
    ...(loaded?.bounds ?? []).map((bound) => ['target', bound]),
    ...life.bounds.map((bound) => ['answer', bound])
  ].filter(([, { seconds }]) => seconds !== null)
  return card(
    'Caches and lives',
    {},
    facts([
      ['name', reference === null ? null : reference === 'alias' ? 'an alias of the configuration' : state(reference)],
      ['catalog', state(catalog.state)],
      ['catalog lives', catalog.secondsLeft === null ? null : `${catalog.secondsLeft} s more`],
      ['target', state(target.state)],
      ['target loaded', loaded === null ? null : `${loaded.secondsAgo} s ago`],
      ['for the viewer', forTheViewer],
      ['Cache-Control', life.cacheControl],
      ['not kept because', life.why],
      ['link ends', life.linkEnds],
      [
        'upstream said',
        upstream === null
          ? null
          : `${upstream.status}${upstream.cacheControl === null ? '' : `, ${upstream.cacheControl}`}${
              upstream.kalturaError === null
                ? ''
                : `, error ${upstream.kalturaError.code} ${upstream.kalturaError.name ?? ''}`
            }`
      ],
      ['refused by upstream', upstream?.facts?.content ?? null]
    ]),
    bounds.length === 0
      ? null
      : table(
          'What bounds a life',
          ['what bounds it', 'seconds', 'life of'],
          bounds.map(([of, { by, seconds }]) => [by, String(seconds), of])
        )
  )
}
