import Type, { type Static } from 'typebox'
import { FORMATS } from '../playmanifest/formats.js'
import { PARAMETER_NAMES, type ParameterName, specOf } from '../playmanifest/parameters.js'
import { DEVICE_CLASSES, DEVICE_FORMS, DEVICE_PLAYERS, OPERATING_SYSTEMS } from '../viewer/device-class.js'
import { CODECS } from './flavor-filters.js'

const Words = Type.Array(Type.String({ minLength: 1 }), { minItems: 1 })

/** One of the words, by name: a rule that says `ipadd` would never match, and nobody would know. */
function oneOf<T extends string>(words: readonly T[], options: { description?: string } = {}) {
  return Type.Enum([...words] as [T, ...T[]], options)
}

function OneOrMore<T extends string>(words: readonly T[], description: string) {
  return Type.Union([oneOf(words), Type.Array(oneOf(words), { minItems: 1 })], { description })
}

function TextOrMore(options: { minLength?: number; maxLength?: number; pattern?: string }, description: string) {
  return Type.Union([Type.String(options), Type.Array(Type.String(options), { minItems: 1 })], { description })
}

/** A number with a fraction is refused: of 17.10 YAML makes 17.1. */
function Version(description: string) {
  return Type.Union([Type.Integer({ minimum: 0 }), Type.String({ pattern: '^\\d{1,4}(\\.\\d{1,4})?$' })], {
    description
  })
}

/** Parameters with conditions of their own, and those of which a rule is to know nothing: who asks, and secrets. */
export const CONDITION_PARAMETERS: readonly ParameterName[] = PARAMETER_NAMES.filter((name) => {
  const spec = specOf(name)
  return (
    spec.secret !== true &&
    spec.class !== 'identity' &&
    spec.class !== 'gateway' &&
    !['entryId', 'format', 'clientTag', '_'].includes(name)
  )
})

const Parameter = Type.Union([Type.Boolean(), Type.String(), Type.Array(Type.String(), { minItems: 1 })])

const Category = Type.Union([
  Type.Integer({ minimum: 1 }),
  Type.String({ minLength: 1, maxLength: 500, pattern: '^[^,]*[^,\\s>]$' })
])

const ClockTime = Type.String({ pattern: '^([01]\\d|2[0-3]):[0-5]\\d$', description: 'In quotes, such as "18:00".' })

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
    ),
    form: Type.Optional(OneOrMore(DEVICE_FORMS, 'Kind of device, where it is known.')),
    player: Type.Optional(OneOrMore(DEVICE_PLAYERS, 'Media stack or tool that names itself in the User-Agent.')),
    os: Type.Optional(OneOrMore(OPERATING_SYSTEMS, 'Operating system, where it is known.')),
    osFrom: Type.Optional(Version('With `os`: from this version on, or of unknown version. 17, or "17.4" in quotes.')),
    osBelow: Type.Optional(
      Version('With `os`: before this version; an unknown one counts as new. 17, or "17.4" in quotes.')
    ),
    userAgent: Type.Optional(
      TextOrMore({ minLength: 1, maxLength: 200 }, 'Text that the User-Agent holds, compared with case.')
    ),
    clientTag: Type.Optional(
      TextOrMore({ minLength: 1, maxLength: 200 }, 'What the `clientTag` of the URL begins with, such as `html5:v3`.')
    ),
    country: Type.Optional(
      TextOrMore({ pattern: '^[A-Z]{2}$' }, "The viewer's country by the header of a CDN in TRUST_PROXY; two capitals.")
    ),
    header: Type.Optional(
      Type.Object(
        {},
        {
          additionalProperties: Parameter,
          minProperties: 1,
          description:
            'Headers under `trustedHeaders`, of a proxy in TRUST_PROXY: true (there), false (not there), a value, or several.'
        }
      )
    ),
    entry: Type.Optional(TextOrMore({ pattern: '^[0-9A-Za-z_-]{1,64}$' }, 'Entry id in the URL, or several.')),
    entryTags: Type.Optional(
      TextOrMore(
        { minLength: 1, maxLength: 200, pattern: '^[^,]*[^,\\s][^,]*$' },
        'A tag of the entry, or several, compared with case; what anybody may see of it counts.'
      )
    ),
    category: Type.Optional(
      Type.Union([Category, Type.Array(Category, { minItems: 1 })], {
        description:
          'A category of the entry, or several: ids, or full names such as `News>Sport`, with what is below them.'
      })
    ),
    parameters: Type.Optional(
      Type.Object(
        Object.fromEntries(CONDITION_PARAMETERS.map((name) => [name, Type.Optional(Parameter)])) as Partial<
          Record<ParameterName, Type.TOptional<typeof Parameter>>
        > as Record<ParameterName, Type.TOptional<typeof Parameter>>,
        {
          additionalProperties: false,
          minProperties: 1,
          description: 'Parameters of the URL: true (given), false (not given), a value in quotes, or several.'
        }
      )
    ),
    time: Type.Optional(
      Type.Object(
        {
          from: ClockTime,
          until: ClockTime,
          zone: Type.Optional(Type.String({ minLength: 1, description: 'Such as Europe/Berlin; default UTC.' }))
        },
        { additionalProperties: false, description: 'Part of every day; its beginning and end also end answers.' }
      )
    ),
    percent: Type.Optional(
      Type.Number({
        exclusiveMinimum: 0,
        exclusiveMaximum: 100,
        description:
          'Share of the sessions that get this far, chosen by playSessionId. Such answers are for one viewer.'
      })
    )
  },
  { additionalProperties: false, description: 'Conditions: all have to hold; of a list, one value. {} always matches.' }
)

