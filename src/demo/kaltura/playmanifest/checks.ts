import { createHash } from 'node:crypto'
import { checkBitrates } from '../../../flavors/bitrate-window.js'
import { errorDetail } from '../../../playmanifest/errors.js'
import type { EffectiveParameters } from '../../../playmanifest/parameters.js'
import { type AccessResult, evaluateAccess, isBlocked, NO_RULES, previewOf } from '../access.js'
import type { CatalogEntry } from '../catalog-types.js'
import type { KalturaOptions } from '../options.js'
import { hasPrivilege, isEntitled, isWidget, readKs, type Session } from '../session.js'

/** One of Kaltura's error numbers; the access header is there once rules were evaluated. */
export class PlayManifestError extends Error {
  readonly code: number
  readonly detail: string | undefined
  readonly acp: string | null
  constructor(code: number, acp: string | null = null, detail: string | undefined = errorDetail(code)) {
    super(`error ${code}`)
    this.code = code
    this.detail = detail
    this.acp = acp
  }
}

/** Who asks and how, as the checks need it. */
export interface Viewer {
  method: string
  /** Path and query as sent. */
  url: string
  ip: string
  userAgent: string
  /** The Referer header. */
  referer: string
  /** The KS of header or parameter; empty without one. */
  ks: string
}

/** What the checks found out. */
export interface Admitted {
  entry: CatalogEntry
  session: Session | null
  access: Pick<AccessResult, 'actions'>
  acp: string | null
  /** End of the clip that a preview rule grants, ms; null without one. */
  previewMs: number | null
  /** Seconds that clients may keep the answer; 0: no-store. */
  maxAge: 0 | 60
}

const RECYCLED = -2
const PENDING = 1
const REJECTED = 3

/**
 * The order of checks of reference playmanifest.md section 6, first failure wins. Throws PlayManifestError.
 * Not simulated: encryption enforcement of a partner.
 */
export function admit(options: KalturaOptions, params: EffectiveParameters, viewer: Viewer): Admitted {
  const now = Math.floor((options.now ?? Date.now)() / 1000)
  const badBitrate = checkBitrates(params)
  if (badBitrate !== null) throw new PlayManifestError(badBitrate)
  const hasToken = checkToken(options, params, viewer, now)
  const reading = viewer.ks === '' ? null : readKs(options.catalog, viewer.ks, { now, ip: viewer.ip, uri: viewer.url })
  if (reading?.state === 'invalid' && !hasToken) throw new PlayManifestError(7)
  const entry = options.catalog.entry(params.entryId || '')
  if (entry === undefined) throw new PlayManifestError(1)
  if (!hasToken && !isEntitled(entry, reading?.state === 'valid' ? reading.session : null)) {
    throw new PlayManifestError(1)
  }
  if (hasToken) return { entry, session: null, access: NO_RULES, acp: null, previewMs: null, maxAge: 60 }

  const partner = options.catalog.partners.get(entry.partnerId)
  if (partner === undefined) throw new PlayManifestError(14)
  if (partner.status !== 1) throw new PlayManifestError(15)
  const country = options.country?.(viewer.ip) ?? null
  if (country !== null && partner.blockedCountries?.includes(country)) throw new PlayManifestError(16)
  if (reading?.state === 'expired') throw new PlayManifestError(31)
  if (reading?.state === 'ip') throw new PlayManifestError(34)
  const guard = options.catalog.guardOf(entry)
  if (guard === undefined) throw new PlayManifestError(42)
  const profile = options.catalog.profileOf(entry)
  const hasRules = (profile?.rules.length ?? 0) > 0
  let session = reading === null || reading.state === 'invalid' ? null : reading.session
  if (session !== null && session.partnerId !== entry.partnerId) {
    if (hasRules) throw new PlayManifestError(32)
    session = null
  }
  if (reading?.state === 'uri' && session !== null) throw new PlayManifestError(7)

  const stated = decodeReferrer(params.referrer || '')
  const scope = {
    context: params.format === 'download' ? (2 as const) : (1 as const),
    entryId: entry.id,
    session,
    ip: viewer.ip,
    userAgent: viewer.userAgent,
    referrer: stated === '' ? viewer.referer : stated,
    country
  }
  const access = profile === undefined ? NO_RULES : evaluateAccess(profile, scope)
  const acp = access.header
  const previewMs = checkEntry(entry, guard, session, access, acp, now)
  const lookedAtViewer =
    access.lookedAt.has('address') ||
    access.lookedAt.has('userAgent') ||
    (access.lookedAt.has('referrer') && stated === '')
  const isAdmin = session !== null && session.type > 0
  const isShareable = !isAdmin && (session === null || isWidget(session) || !hasRules) && !lookedAtViewer
  return { entry, session, access, acp, previewMs, maxAge: isShareable ? 60 : 0 }
}

/**
 * Preview, or recycled, moderation, schedule, block: in that order. `guard` is the entry or its parent. Gives back the
 * preview's length.
 */
function checkEntry(
  entry: CatalogEntry,
  guard: CatalogEntry,
  session: Session | null,
  access: Pick<AccessResult, 'actions'>,
  acp: string | null,
  now: number
): number | null {
  const isAdmin = session !== null && session.type > 0
  const inModeration = guard.moderationStatus === PENDING || guard.moderationStatus === REJECTED
  const preview = previewOf(access)
  if (preview !== null && !isBlocked(access) && !isAdmin && !inModeration) {
    return preview < entry.lengthInMsecs ? preview : null
  }
  if (entry.displayInSearch === RECYCLED && !isAdmin) throw new PlayManifestError(58, acp)
  if (!isAdmin && !mayView(session, entry, guard)) {
    if (inModeration) throw new PlayManifestError(13, acp)
    if ((guard.startDate ?? 0) > now || (guard.endDate ?? Number.POSITIVE_INFINITY) < now) {
      throw new PlayManifestError(2, acp)
    }
  }
  if (isBlocked(access)) throw new PlayManifestError(3, acp)
  return null
}

function mayView(session: Session | null, entry: CatalogEntry, guard: CatalogEntry): boolean {
  return session !== null && (hasPrivilege(session, 'sview', entry.id) || hasPrivilege(session, 'sview', guard.id))
}

/** Kaltura's own URL token over path and query, and the end of its life (reference section 6, kt). */
function checkToken(options: KalturaOptions, params: EffectiveParameters, viewer: Viewer, now: number): boolean {
  const expiry = params.expiry || ''
  if (/^\s*[-+]?\d+/.test(expiry) && expiry !== '0' && Number(expiry) <= now) throw new PlayManifestError(28)
  const token = params.kt || ''
  if (token === '') return false
  const signed = (options.urlTokenSecret ?? '') + viewer.url.replaceAll(token, '{kt}')
  const expected = createHash('sha1').update(signed).digest('hex')
  if (viewer.method !== 'GET' || options.urlTokenSecret === undefined || token !== expected) {
    throw new PlayManifestError(27)
  }
  return true
}

/** Base64 of either alphabet, read leniently; unreadable is empty. */
function decodeReferrer(value: string): string {
  return Buffer.from(value.replace(/[- ]/g, '+').replaceAll('_', '/'), 'base64').toString('utf8')
}
