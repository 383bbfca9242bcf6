import Type, { type Static } from 'typebox'
import { FORMATS } from '../playmanifest/formats.js'
import { DEVICE_CLASSES } from '../viewer/device.js'

const Words = Type.Array(Type.String({ minLength: 1 }), { minItems: 1 })

/** One of the words, by name: a rule that says `ipadd` would never match, and nobody would know. */
function oneOf<T extends string>(words: readonly T[], options: { description?: string } = {}) {
  return Type.Enum([...words] as [T, ...T[]], options)
}

function OneOrMore<T extends string>(words: readonly T[], description: string) {
  return Type.Union([oneOf(words), Type.Array(oneOf(words), { minItems: 1 })], { description })
}

/** What a rule looks at. Every field given must match; a list matches when one of its values does. */
export const WhenSchema = Type.Object(
  {
    device: Type.Optional(OneOrMore(DEVICE_CLASSES, 'Device class, or several.')),
    format: Type.Optional(
      OneOrMore([...FORMATS, 'auto'], 'The `format` asked for; a request without one asks for `url`.')
    ),
    androidBelow: Type.Optional(
      Type.Integer({
        minimum: 1,
        description: 'Android before this major version; an unknown version counts as a new one.'
      })
    ),
    androidFrom: Type.Optional(
      Type.Integer({ minimum: 1, description: 'Android from this major version on, or of unknown version.' })
    ),
    partner: Type.Optional(
      Type.Union([Type.Integer(), Type.Array(Type.Integer(), { minItems: 1 })], {
        description: 'Partner id in the URL, or several.'
      })
    )
  },
  { additionalProperties: false, description: 'Conditions: all have to hold; of a list, one value. {} always matches.' }
)

/** What a matching rule decides. */
export const ThenSchema = Type.Object(
  {
    format: Type.Optional(
      oneOf(FORMATS, { description: 'Takes the place of `format/auto`; a format named in the URL stands.' })
    ),
    tags: Type.Optional(
      Type.Array(Words, {
        minItems: 1,
        description: 'Levels of tags in order: the first with a flavor decides; in one level tags are alternatives.'
      })
    ),
    single: Type.Optional(
      Type.Union([Type.Literal('largest'), Type.Literal('smallest')], {
        description: 'One flavor of those that `tags` chose: the one of highest or of lowest bitrate.'
      })
    ),
    maxBitrate: Type.Optional(
      Type.Number({
        exclusiveMinimum: 0,
        description: 'In kbps, with `single: largest`: larger flavors are left out while a smaller one is there.'
      })
    ),
    excludeAudioOnly: Type.Optional(
      Type.Boolean({ description: 'With `tags`: leaves out flavors without width, height and frame rate.' })
    ),
    delivery: Type.Optional(
      Type.Union([Type.Literal('mirror'), Type.Literal('redirect'), Type.Literal('proxy')], {
        description: 'For what is proven public: as Kaltura answers, always a redirect, or always the manifest.'
      })
    )
  },
  { additionalProperties: false, description: "What the rule decides; {} keeps Kaltura's own choice." }
)

export const RuleSchema = Type.Object(
  {
    name: Type.String({ minLength: 1, description: 'Stands in the log and in explanations.' }),
    when: WhenSchema,
    then: ThenSchema
  },
  { additionalProperties: false }
)

export type Rule = Static<typeof RuleSchema>
export type Delivery = 'mirror' | 'redirect' | 'proxy'
