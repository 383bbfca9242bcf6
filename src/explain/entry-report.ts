import type { AccessControl, Catalog } from '../kaltura/catalog-client.js'
import { maskedWhole } from './mask.js'

const OPERATORS_ONLY = "read with the gateway's own credential: for operators, and in no answer to a viewer"

/** The facts about an entry that sharing goes by. */
export function entryReport(catalog: Catalog) {
  const { parent, visibleFlavors, visibleEntry } = catalog
  return maskedWhole({
    note: OPERATORS_ONLY,
    ...factsOf(catalog),
    anybodySeesIt: visibleFlavors !== null,
    // What rules go by.
    tags: visibleEntry?.tags ?? null,
    categories: visibleEntry?.categories ?? null,
    categoryIds: visibleEntry?.categoryIds ?? null,
    parent: parent === null ? null : factsOf(parent)
  })
}

function factsOf({ entry, profile }: AccessControl) {
  const accessControl =
    profile === null
      ? 'could not be read'
      : { profile: profile.id, rules: profile.rules === null ? 'not listed' : profile.rules.length }
  if (typeof entry === 'string') return { entry, accessControl }
  const { startDate, endDate } = entry
  return {
    entry: {
      id: entry.id,
      partnerId: entry.partnerId,
      type: entry.type,
      mediaType: entry.mediaType,
      status: entry.status,
      moderationStatus: entry.moderationStatus,
      displayInSearch: entry.displayInSearch,
      starts: startDate === null ? null : dateText(startDate),
      ends: endDate === null ? null : dateText(endDate),
      parentEntryId: entry.parentEntryId,
      seconds: entry.msDuration / 1000
    },
    accessControl
  }
}

/** @param seconds Unix s; Kaltura takes any number */
export function dateText(seconds: number): string {
  const date = new Date(seconds * 1000)
  return Number.isNaN(date.getTime()) ? String(seconds) : date.toISOString()
}
