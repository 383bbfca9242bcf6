import type { ProblemCode } from '../answer/problem.js'
import type { RuledPartner, RuleSet } from '../config/rule-set.js'
import { bitrateWindow } from '../flavors/bitrate-window.js'
import type { FlavorAsset } from '../flavors/flavor-asset.js'
import { selectFlavors } from '../flavors/select.js'
import type { ManifestPolicy } from '../manifest/policy.js'
import { errorName } from '../playmanifest/errors.js'
import { manifestKind } from '../playmanifest/formats.js'
import type { EffectiveParameters } from '../playmanifest/parameters.js'
import { type ParseResult, type PlayManifestRequest, parsePlayManifestUrl } from '../playmanifest/parse.js'
import type { Preset } from '../playmanifest/presets.js'
import { withEntryId } from '../playmanifest/reference.js'
import { withoutParameters } from '../playmanifest/without.js'
import { untouchableReason } from '../resolve/untouchable.js'
import { checkRequest } from '../routes/check-request.js'
import { earlyError } from '../routes/early-error.js'
import { applyPreset } from '../routes/preset.js'
import { decide, type Plan } from '../rules/decide.js'
import type { EntryWords } from '../rules/entry-words.js'
import type { FlavorFilters } from '../rules/flavor-filters.js'
import { hasNoVideo, narrow } from '../rules/narrow.js'
import type { Delivery } from '../rules/schema.js'
import { countryFromCdnHeaders } from '../viewer/country.js'
import { MAX_USER_AGENT } from '../viewer/device.js'
import { deviceFromHint } from '../viewer/device-hint.js'
import { identifyDevice } from '../viewer/identify-device.js'
import { type RequestHeaders, readHeader } from '../viewer/request-headers.js'

/** A request as far as it decides anything. */
export interface AskedRequest {
  /** Path and query as they stand in the request line. */
  target: string
  /** Lower-case names. */
  headers: RequestHeaders
  /** Whether it comes from a trusted proxy, whose device headers are believed. */
  trusted: boolean
  scheme: 'http' | 'https'
  /** Unix ms. */
  now: number
  /** How an entry is filed, by its id, as anybody may see it; null: not known, and no rule on tags or categories matches. */
  entry?: ((id: string) => EntryWords | null) | undefined
}

/** What is decided about a request before anything is asked of Kaltura. */
export interface Decided {
  problem: null
  /** Why it goes to Kaltura byte for byte, whatever the rules say; null when it does not. */
  untouched: string | null
  device: string
  rule: string | null
  format: string
  /** Scheme of the media; null when Kaltura is left to choose. */
  protocol: string | null
  /** Parameters that the rule's preset adds to the request. */
  adds: Preset
  /** Tag levels; null: Kaltura's own choice of flavors. */
  tags: readonly (readonly string[])[] | null
  filters: FlavorFilters | null
  manifest: ManifestPolicy | null
  excludeAudioOnly: boolean
  single: 'largest' | 'smallest' | null
  /** kbps. */
  maxBitrate: number | null
  delivery: Delivery
  /** Name of the base to which redirects to Kaltura go; null: the default one. */
  cdnUrl: string | null
  /** The same as a URL. */
  cdnBase: string | null
  deliveryHosts: readonly string[] | null
  /** Seconds that caches may keep the answer at most by the rule; null: the rule says nothing. */
  caching: number | 'one viewer' | null
}

/** A request that is refused: the code of its problem, ours or Kaltura's (docs/errors.md). */
export interface Refused {
  problem: ProblemCode | string
}

export type Prediction =
  | { decided: Refused }
  /** `request` and `plan`: what flavors are chosen by. */
  | { decided: Decided; request: PlayManifestRequest; plan: Plan }

const SIGNATURE = new Set(['signature'])

/**
 * What the gateway would decide about a request, by the same functions as the gateway, and without asking anybody. What
 * only secrets could tell is taken for good: a signature is right, and a KS is valid and bound to no URL.
 *
 * @param partner null: not served
 * @returns null when rules have no say: a link with a grant
 */
export function predict(
  { rules, presets, cdnUrls, partner: partnerOf }: Pick<RuleSet, 'rules' | 'presets' | 'cdnUrls' | 'partner'>,
  asked: AskedRequest
): Prediction | null {
  const parsed = parsePlayManifestUrl(asked.target)
  if (!parsed.ok) return { decided: { problem: parsed.code } }
  const partner = partnerOf(parsed.request.partnerId)
  if (partner === null) return { decided: { problem: kalturaCode(14) } }
  const given = parsed.request.effective
  if (given.grant !== undefined) return null
  if (partner.signedLinks === 'required' && given.signature === undefined && !isKalturaToken(given.kt)) {
    return { decided: { problem: 'SIGNATURE_MISSING' } }
  }
  const preset = applyPreset(withoutParameters(parsed.request, SIGNATURE), partner, presets, 'GET')
  if (!preset.ok) return { decided: { problem: preset.problem.code } }
  const refused = checkRequest(preset.request)
  if (refused !== null) return { decided: { problem: refused.code } }
  const named = nameEntry(preset.request, partner)
  if (!named.ok) return { decided: { problem: named.code } }
  const { request } = named
  const { effective } = request
  const hasKs = Boolean(effective.ks || asked.headers['x-kaltura-ks'])
  // That a name stands for an entry is taken for good, too.
  const isNamed = effective.referenceId !== undefined
  const early = earlyError(isNamed ? { ...effective, entryId: 'x' } : effective, hasKs ? 'valid' : 'none', asked.now)
  if (early !== null) return { decided: { problem: kalturaCode(early.code) } }
  const { device, circumstances } = circumstancesOf(asked, effective)
  const untouched = untouchableReason(request, partner, { state: 'none', place: null })
  // For what goes to Kaltura as it is nothing is looked up.
  const entry = untouched === null ? (asked.entry?.(effective.entryId || '') ?? null) : null
  const plan = decide(rules, { ...circumstances, presets, entry, partner })
  return { decided: decidedOf(plan, device.class, untouched, request, cdnUrls), request, plan }
}

