import Type, { type Static, type TSchema } from 'typebox'
import { Compile } from 'typebox/compile'
import { isMap, isScalar, LineCounter, parseDocument } from 'yaml'
import { readHostPattern } from '../kaltura/hosts.js'
import { readActionPair } from '../rules/api-actions.js'
import { pointerPart } from '../rules/check.js'
import { type Rule, RuleSchema, ShadowSchema } from '../rules/schema.js'
import type { ShadowRules } from '../rules/shadow.js'
import { CdnUrlsSchema, readCdnUrls } from './bases.js'
import { ConfigError } from './config.js'
import { PresetsSchema, readPresets } from './presets.js'
import { type ReadValue, readRules, readTrustedHeader } from './rules-of-file.js'
import { mostTelling } from './schema-errors.js'
import { readBaseUrl, readBytes, readDuration, readEntryId, readReferenceId } from './values.js'

const Delivery = Type.Union([Type.Literal('mirror'), Type.Literal('redirect'), Type.Literal('proxy')])
const Duration = Type.Union([Type.String(), Type.Number({ minimum: 0 })])

const PartnerSchema = Type.Object(
  {
    id: Type.Integer({ minimum: 1 }),
    adminSecretFile: Type.Optional(Type.String({ minLength: 1 })),
    appTokenId: Type.Optional(Type.String({ minLength: 1 })),
    appTokenFile: Type.Optional(Type.String({ minLength: 1 })),
    sharePublic: Type.Optional(Type.Boolean()),
    ksUriRestrict: Type.Optional(Type.Union([Type.Literal('possible'), Type.Literal('never')])),
    upgradeInsecure: Type.Optional(Type.Boolean()),
    otherPartnersEntries: Type.Optional(Type.Union([Type.Literal('refuse'), Type.Literal('redirect')])),
    apiPassthrough: Type.Optional(
      Type.Union([Type.Literal('off'), Type.Literal('player'), Type.Array(Type.String({ minLength: 1 }))])
    ),
    forwardedFor: Type.Optional(Type.Union([Type.Literal('ignored'), Type.Literal('trusted')])),
    delivery: Type.Optional(Delivery),
    signedLinks: Type.Optional(Type.Union([Type.Literal('off'), Type.Literal('optional'), Type.Literal('required')])),
    grants: Type.Optional(Type.Boolean()),
    presetsOnly: Type.Optional(Type.Boolean()),
    viewerProxy: Type.Optional(Type.Boolean()),
    aliases: Type.Optional(Type.Record(Type.String(), Type.String()))
  },
  { additionalProperties: false }
)

const PerMinute = Type.Optional(Type.Integer({ minimum: 0, maximum: 1_000_000_000 }))

/** The YAML file; names as in docs/configuration.md. */
export const FileSchema = Type.Object(
  {
    serviceUrl: Type.Optional(Type.String()),
    cdnUrl: Type.Optional(Type.String()),
    cdnUrls: Type.Optional(CdnUrlsSchema),
    partners: Type.Optional(Type.Array(PartnerSchema)),
    hosts: Type.Optional(
      Type.Object({ allowed: Type.Optional(Type.Array(Type.String())) }, { additionalProperties: false })
    ),
    delivery: Type.Optional(Delivery),
    rateLimits: Type.Optional(
      Type.Object(
        { client: PerMinute, partner: PerMinute, misses: PerMinute, errors: PerMinute, signatures: PerMinute },
        { additionalProperties: false }
      )
    ),
    maxInFlight: Type.Optional(Type.Integer({ minimum: 2, maximum: 1_000_000 })),
    patience: Type.Optional(
      Type.Object(
        { catalog: Type.Optional(Duration), target: Type.Optional(Duration) },
        { additionalProperties: false }
      )
    ),
    cache: Type.Optional(
      Type.Object(
        {
          maxBytes: Type.Optional(Type.Union([Type.String(), Type.Integer({ minimum: 0 })])),
          catalog: Type.Optional(Duration),
          template: Type.Optional(Duration),
          target: Type.Optional(Duration),
          negative: Type.Optional(Duration),
          staleWhileRevalidate: Type.Optional(Duration),
          staleIfError: Type.Optional(Duration),
          templateStaleIfError: Type.Optional(Duration)
        },
        { additionalProperties: false }
      )
    ),
    trustedHeaders: Type.Optional(
      Type.Array(Type.String({ minLength: 1 }), {
        description:
          'Headers that rules may look at where a proxy in TRUST_PROXY sends them; it has to set or drop each.'
      })
    ),
    presets: Type.Optional(PresetsSchema),
    rules: Type.Optional(
      Type.Array(RuleSchema, {
        description: 'In order: the first that matches decides. They replace rules/default.yaml.'
      })
    ),
    shadow: Type.Optional(ShadowSchema)
  },
  { additionalProperties: false }
)