/** What is left out of the flavors that tags chose. */
export const FiltersSchema = Type.Object(
  {
    codecs: Type.Optional(OneOrMore(CODECS, 'Video codecs that pass; one that is not known passes.')),
    maxHeight: Type.Optional(Type.Integer({ minimum: 1, description: 'In pixels.' })),
    minBitrate: Type.Optional(Type.Number({ exclusiveMinimum: 0, description: 'In kbps.' })),
    maxBitrate: Type.Optional(Type.Number({ exclusiveMinimum: 0, description: 'In kbps.' }))
  },
  {
    additionalProperties: false,
    minProperties: 1,
    description:
      "Leaves out video flavors of those that `tags`, or else Kaltura's own tags, chose. A filter that would leave none is passed over."
  }
)

/** What is made of a manifest. */
export const ManifestSchema = Type.Object(
  {
    maxHeight: Type.Optional(Type.Integer({ minimum: 1, description: 'In pixels.' })),
    maxBitrate: Type.Optional(
      Type.Number({ exclusiveMinimum: 0, description: 'In kbps, as the manifest announces it.' })
    ),
    cutAudioOnly: Type.Optional(Type.Boolean({ description: 'Cuts HLS variants that have no video.' })),
    order: Type.Optional(
      oneOf(['ascending', 'descending'], { description: 'Of HLS variants, by the bitrate that they announce.' })
    )
  },
  {
    additionalProperties: false,
    minProperties: 1,
    description: 'What is made of an HLS or DASH manifest where the gateway serves it; a redirect knows nothing of it.'
  }
)

/** What a matching rule decides. */
export const ThenSchema = Type.Object(
  {
    format: Type.Optional(
      oneOf(FORMATS, { description: 'Takes the place of `format/auto`; a format named in the URL stands.' })
    ),
    preset: Type.Optional(
      Type.String({
        minLength: 1,
        description:
          'A name under `presets`: its parameters count as if the URL had them; what the URL says itself wins.'
      })
    ),
    tags: Type.Optional(
      Type.Array(Words, {
        minItems: 1,
        description: 'Levels of tags in order: the first with a flavor decides; in one level tags are alternatives.'
      })
    ),
    filters: Type.Optional(FiltersSchema),
    single: Type.Optional(
      Type.Union([Type.Literal('largest'), Type.Literal('smallest')], {
        description:
          'With `tags` or `filters`: one flavor of those that they chose: the one of highest or of lowest bitrate.'
      })
    ),
    maxBitrate: Type.Optional(
      Type.Number({
        exclusiveMinimum: 0,
        description: 'In kbps, with `single: largest`: larger flavors are left out while a smaller one is there.'
      })
    ),
    excludeAudioOnly: Type.Optional(
      Type.Boolean({
        description: 'With `tags` or `filters`: leaves out flavors without width, height and frame rate.'
      })
    ),
    manifest: Type.Optional(ManifestSchema),
    delivery: Type.Optional(
      Type.Union([Type.Literal('mirror'), Type.Literal('redirect'), Type.Literal('proxy')], {
        description: 'For what is proven public: as Kaltura answers, always a redirect, or always the manifest.'
      })
    ),
    cdnUrl: Type.Optional(
      Type.String({
        minLength: 1,
        description:
          "A name under `cdnUrls`: a redirect to Kaltura's own playManifest goes to that base; else to cdnUrl."
      })
    ),
    deliveryHosts: Type.Optional(
      Type.Array(Type.String({ minLength: 1 }), {
        minItems: 1,
        description:
          'Hosts as under `hosts.allowed`: delivery URLs at others are not handed out; the viewer is redirected to Kaltura instead.'
      })
    ),
    caching: Type.Optional(
      Type.Union([Type.String(), Type.Number({ minimum: 0 })], {
        description: 'How long an answer may be kept by caches at most, such as 10s; 0: not at all.'
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

/** A second set of rules, asked beside the first and never followed. */
export const ShadowSchema = Type.Object(
  {
    percent: Type.Optional(
      Type.Number({
        exclusiveMinimum: 0,
        maximum: 100,
        description: 'Share of the requests about which they are asked; default 100.'
      })
    ),
    rules: Type.Array(RuleSchema, { minItems: 1 })
  },
  {
    additionalProperties: false,
    description:
      'Rules that are asked beside `rules`: what they would decide otherwise is counted, logged and never answered.'
  }
)

export type RawRule = Static<typeof RuleSchema>

/** A rule as it was read: its durations in ms. */
export type Rule = Omit<RawRule, 'then'> & { then: Omit<RawRule['then'], 'caching'> & { caching?: number } }
export type Delivery = 'mirror' | 'redirect' | 'proxy'