/** With the entry's id where the file knows it; else only Kaltura does, and no rule on entry ids matches. */
function nameEntry(request: PlayManifestRequest, { aliases }: Pick<RuledPartner, 'aliases'>): ParseResult {
  const { referenceId } = request.effective
  const alias = typeof referenceId === 'string' ? aliases.get(referenceId) : undefined
  return alias === undefined ? { ok: true, request } : withEntryId(request, alias)
}

/** What rules look at. A log knows no address: sessions without a `playSessionId` are told apart by the User-Agent. */
function circumstancesOf({ headers, trusted, scheme, now }: AskedRequest, parameters: EffectiveParameters) {
  const hint = typeof parameters.device === 'string' ? deviceFromHint(parameters.device) : null
  const { device } = identifyDevice({
    headers,
    ...(trusted ? { cdnHeaders: headers } : {}),
    ...(hint === null ? {} : { hint })
  })
  const userAgent = readHeader(headers, 'user-agent')?.slice(0, MAX_USER_AGENT)
  const country = trusted ? countryFromCdnHeaders(headers, new Set()) : null
  const { playSessionId } = parameters
  const session = () => JSON.stringify(playSessionId ? { playSessionId } : [null, userAgent])
  const header = trusted ? { header: (name: string) => readHeader(headers, name) ?? null } : {}
  return { device, circumstances: { ...header, parameters, device, scheme, userAgent, country, now, session } }
}

/** What is sent on as it came keeps its own words; only what Kaltura does not understand is translated. */
function decidedOf(
  plan: Plan,
  device: string,
  untouched: string | null,
  request: PlayManifestRequest,
  cdnUrls: ReadonlyMap<string, string>
): Decided {
  const cdnUrl = untouched === null ? plan.cdnUrl : null
  const narrowing = untouched === null ? plan.narrowing : null
  const own = request.effective.protocol
  return {
    problem: null,
    untouched,
    device,
    rule: untouched === null ? plan.rule : null,
    format: plan.format,
    protocol: untouched === null ? plan.protocol : typeof own === 'string' ? own : null,
    adds: untouched === null ? plan.adds : {},
    tags: narrowing === null || narrowing.ownLevels ? null : narrowing.levels,
    manifest: untouched === null ? plan.manifest : null,
    filters: narrowing?.filters ?? null,
    excludeAudioOnly: narrowing?.excludeAudioOnly ?? false,
    single: narrowing?.single ?? null,
    maxBitrate: narrowing?.maxBitrate ?? null,
    delivery: untouched === null ? plan.delivery : 'redirect',
    cdnUrl,
    cdnBase: cdnUrl === null ? null : (cdnUrls.get(cdnUrl) ?? null),
    deliveryHosts: untouched === null ? plan.deliveryHosts : null,
    caching: untouched === null ? cachingOf(plan) : null
  }
}

function cachingOf({ private: isPrivate, longest }: Plan): Decided['caching'] {
  if (isPrivate) return 'one viewer'
  return longest === null ? null : longest / 1000
}

/** What a decision makes of an entry's flavors. */
export interface ChosenFlavors {
  /** Ids that the rule writes into the request; null: it leaves the choice to Kaltura. */
  flavorIds: readonly string[] | null
  /** Ids that the viewer gets in the end, by Kaltura's own selection, where the gateway serves the manifest; null: error 6. */
  gets: readonly string[] | null
}

/** The flavors of a decided request. @param flavors all of the entry, as a widget session lists them */
export function predictFlavors(
  { decided, request, plan }: Extract<Prediction, { plan: Plan }>,
  flavors: readonly FlavorAsset[]
): ChosenFlavors {
  const effective = { ...request.effective, ...(decided as Decided).adds }
  const window = bitrateWindow(effective)
  const named =
    plan.narrowing === null || (decided as Decided).untouched !== null
      ? []
      : narrow(plan.narrowing, flavors, { min: window?.min ?? null, max: window?.max ?? null })
  const flavorIds = named.length === 0 ? null : named.map(({ id }) => id)
  const set = flavorIds === null ? {} : { flavorIds: flavorIds.join(',') }
  const selection = selectFlavors({ flavors, params: { ...effective, ...plan.set, ...set } })
  if (!selection.ok) return { flavorIds, gets: null }
  // As where the gateway serves a playlist; an MPD is not edited for that, nor is what Kaltura answers behind a redirect.
  const served = manifestKind(plan.format) === 'hls' && plan.delivery !== 'redirect'
  const cut = served && plan.narrowing?.excludeAudioOnly === true && flavorIds !== null
  const got = cut ? selection.flavors.filter((flavor) => !hasNoVideo(flavor)) : selection.flavors
  return { flavorIds, gets: got.map(({ id }) => id) }
}

/** Kaltura's token over a URL takes the place of a signature of ours. */
function isKalturaToken(kt: string | false | undefined): boolean {
  return typeof kt === 'string' && /^[0-9a-f]{40}$/i.test(kt)
}

function kalturaCode(code: number): string {
  return errorName(code) ?? `KALTURA_${code}`
}