type RawFile = Static<typeof FileSchema>

/** The file with its durations read (ms) where the rest of the program wants numbers. */
export interface FileConfig extends Omit<RawFile, 'cdnUrls' | 'patience' | 'rules' | 'shadow'> {
  cdnUrls?: ReadonlyMap<string, string>
  patience?: { catalog?: number; target?: number }
  rules?: Rule[]
  shadow?: ShadowRules
  /** What is allowed and probably not meant, with file and line. */
  warnings?: string[]
}

const validators = new WeakMap<TSchema, ReturnType<typeof Compile>>()

/** Compiled once each. */
function validatorOf(schema: TSchema): ReturnType<typeof Compile> {
  const known = validators.get(schema) ?? Compile(schema)
  validators.set(schema, known)
  return known
}

/**
 * Reads and checks the YAML configuration.
 * @throws ConfigError with file, line, what is wrong and what would be right
 */
export function readConfigFile(path: string, text: string): FileConfig {
  const { value, lineOf } = readYaml<RawFile>(path, text, FileSchema)
  return readValues(path, value, lineOf)
}

/**
 * Reads YAML and checks it against a schema.
 * @returns the value, and the line at which something of it stands, by its JSON pointer
 * @throws ConfigError with file, line, what is wrong and what would be right
 */
export function readYaml<T>(
  path: string,
  text: string,
  schema: TSchema
): { value: T; lineOf: (pointer: string) => number } {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines })
  // A tag that nobody knows (`!secret`, `!include`) would be passed over, and its text be taken for the value.
  const problems = [...document.errors, ...document.warnings].map(
    (error) => `${path}:${error.linePos?.[0].line ?? 1}: ${firstLine(error.message)}`
  )
  if (problems.length > 0) throw new ConfigError(problems)
  let value: unknown
  try {
    value = document.toJS() ?? {}
  } catch (error) {
    // Aliases that multiply without end, for one.
    throw new ConfigError([`${path}:1: ${firstLine((error as Error).message)}`])
  }
  const lineOf = (pointer: string): number => {
    const keys = pointer.split('/').slice(1).map(keyOf)
    for (let depth = keys.length; depth > 0; depth--) {
      const parent = document.getIn(keys.slice(0, depth - 1).map(indexed), true)
      const key = keys[depth - 1]!
      const pair = isMap(parent)
        ? parent.items.find((item) => isScalar(item.key) && String(item.key.value) === key)
        : null
      const node =
        pair === null || pair === undefined ? document.getIn(keys.slice(0, depth).map(indexed), true) : pair.key
      const range = (node as { range?: [number, number, number] } | undefined)?.range
      if (range !== undefined && range !== null) return lines.linePos(range[0]).line
    }
    return 1
  }
  for (const error of mostTelling(schema, validatorOf(schema).Errors(value))) {
    problems.push(`${path}:${lineOf(error.instancePath)}: ${error.instancePath || 'the file'} ${error.message}`)
  }
  if (problems.length > 0) throw new ConfigError(problems)
  return { value: value as T, lineOf }
}

