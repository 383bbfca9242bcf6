import { type Problem, problem } from '../answer/problem.js'
import type { PartnerConfig } from '../config/config.js'
import { PARAMETERS, type ParameterName } from '../playmanifest/parameters.js'
import type { PlayManifestRequest } from '../playmanifest/parse.js'
import { type Preset, withPreset } from '../playmanifest/presets.js'

export type PresetCheck = { ok: true; request: PlayManifestRequest } | { ok: false; problem: Problem }

/**
 * Puts a preset's parameters in place of its name, after the signature was checked: what is signed is the name. A URL
 * that Kaltura signed (`kt`) has to reach it byte for byte, so nothing is put into it.
 */
export function applyPreset(
  request: PlayManifestRequest,
  partner: Pick<PartnerConfig, 'presetsOnly'>,
  presets: ReadonlyMap<string, Preset>,
  method: string
): PresetCheck {
  const { effective } = request
  if (partner.presetsOnly) {
    const refusal = whyNotPreset(request, method)
    if (refusal !== null) return { ok: false, problem: problem('PRESETS_ONLY', refusal) }
  }
  if (effective.preset === undefined || effective.kt !== undefined) return { ok: true, request }
  const preset = effective.preset === false ? undefined : presets.get(effective.preset)
  if (preset === undefined) {
    return {
      ok: false,
      problem: problem('BAD_PRESET', 'preset has to be a name that the configuration lists under presets.')
    }
  }
  const expanded = withPreset(request, preset)
  if (expanded.ok) return expanded
  return { ok: false, problem: problem(expanded.code, expanded.detail) }
}

/** Why a partner who serves presets only does not serve this; null when he does. */
function whyNotPreset({ effective }: PlayManifestRequest, method: string): string | null {
  if (method === 'POST') return 'This partner serves presets only: a body may say anything. Ask with GET.'
  const names = Object.keys(effective) as ParameterName[]
  const other = names.find((name) => name !== 'entryId' && (CHOOSING.has(PARAMETERS[name].class) || name === 'kt'))
  if (other !== undefined) return `This partner serves presets only: leave out ${other}.`
  return effective.preset === undefined ? 'This partner serves presets only: name one, such as preset/mobile.' : null
}

const CHOOSING: ReadonlySet<string> = new Set(['choice', 'answer', 'viewer'])
