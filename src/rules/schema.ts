import Type, { type Static } from 'typebox'

/** Device classes a rule may name; the values of `Device['class']` in viewer/device.ts. */
const Words = Type.Array(Type.String({ minLength: 1 }), { minItems: 1 })
const WordOrWords = Type.Union([Type.String({ minLength: 1 }), Words])

/** What a rule looks at. Every field given must match; a list matches when one of its values does. */
export const WhenSchema = Type.Object(
  {
    device: Type.Optional(WordOrWords),
    /** Effective `format`, after the default for a missing one. */
    format: Type.Optional(WordOrWords),
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
    format: Type.Optional(Type.String({ minLength: 1 })),
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
