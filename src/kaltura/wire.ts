import { type FlavorAsset, parseTags } from '../flavors/flavor-asset.js'
import type { EntryWords } from '../rules/entry-words.js'

/**
 * Readers of API v3's JSON. Kaltura sends numbers as numbers or as text, and leaves null properties out, so every field
 * is read for what it means (reference api-v3.md section 4; recordings baseentry_get_*, flavorasset_list_*).
 */

export interface ApiError {
  code: string
  /** Kaltura's text, which may quote a KS: never log it. */
  message: string
}

/** What decides about an entry; times in Unix seconds. */
export interface EntryFacts {
  id: string
  partnerId: number
  /** KalturaEntryType as text: `1` media clip, `7` live stream ... or a plugin's name. */
  type: string
  /** KalturaMediaType as text: `1` video, `2` image, `5` audio; empty when the entry has none. */
  mediaType: string
  /** KalturaEntryStatus as text; `2` is READY. */
  status: string
  moderationStatus: string
  startDate: number | null
  endDate: number | null
  accessControlId: string
  parentEntryId: string
  /** `-2` is recycled. */
  displayInSearch: string
  capabilities: string
  msDuration: number
}

/** An access control profile; `rules` is null when the answer did not say. */
export interface AccessControlProfile {
  id: string
  rules: readonly unknown[] | null
}

type Json = Record<string, unknown>

export function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Kaltura's error object, wherever it stands; null for anything else. */
export function readApiError(value: unknown): ApiError | null {
  if (!isObject(value) || value.objectType !== 'KalturaAPIException' || typeof value.code !== 'string') return null
  // It stands in logs; what is no name at all may quote a session.
  const code = /^\w{1,64}$/.test(value.code) ? value.code : 'UNNAMED'
  return { code, message: text(value.message) }
}

/** Reads an entry of any type; null when the value is none. */
export function readEntry(value: unknown): EntryFacts | null {
  if (!isObject(value) || readApiError(value) !== null) return null
  const id = text(value.id)
  const partnerId = number(value.partnerId)
  if (id === '' || partnerId === null) return null
  return {
    id,
    partnerId,
    type: text(value.type),
    mediaType: text(value.mediaType),
    status: text(value.status),
    moderationStatus: text(value.moderationStatus),
    startDate: date(value.startDate),
    endDate: date(value.endDate),
    accessControlId: text(value.accessControlId),
    parentEntryId: text(value.parentEntryId),
    displayInSearch: text(value.displayInSearch),
    capabilities: text(value.capabilities),
    msDuration: number(value.msDuration) ?? 0
  }
}

/** Tags or categories of one entry that are looked at: strangers do not write them, but nothing is endless. */
const MAX_WORDS = 500

/** How an entry is filed; empty lists when the answer does not say. */
export function readEntryWords(value: unknown): EntryWords {
  const { tags, categories, categoriesIds } = isObject(value) ? value : {}
  const words = (list: unknown) => parseTags(text(list)).slice(0, MAX_WORDS)
  return {
    tags: words(tags),
    categories: words(categories),
    categoryIds: words(categoriesIds).map(Number).filter(Number.isSafeInteger)
  }
}

/** One page of Kaltura's: more than is asked for is not an answer to the question. */
const MAX_FLAVORS = 500

/** Reads a list answer or a bare array of flavor assets, 500 at most; null when the value is neither. */
export function readFlavors(value: unknown): FlavorAsset[] | null {
  const list = Array.isArray(value) ? value : isObject(value) && Array.isArray(value.objects) ? value.objects : null
  if (list === null) return null
  return list
    .slice(0, MAX_FLAVORS)
    .filter(isObject)
    .flatMap((asset, order) => {
      const id = text(asset.id)
      return id === '' ? [] : [readFlavor(asset, id, order)]
    })
}

function readFlavor(asset: Json, id: string, order: number): FlavorAsset {
  return {
    id,
    flavorParamsId: number(asset.flavorParamsId) ?? 0,
    tags: parseTags(text(asset.tags)),
    bitrate: number(asset.bitrate) ?? 0,
    width: number(asset.width) ?? 0,
    height: number(asset.height) ?? 0,
    frameRate: number(asset.frameRate) ?? 0,
    fileExt: text(asset.fileExt),
    containerFormat: text(asset.containerFormat),
    videoCodecId: text(asset.videoCodecId),
    status: number(asset.status) ?? 0,
    language: text(asset.language),
    label: typeof asset.label === 'string' ? asset.label : null,
    isDefault: truth(asset.isDefault),
    isOriginal: truth(asset.isOriginal),
    version: text(asset.version),
    order
  }
}

/** Reads an access control profile; null when the value is none. */
export function readProfile(value: unknown): AccessControlProfile | null {
  if (!isObject(value) || readApiError(value) !== null) return null
  const id = text(value.id)
  return id === '' ? null : { id, rules: Array.isArray(value.rules) ? value.rules : null }
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : typeof value === 'number' ? String(value) : ''
}

function number(value: unknown): number | null {
  const result =
    typeof value === 'number' ? value : typeof value === 'string' && value.trim() !== '' ? Number(value) : Number.NaN
  return Number.isFinite(result) ? result : null
}

/** A date of 0 or less is Kaltura's way to say "none". */
function date(value: unknown): number | null {
  const seconds = number(value)
  return seconds === null || seconds <= 0 ? null : seconds
}

function truth(value: unknown): boolean {
  return value === true || value === 1 || value === '1'
}
