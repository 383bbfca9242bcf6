import type { PartnerConfig } from '../config/config.js'
import type { Catalog } from '../kaltura/catalog-client.js'
import { canonicalResponseFormat, manifestKind } from '../playmanifest/formats.js'
import { type EffectiveParameters, KEYED_PARAMETERS, type ParameterName } from '../playmanifest/parameters.js'
import type { PlayManifestRequest } from '../playmanifest/parse.js'
import { writeCanonical } from '../playmanifest/template.js'
import type { Plan } from '../rules/decide.js'
import { hasNoVideo } from '../rules/narrow.js'
import type { TargetKey } from './target.js'

/** The upstream request of a shared value: made of the keyed parameters alone, in one spelling. */
export function targetKey(
  request: PlayManifestRequest,
  partner: PartnerConfig,
  plan: Plan,
  catalog: Catalog,
  chosenIds: readonly string[],
  scheme: TargetKey['scheme']
): TargetKey {
  const parameters: Partial<Record<ParameterName, string | false>> = {}
  for (const name of KEYED_PARAMETERS) {
    const value = canonicalValue(name, request.effective, plan, chosenIds)
    if (value !== undefined) parameters[name] = value
  }
  const excluded = plan.narrowing?.excludeAudioOnly === true && chosenIds.length > 0
  return {
    partnerId: partner.id,
    scheme,
    path: writeCanonical(partner.id, parameters),
    manifest: manifestKind(plan.format),
    follow: plan.delivery === 'proxy' && manifestKind(plan.format) !== null,
    cut: excluded
      ? (catalog.visibleFlavors ?? [])
          .filter(hasNoVideo)
          .map((flavor) => flavor.id)
          .sort()
      : [],
    policy: manifestKind(plan.format) === null ? null : plan.manifest
  }
}

const SORTED: ReadonlySet<ParameterName> = new Set(['flavorIds', 'flavorParamIds'])

function canonicalValue(
  name: ParameterName,
  effective: EffectiveParameters,
  plan: Plan,
  chosenIds: readonly string[]
): string | false | undefined {
  if (name === 'format') return plan.format
  if (name === 'protocol') return plan.protocol
  if (name === 'flavorIds' && chosenIds.length > 0) return [...chosenIds].sort().join(',')
  const value = effective[name]
  if (name === 'responseFormat')
    return typeof value === 'string' ? (canonicalResponseFormat(value) ?? undefined) : value
  if (typeof value !== 'string' || !SORTED.has(name)) return value
  // Kaltura reads flavors by bitrate, whatever the order of the ids (recording flv_flavorIds_order_url).
  return [...new Set(value.split(','))].sort().join(',')
}
