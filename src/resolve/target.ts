import type { SafeLocation } from '../kaltura/locations.js'
import type { ManifestPolicy } from '../manifest/policy.js'
import type { ManifestKind } from '../playmanifest/formats.js'

/** What Kaltura's playManifest answered to a request that carries nothing of a viewer. */
export type Target =
  /** A delivery URL. */
  | { kind: 'redirect'; location: SafeLocation }
  /** A manifest, every URI in it absolute; `origins`: the places that they name (delivery-hosts.ts). */
  | { kind: 'manifest'; manifest: ManifestKind; body: string; etag: string; origins: readonly string[] }
  /** Another document of Kaltura's (F4M, SMIL, JSON ...), byte for byte. */
  | { kind: 'document'; contentType: string; disposition: string | null; body: string; etag: string }
  /** Kaltura's own error about the entry. */
  | { kind: 'error'; code: number; app: string | null }

/** A target, or why what upstream answered may not be given to anybody else. */
export type ReadTarget = Target | { kind: 'private'; reason: string }

/** Everything that a shared value depends on: the upstream request is built from this and from nothing else. */
export interface TargetKey {
  partnerId: number
  /** The viewer's: what was answered to https is never given to http, as Kaltura's own caches have it. */
  scheme: 'http' | 'https'
  /** Path and query of the upstream request, from `writeCanonical`. */
  path: string
  manifest: ManifestKind | null
  /** Whether a redirect to a manifest is followed, so that the manifest itself is the value. */
  follow: boolean
  /** Flavors that the rule excludes and Kaltura adds by itself: cut from a manifest that is served here. Sorted. */
  cut: readonly string[]
  /** What else is made of a manifest that is served here; null: nothing. */
  policy: ManifestPolicy | null
}

/** A structure as text: two different keys never become one. */
export function targetKeyText(serviceUrl: string, key: TargetKey): string {
  return JSON.stringify([
    serviceUrl,
    key.partnerId,
    key.scheme,
    key.path,
    key.manifest,
    key.follow,
    key.cut,
    key.policy
  ])
}
