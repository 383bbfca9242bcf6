import { pointerPart } from '../rules/check.js'

/** The keys that an object of the schema may have; a path such as `#/properties/cache/additionalProperties`. */
function knownKeys(schema: object, schemaPath: string): string[] {
  let node: unknown = schema
  for (const key of schemaPath
    .replace(/^#\/?/, '')
    .split('/')
    .filter((key) => key !== '' && key !== 'additionalProperties')) {
    node = (node as Record<string, unknown> | undefined)?.[key]
  }
  return Object.keys((node as { properties?: object } | undefined)?.properties ?? {})
}

/** A fault as the schema library reports it. */
export interface SchemaError {
  schemaPath: string
  keyword: string
  instancePath: string
  message: string
  params: object
}

/** Where an example says more than a pattern. */
const FORMS: readonly (readonly [place: RegExp, form: string])[] = [
  [/\/when\/os(?:From|Below)$/, 'a version such as 17, or "17.4" in quotes'],
  [/\/when\/time\/(?:from|until)$/, 'a time such as "18:00", in quotes'],
  [/\/when\/country(?:\/\d+)?$/, 'a country such as DE, two capital letters'],
  [/\/when\/entryTags(?:\/\d+)?$/, 'a tag without a comma, or a list of them'],
  [/\/when\/category(?:\/\d+)?$/, 'an id such as 123, a full name such as News>Sport, or a list of them'],
  [/\/when\/entry(?:\/\d+)?$/, 'an entry id such as 0_abc, or a list of them'],
  [/\/when\/parameters\/[^/]+$/, 'true (given), false (not given), a value in quotes, or a list of them'],
  [/\/when\/header\/[^/]+$/, 'true (there), false (not there), a value in quotes, or a list of them'],
  [/\/when\/percent$/, 'a number above 0 and below 100'],
  [/\/then\/caching$/, 'a duration such as 10s, or 0'],
  [/\/then\/tags(?:\/\d+){0,2}$/, 'a list of levels, each a list of tags, such as [[ipadnew], [ipad, iphone]]']
]

/** One message a place: the schema library reports a failed alternative several times over. */
export function mostTelling(schema: object, errors: readonly SchemaError[]): SchemaError[] {
  const byPlace = new Map<string, SchemaError>()
  for (const error of errors) {
    if (error.keyword === 'boolean' || error.keyword === 'anyOf') continue
    if (error.keyword === 'additionalProperties') {
      const names = (error.params as { additionalProperties?: string[] }).additionalProperties ?? []
      for (const name of names) {
        const at = `${error.instancePath}/${pointerPart(name)}`
        const known = knownKeys(schema, error.schemaPath)
        const right = known.length === 0 ? '' : `; right would be one of ${known.join(', ')}`
        byPlace.set(at, { ...error, instancePath: at, message: `is not a known key${right}` })
      }
      continue
    }
    const allowed = error.keyword === 'const' ? (error.params as { allowedValue?: unknown }).allowedValue : undefined
    const before = byPlace.get(error.instancePath)
    const form = FORMS.find(([place]) => place.test(error.instancePath))?.[1]
    if (form !== undefined) {
      byPlace.set(error.instancePath, { ...error, message: `must be ${form}` })
      continue
    }
    if (error.keyword === 'enum') {
      const words = (error.params as { allowedValues?: unknown[] }).allowedValues ?? []
      byPlace.set(error.instancePath, { ...error, message: `must be one of ${words.join(', ')}` })
      continue
    }
    if (allowed !== undefined) {
      const message = before?.keyword === 'const' ? `${before.message}, ${allowed}` : `must be one of ${allowed}`
      byPlace.set(error.instancePath, { ...error, message })
    } else if (before === undefined) byPlace.set(error.instancePath, error)
    else if (error.keyword === 'type' && before.keyword === 'type') {
      // Alternatives: right would be any of them.
      const type = (error.params as { type?: string }).type ?? ''
      const known = before.message.replace(/^must be /, '').split(' or ')
      if (!known.includes(type)) byPlace.set(error.instancePath, { ...before, message: `${before.message} or ${type}` })
    }
  }
  return [...byPlace.values()]
}
