/** What a key of the configuration file means: for editors, by way of the published schema, and for docs/configuration.md. */
export interface KeyWords {
  /** Left out where the schema says it by itself. */
  about?: string
  /** What holds without the key, as it would stand in the file; a test gives it and sees that nothing changes. */
  default?: unknown
  /** The same where it is no value of the file. */
  otherwise?: string
  /** What may stand there, where the schema alone does not say it. */
  value?: string
}

const DURATION = 'duration'
const PER_MINUTE = 'requests a minute, `0`: none'

/** By path; `partners[].id` is the key `id` of each item of `partners`. */
export const CONFIG_KEYS: Readonly<Record<string, KeyWords>> = {
  serviceUrl: { about: 'As KALTURA_SERVICE_URL, which wins.', value: 'URL' },
  cdnUrl: { about: 'As KALTURA_CDN_URL, which wins.', value: 'URL', otherwise: '`serviceUrl`' },
  cdnUrls: { default: {}, value: 'names with URLs: see [rules](rules.md#hosts)' },
  partners: {
    about: 'The accounts that are served; KALTURA_PARTNER_ID adds one, or goes over the one of its id.',
    value: 'list of partners, below',
    otherwise: 'the one of `KALTURA_PARTNER_ID`'
  },
  hosts: { about: 'Hosts that are trusted besides those of the two URLs.' },
  'hosts.allowed': {
    about: 'As ALLOWED_HOSTS, which wins: hosts that Locations and fetches may name.',
    default: [],
    value: 'list of `host`, `host:port`, `*.example.com`'
  },
  delivery: {
    about: 'As DELIVERY, which wins: how what is proven public is answered; a partner and a rule may say otherwise.',
    default: 'mirror'
  },
  rateLimits: { about: 'Budgets in a sliding minute: see limits.md.' },
  'rateLimits.client': {
    about: 'As RATE_LIMIT, which wins: all requests of one client.',
    default: 3000,
    value: PER_MINUTE
  },
  'rateLimits.partner': { about: 'All requests for one partner.', otherwise: '100 times `client`', value: PER_MINUTE },
  'rateLimits.misses': {
    about: 'Requests of one client for which Kaltura is asked; past it they are redirected.',
    otherwise: 'half of `client`',
    value: PER_MINUTE
  },
  'rateLimits.errors': {
    about: 'Requests of one client that are answered with an error.',
    otherwise: 'a fifth of `client`',
    value: PER_MINUTE
  },
  'rateLimits.signatures': {
    about: 'Requests of one client with a wrong or missing signature.',
    otherwise: 'a fiftieth of `client`',
    value: PER_MINUTE
  },
  maxInFlight: {
    about: 'Requests that may wait for their answer at once; past it 503, past half of it misses are redirected.',
    default: 2000
  },
  patience: { about: 'How long a viewer waits; what was asked for goes on loading behind, until UPSTREAM_TIMEOUT_MS.' },
  'patience.catalog': {
    about: "For an entry's flavors; past it a rule is applied by tags instead of ids.",
    default: '250ms',
    value: DURATION
  },
  'patience.target': {
    about: 'For a target, in all; past it the answer is a redirect to Kaltura. A fetch for one viewer ends there.',
    default: '1s',
    value: DURATION
  },
  cache: { about: 'How much is kept in memory, and for how long. No fresh life is above CACHE_TTL.' },
  'cache.maxBytes': { about: 'What was unused longest goes.', default: '256MiB', value: 'size' },
  'cache.catalog': {
    about: 'Fresh life of what the API says of an entry, and of what a reference id stands for.',
    otherwise: '`CACHE_TTL`',
    value: DURATION
  },
  'cache.template': { about: 'Fresh life of a redirect to Kaltura.', otherwise: '`CACHE_TTL`', value: DURATION },
  'cache.target': {
    about: "Fresh life of a delivery URL or a manifest; never above what Kaltura's own answer allows.",
    otherwise: '`CACHE_TTL`',
    value: DURATION
  },
  'cache.negative': {
    about: "Fresh life of Kaltura's errors about an entry, 60s at most.",
    otherwise: '`CACHE_TTL`, 60s at most',
    value: DURATION
  },
  'cache.staleWhileRevalidate': {
    about: 'How long an old answer is given while a new one is fetched behind it.',
    default: '30s',
    value: DURATION
  },
  'cache.staleIfError': {
    about: 'How long a known target outlives a failing Kaltura.',
    default: '1h',
    value: DURATION
  },
  'cache.templateStaleIfError': {
    about: 'The same for what redirects to Kaltura are made of.',
    default: '1d',
    value: DURATION
  },
  presets: { value: 'names with bundles: see [presets](presets.md)', default: {} },
  rules: { value: 'list of rules, below', otherwise: 'the [documented mobile rules](rules.md)' },
  trustedHeaders: { default: [], value: 'list of names' },
  shadow: { about: 'Rules that are tried beside the others and never followed: see rules.md#shadow-rules.' },
  'shadow.percent': { value: 'number above 0 up to 100', otherwise: '`100`' },
  'shadow.rules': {
    about: 'As `rules`: the whole set that is tried.',
    value: 'list of rules, below',
    otherwise: 'none'
  },
  'partners[].id': { about: 'Partner id.', otherwise: 'required' },
  'partners[].adminSecretFile': {
    about:
      "File with the gateway's own credential: the admin secret; a comma list while rotating, the first one signs.",
    value: 'path',
    otherwise: 'none'
  },
  'partners[].appTokenId': {
    about: 'Id of an app token, in place of the admin secret.',
    value: 'text',
    otherwise: 'none'
  },
  'partners[].appTokenFile': {
    about: 'File with the token itself, beside appTokenId.',
    value: 'path',
    otherwise: 'none'
  },
  'partners[].sharePublic': {
    about: 'Your statement about the account without which nothing is shared: see sharing.md.',
    default: false
  },
  'partners[].ksUriRestrict': {
    about: 'Whether a KS that cannot be read may be bound to its URL; with never, rules apply to such requests too.',
    default: 'possible'
  },
  'partners[].upgradeInsecure': {
    about: 'Answers https to requests that ask for protocol/http.',
    default: false
  },
  'partners[].otherPartnersEntries': {
    about:
      'An entry of another partner than the path says: refused (error 1), or redirected, since Kaltura itself ignores the path.',
    default: 'refuse'
  },
  'partners[].apiPassthrough': {
    about:
      'Which API calls are passed through: those of a Kaltura Player, or a list of pairs. Needs sharePublic, forwardedFor: trusted or KALTURA_REMOTE_ADDR_SALT.',
    default: 'off',
    value: '`off`, `player`, or a list such as `[baseEntry.get]`'
  },
  'partners[].forwardedFor': {
    about: 'Whether Kaltura believes the X-Forwarded-For that the gateway writes: see sharing.md.',
    default: 'ignored'
  },
  'partners[].delivery': { about: 'How what is proven public is answered.', otherwise: '`delivery` of the file' },
  'partners[].signedLinks': {
    about: 'Whether links have to be signed: see signed-links.md.',
    otherwise: '`optional` with `SIGNING_KEYS`, else `off`'
  },
  'partners[].grants': {
    about: "Links signed with GRANT_KEYS may use the gateway's credential; needs an admin secret.",
    default: false
  },
  'partners[].presetsOnly': { about: 'URLs may name an entry and a preset only: see presets.md.', default: false },
  'partners[].viewerProxy': {
    about:
      'What is not public is fetched for each viewer instead of redirected. Needs KALTURA_REMOTE_ADDR_SALT or forwardedFor: trusted, and TRUST_PROXY with every proxy.',
    default: false
  },
  'partners[].aliases': {
    about: "Names for referenceId, asked before Kaltura's own: name to entry id.",
    default: {},
    value: 'names with entry ids'
  }
}
