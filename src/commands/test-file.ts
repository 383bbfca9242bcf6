import Type, { type Static } from 'typebox'
import { ConfigError } from '../config/config.js'
import { readYaml } from '../config/file.js'
import type { FlavorAsset } from '../flavors/flavor-asset.js'
import { parsePlayManifestUrl } from '../playmanifest/parse.js'
import type { EntryWords } from '../rules/entry-words.js'
import { FiltersSchema, ManifestSchema } from '../rules/schema.js'
import { deviceFromHint } from '../viewer/device-hint.js'

const Text = Type.String({ minLength: 1 })
const Ids = Type.Array(Text)

/** A flavor of a case, as `flavors --json` prints them. Sizes are asked for: 0 by mistake would be an audio flavor. */
const FlavorSchema = Type.Object(
  {
    id: Text,
    tags: Type.Array(Text),
    bitrate: Type.Number({ minimum: 0 }),
    width: Type.Number({ minimum: 0 }),
    height: Type.Number({ minimum: 0 }),
    flavorParamsId: Type.Optional(Type.Integer()),
    frameRate: Type.Optional(Type.Number({ minimum: 0 })),
    fileExt: Type.Optional(Type.String()),
    containerFormat: Type.Optional(Type.String()),
    videoCodecId: Type.Optional(Type.String()),
    status: Type.Optional(Type.Integer()),
    language: Type.Optional(Type.String()),
    label: Type.Optional(Type.Union([Type.String(), Type.Null()])),
    isDefault: Type.Optional(Type.Boolean()),
    isOriginal: Type.Optional(Type.Boolean()),
    version: Type.Optional(Type.String()),
    size: Type.Optional(Type.Number()),
    devices: Type.Optional(Type.Array(Text))
  },
  { additionalProperties: false }
)

/** How an entry is filed, as anybody may see it. */
const EntryWordsSchema = Type.Object(
  {
    tags: Type.Optional(Type.Array(Text)),
    categories: Type.Optional(Type.Array(Text)),
    categoryIds: Type.Optional(Type.Array(Type.Integer({ minimum: 1 })))
  },
  { additionalProperties: false, minProperties: 1 }
)

/** A file of entries, by their ids. */
const EntriesSchema = Type.Record(Type.String({ pattern: '^[0-9A-Za-z_-]{1,64}$' }), EntryWordsSchema, {
  additionalProperties: false
})

/** What a case may say of the decision; what it does not say is not looked at. */
const ExpectSchema = Type.Object(
  {
    problem: Type.Optional(Text),
    rule: Type.Optional(Type.Union([Text, Type.Null()])),
    device: Type.Optional(Text),
    format: Type.Optional(Text),
    protocol: Type.Optional(Type.Union([Text, Type.Null()])),
    adds: Type.Optional(Type.Record(Text, Type.Union([Text, Type.Number()]))),
    tags: Type.Optional(Type.Union([Type.Array(Type.Array(Text, { minItems: 1 })), Type.Null()])),
    filters: Type.Optional(Type.Union([FiltersSchema, Type.Null()])),
    manifest: Type.Optional(Type.Union([ManifestSchema, Type.Null()])),
    excludeAudioOnly: Type.Optional(Type.Boolean()),
    single: Type.Optional(Type.Union([Type.Literal('largest'), Type.Literal('smallest'), Type.Null()])),
    maxBitrate: Type.Optional(Type.Union([Type.Number(), Type.Null()])),
    delivery: Type.Optional(Type.Union([Type.Literal('mirror'), Type.Literal('redirect'), Type.Literal('proxy')])),
    cdnUrl: Type.Optional(Type.Union([Text, Type.Null()])),
    deliveryHosts: Type.Optional(Type.Union([Ids, Type.Null()])),
    caching: Type.Optional(Type.Union([Type.Number({ minimum: 0 }), Type.Literal('one viewer'), Type.Null()])),
    untouched: Type.Optional(Type.Boolean()),
    flavorIds: Type.Optional(Type.Union([Ids, Type.Null()])),
    gets: Type.Optional(Type.Union([Ids, Type.Null()]))
  },
  { additionalProperties: false, minProperties: 1 }
)

const CaseSchema = Type.Object(
  {
    name: Text,
    url: Text,
    userAgent: Type.Optional(Type.String()),
    device: Type.Optional(Text),
    headers: Type.Optional(Type.Record(Type.String({ pattern: "^[A-Za-z0-9!#$%&'*+.^_`|~-]+$" }), Type.String())),
    trusted: Type.Optional(Type.Boolean()),
    time: Type.Optional(Text),
    flavors: Type.Optional(Type.Union([Text, Type.Array(FlavorSchema, { minItems: 1 })])),
    entry: Type.Optional(EntryWordsSchema),
    expect: ExpectSchema
  },
  { additionalProperties: false }
)

/** A file of cases; docs/cli.md describes it. */
export const TestFileSchema = Type.Object(
  {
    config: Type.Optional(Text),
    flavors: Type.Optional(Type.Record(Text, Type.Array(FlavorSchema, { minItems: 1 }))),
    cases: Type.Array(CaseSchema, { minItems: 1 })
  },
  { additionalProperties: false }
)

type RawFile = Static<typeof TestFileSchema>
export type Expectation = Static<typeof ExpectSchema>

/** One request and what has to be decided about it. */
export interface TestCase {
  name: string
  line: number
  /** Path and query, with the case's device in it. */
  target: string
  scheme: 'http' | 'https'
  headers: Readonly<Record<string, string>>
  trusted: boolean
  /** Unix ms; null: now. */
  time: number | null
  flavors: readonly FlavorAsset[] | null
  /** Null: not known. */
  entry: EntryWords | null
  expect: Expectation
}

