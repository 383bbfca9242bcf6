import { nested, type Params, text } from './api-request.js'

const INCLUDE = '1'
const EXCLUDE = '2'

/**
 * Narrows an answer by `responseProfile`: type 1 keeps the named fields, type 2 drops them; in a list it is each object
 * that is narrowed. `objectType` always stays, and so does `type`, which tells subclasses apart
 * (recordings baseentry_get_responseprofile*, multirequest_player).
 */
export function applyResponseProfile(value: unknown, params: Params): unknown {
  const profile = nested(params, 'responseProfile')
  const type = text(profile, 'type')
  const fields = text(profile, 'fields')
  if (fields === null || (type !== INCLUDE && type !== EXCLUDE)) return value
  const named = new Set(fields.split(',').map((field) => field.trim()))
  const keeps = (name: string): boolean =>
    type === EXCLUDE ? !named.has(name) : named.has(name) || name === 'objectType' || name === 'type'
  const narrow = (item: unknown): unknown =>
    typeof item === 'object' && item !== null && 'objectType' in item
      ? Object.fromEntries(Object.entries(item).filter(([name]) => keeps(name)))
      : item
  if (Array.isArray(value)) return value.map(narrow)
  if (typeof value === 'object' && value !== null && 'objects' in value && Array.isArray(value.objects)) {
    return { ...value, objects: value.objects.map(narrow) }
  }
  return narrow(value)
}
