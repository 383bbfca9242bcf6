import Type, { type Static } from 'typebox'
import { FORMATS } from '../playmanifest/formats.js'
import { PARAMETER_NAMES, type ParameterName, specOf } from '../playmanifest/parameters.js'
import type { Preset } from '../playmanifest/presets.js'
import { DEVICE_CLASSES } from '../viewer/device-class.js'

/** What chooses or shapes an answer, and the same for everybody; never the entry, nor who asks. */
const BUNDLED = PARAMETER_NAMES.filter(
  (name) => ['choice', 'answer'].includes(specOf(name).class) && !['entryId', 'format', 'protocol'].includes(name)
)

const Value = Type.Union([
  Type.String({ minLength: 1, maxLength: 1000, pattern: '^[^\\u0000-\\u001f\\u007f]+$' }),
  // What YAML reads as a number is written as one: beyond this not with all its digits.
  Type.Number({ minimum: -Number.MAX_SAFE_INTEGER, maximum: Number.MAX_SAFE_INTEGER })
])

const PresetSchema = Type.Object(
  {
    format: Type.Optional(Type.Enum([...FORMATS, 'auto'] as [string, ...string[]])),
    protocol: Type.Optional(Type.Enum(['http', 'https'])),
    device: Type.Optional(Type.Enum([...DEVICE_CLASSES] as [string, ...string[]])),
    ...(Object.fromEntries(BUNDLED.map((name) => [name, Type.Optional(Value)])) as object)
  },
  { additionalProperties: false, minProperties: 1 }
)

/** Bundles of parameters by name. */
export const PresetsSchema = Type.Object(
  {},
  {
    patternProperties: { '^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$': PresetSchema },
    additionalProperties: false,
    description: 'Bundles of parameters that a URL names by preset/NAME; a parameter in the URL wins.'
  }
)

type RawPreset = Static<typeof PresetSchema> & Partial<Record<ParameterName, string | number>>

/** The presets of a file that the schema was content with. */
export function readPresets(raw: object = {}): ReadonlyMap<string, Preset> {
  return new Map(
    Object.entries(raw as Record<string, RawPreset>).map(([name, bundle]) => [
      name,
      Object.fromEntries(Object.entries(bundle).map(([parameter, value]) => [parameter, String(value)]))
    ])
  )
}
