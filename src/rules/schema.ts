import Type, { type Static } from 'typebox'
import { FORMATS } from '../playmanifest/formats.js'
import { DEVICE_CLASSES } from '../viewer/device.js'

const Words = Type.Array(Type.String({ minLength: 1 }), { minItems: 1 })

/** One of the words, by name: a rule that says `ipadd` would never match, and nobody would know. */
function oneOf<T extends string>(words: readonly T[]) {
  return Type.Enum([...words] as [T, ...T[]])
}

function OneOrMore<T extends string>(words: readonly T[]) {
  return Type.Union([oneOf(words), Type.Array(oneOf(words), { minItems: 1 })])
}

/** What a rule looks at. Every field given must match; a list matches when one of its values does. */
export const WhenSchema = Type.Object(
  {
    device: Type.Optional(OneOrMore(DEVICE_CLASSES)),
    /** Effective `format`, after the default for a missing one. */
    format: Type.Optional(OneOrMore([...FORMATS, 'auto'])),
    /** Android below this major version; an unknown version does not match. */
    androidBelow: Type.Optional(Type.Integer({ minimum: 1 })),
    /** Android from this major version; an unknown version matches. */
    androidFrom: Type.Optional(Type.Integer({ minimum: 1 })),
    partner: Type.Optional(Type.Union([Type.Integer(), Type.Array(Type.Integer(), { minItems: 1 })]))
  },
  { additionalProperties: false }
)

/** What a matching rule decides. */
export const ThenSchema = Type.Object(
  {
    /** Format sent upstream; only replaces `auto` or a missing one, never an explicit format. */
    format: Type.Optional(oneOf(FORMATS)),
    /** Levels in order; the first level with a match wins, inside a level tags are alternatives. */
    tags: Type.Optional(Type.Array(Words, { minItems: 1 })),
    /** One flavor only, and which by bitrate. */
    single: Type.Optional(Type.Union([Type.Literal('largest'), Type.Literal('smallest')])),
    /** kbps; with `single`, flavors above are left out unless none is below. */
    maxBitrate: Type.Optional(Type.Number({ exclusiveMinimum: 0 })),
    /** Leaves out flavors whose width, height and frame rate are all 0. */
    excludeAudioOnly: Type.Optional(Type.Boolean()),
    delivery: Type.Optional(Type.Union([Type.Literal('mirror'), Type.Literal('redirect'), Type.Literal('proxy')]))
  },
  { additionalProperties: false }
)

export const RuleSchema = Type.Object(
  { name: Type.String({ minLength: 1 }), when: WhenSchema, then: ThenSchema },
  { additionalProperties: false }
)

export type Rule = Static<typeof RuleSchema>
export type Delivery = 'mirror' | 'redirect' | 'proxy'