export interface TestFile {
  /** The configuration file that it names, as written; null for none. */
  config: string | null
  cases: readonly TestCase[]
}

/**
 * Reads a file of cases.
 * @throws ConfigError with file and line of everything that is wrong: a key that is not known could be an expectation that
 *   nobody looks at
 */
export function readTestFile(path: string, text: string): TestFile {
  const { value, lineOf } = readYaml<RawFile>(path, text, TestFileSchema)
  const problems: string[] = []
  const wrong = (pointer: string, message: string) => problems.push(`${path}:${lineOf(pointer)}: ${pointer} ${message}`)
  const named = new Set<string>()
  const cases = value.cases.map((given, index) => {
    const at = `/cases/${index}`
    if (named.has(given.name)) wrong(`${at}/name`, `is "${given.name}" a second time; right would be a name of its own`)
    named.add(given.name)
    checkExpectation(given, at, wrong)
    const flavors = flavorsOf(given.flavors, value.flavors ?? {})
    if (flavors === 'unknown') wrong(`${at}/flavors`, `names "${given.flavors}", which is not among the file's flavors`)
    const time = given.time === undefined ? null : Date.parse(given.time)
    if (Number.isNaN(time))
      wrong(`${at}/time`, `is "${given.time}"; right would be a time such as 2026-01-31T12:00:00Z`)
    return {
      ...requestOf(given, at, wrong),
      name: given.name,
      line: lineOf(at),
      time,
      expect: given.expect,
      flavors,
      entry: wordsOf(given.entry)
    }
  })
  if (problems.length > 0) throw new ConfigError(problems)
  return { config: value.config ?? null, cases: cases as TestCase[] }
}

/**
 * Reads a file that says how entries are filed: entry ids, each with `tags`, `categories` or `categoryIds`.
 * @throws ConfigError with file and line
 */
export function readEntriesFile(path: string, text: string): ReadonlyMap<string, EntryWords> {
  const { value } = readYaml<Static<typeof EntriesSchema>>(path, text, EntriesSchema)
  return new Map(Object.entries(value).map(([id, words]) => [id, wordsOf(words)!]))
}

function wordsOf(given: Static<typeof EntryWordsSchema> | undefined): EntryWords | null {
  return given === undefined ? null : { tags: [], categories: [], categoryIds: [], ...given }
}

type RawCase = RawFile['cases'][number]
type Wrong = (pointer: string, message: string) => void

function checkExpectation({ expect, flavors }: RawCase, at: string, wrong: Wrong): void {
  if (expect.problem !== undefined && Object.keys(expect).length > 1) {
    wrong(`${at}/expect`, 'expects a problem and a decision; right would be one of them')
  }
  for (const key of ['flavorIds', 'gets'] as const) {
    if (expect[key] !== undefined && flavors === undefined) {
      wrong(`${at}/expect/${key}`, 'needs the flavors of the case; right would be flavors: beside the url')
    }
  }
}

function flavorsOf(
  given: RawCase['flavors'],
  named: NonNullable<RawFile['flavors']>
): readonly FlavorAsset[] | null | 'unknown' {
  if (given === undefined) return null
  if (typeof given !== 'string') return given.map(flavorOf)
  return Object.hasOwn(named, given) ? named[given]!.map(flavorOf) : 'unknown'
}

function flavorOf(given: Static<typeof FlavorSchema>, order: number): FlavorAsset {
  const isVideo = given.width > 0 || given.height > 0
  return {
    flavorParamsId: 0,
    frameRate: isVideo ? 25 : 0,
    fileExt: 'mp4',
    containerFormat: 'isom',
    videoCodecId: isVideo ? 'avc1' : '',
    status: 2,
    language: '',
    label: null,
    isDefault: false,
    isOriginal: false,
    version: '',
    ...given,
    order
  }
}

/** The request of a case, as it would come in. */
function requestOf(
  given: RawCase,
  at: string,
  wrong: Wrong
): Pick<TestCase, 'target' | 'scheme' | 'headers' | 'trusted'> {
  const absolute = /^(https?):\/\/[^/?#]+/i.exec(given.url)
  if (absolute === null && !given.url.startsWith('/')) {
    wrong(`${at}/url`, 'is no URL; right would be https://video.example.com/p/101/... or /p/101/...')
  }
  let target = given.url.slice(absolute?.[0].length ?? 0)
  const parsed = parsePlayManifestUrl(target)
  if (given.device !== undefined) {
    if (deviceFromHint(given.device) === null) wrong(`${at}/device`, `is "${given.device}", which is no device`)
    // A parameter of the path would win over it.
    if (parsed.ok && parsed.request.effective.device !== undefined) wrong(`${at}/device`, 'stands in the url too')
    target += `${target.includes('?') ? '&' : '?'}device=${encodeURIComponent(given.device)}`
  }
  if (parsed.ok && parsed.request.effective.grant !== undefined) {
    wrong(`${at}/url`, 'holds a grant, about which rules have no say')
  }
  const headers: Record<string, string> = Object.create(null)
  for (const [name, value] of Object.entries(given.headers ?? {})) {
    const lower = name.toLowerCase()
    if (headers[lower] !== undefined) wrong(`${at}/headers/${name}`, 'stands there twice')
    headers[lower] = value
  }
  if (given.userAgent !== undefined) {
    if (headers['user-agent'] !== undefined) wrong(`${at}/userAgent`, 'stands among the headers too')
    headers['user-agent'] = given.userAgent
  }
  const scheme = absolute?.[1]?.toLowerCase() === 'http' ? 'http' : 'https'
  return { target, scheme, headers, trusted: given.trusted ?? false }
}