function readValues(path: string, raw: RawFile, lineOf: (pointer: string) => number): FileConfig {
  const problems: string[] = []
  const read: ReadValue = (pointer, value, parse) => {
    if (value === undefined) return undefined
    try {
      return parse(value as never)
    } catch (error) {
      problems.push(`${path}:${lineOf(pointer)}: ${pointer} is "${value}"; right would be ${(error as Error).message}.`)
      return undefined
    }
  }
  for (const [name, value] of Object.entries(raw.cache ?? {})) {
    read(`/cache/${name}`, value, name === 'maxBytes' ? readBytes : readDuration)
  }
  raw.hosts?.allowed?.forEach((host, index) => {
    read(`/hosts/allowed/${index}`, host, readHostPattern)
  })
  for (const [index, { apiPassthrough, aliases }] of (raw.partners ?? []).entries()) {
    for (const [name, entryId] of Object.entries(aliases ?? {})) {
      const at = `/partners/${index}/aliases/${pointerPart(name)}`
      read(at, name, readReferenceId)
      read(at, entryId, readEntryId)
    }
    if (!Array.isArray(apiPassthrough)) continue
    for (const [at, pair] of apiPassthrough.entries()) {
      read(`/partners/${index}/apiPassthrough/${at}`, pair, readActionPair)
    }
  }
  const {
    patience: rawPatience,
    serviceUrl: rawService,
    cdnUrl: rawCdn,
    cdnUrls: rawCdns,
    rules: rawRules,
    shadow: rawShadow,
    ...rest
  } = raw
  const warnings: string[] = []
  const told = {
    error: (pointer: string, text: string) => problems.push(`${path}:${lineOf(pointer)}: ${text}.`),
    warning: (pointer: string, text: string) => warnings.push(`${path}:${lineOf(pointer)}: ${text}.`)
  }
  const headers = (raw.trustedHeaders ?? []).flatMap(
    (name, index) => read(`/trustedHeaders/${index}`, name, readTrustedHeader) ?? []
  )
  const nameable = { presets: readPresets(raw.presets), headers, cdnUrls: Object.keys(rawCdns ?? {}) }
  const rules = rawRules && readRules(rawRules, '/rules', read, nameable, told)
  const shadow = rawShadow && {
    percent: rawShadow.percent ?? 100,
    rules: readRules(rawShadow.rules, '/shadow/rules', read, nameable, told)
  }
  const catalog = read('/patience/catalog', rawPatience?.catalog, readDuration)
  const target = read('/patience/target', rawPatience?.target, readDuration)
  const serviceUrl = read('/serviceUrl', rawService, readBaseUrl)
  const cdnUrl = read('/cdnUrl', rawCdn, readBaseUrl)
  const cdnUrls = rawCdns && readCdnUrls(rawCdns, read)
  const ids = (raw.partners ?? []).map((partner) => partner.id)
  for (const [index, id] of ids.entries()) {
    if (ids.indexOf(id) !== index) {
      problems.push(`${path}:${lineOf(`/partners/${index}/id`)}: partner ${id} stands twice; right would be once.`)
    }
  }
  if (problems.length > 0) throw new ConfigError(problems)
  return {
    ...rest,
    ...(serviceUrl === undefined ? {} : { serviceUrl }),
    ...(cdnUrl === undefined ? {} : { cdnUrl }),
    ...(cdnUrls === undefined ? {} : { cdnUrls }),
    ...(rules === undefined ? {} : { rules }),
    ...(shadow === undefined ? {} : { shadow }),
    ...(warnings.length === 0 ? {} : { warnings }),
    patience: { ...(catalog === undefined ? {} : { catalog }), ...(target === undefined ? {} : { target }) }
  }
}

/** What a part of a JSON pointer stands for. */
function keyOf(part: string): string {
  return part.replaceAll('~1', '/').replaceAll('~0', '~')
}

function indexed(key: string): string | number {
  return /^\d+$/.test(key) ? Number(key) : key
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0]!.replace(/ at line \d+, column \d+:?$/, '')
}
