import { isParams, type Params } from './api-request.js'

/** One reference in a value; greedy, so that two of them in one string match as one that leads nowhere. */
const REFERENCE = /\{(\d+):result:?(.*)\}/s

/**
 * Puts results of earlier requests into a request's parameters, at any depth: `{1:result:ks}`, `{1:result}`,
 * `{1:result:objects:0:id}`, also inside a longer text. What cannot be found is an empty string; a reference to a
 * request that was not executed yet stays as it is (recordings multirequest_dep_*).
 */
export function resolveReferences(params: Params, results: readonly unknown[]): Params {
  const resolved: Params = Object.create(null)
  for (const [name, value] of Object.entries(params)) resolved[name] = resolveValue(value, results)
  return resolved
}

function resolveValue(value: unknown, results: readonly unknown[]): unknown {
  if (Array.isArray(value)) return value.map((item) => resolveValue(item, results))
  if (isParams(value)) return resolveReferences(value, results)
  if (typeof value !== 'string') return value
  const match = REFERENCE.exec(value)
  if (match === null) return value
  const [whole, number, path = ''] = match
  const index = Number(number)
  if (index < 1 || index > results.length) return value
  return value.replace(whole, () => lookUp(results[index - 1], path === '' ? [] : path.split(':')))
}

function lookUp(result: unknown, path: readonly string[]): string {
  const [name, ...rest] = path
  if (name === undefined) return typeof result === 'object' || result === undefined ? '' : String(result)
  if (Array.isArray(result) && name === '_all') return result.map((item) => `${lookUp(item, rest)},`).join('')
  if (typeof result !== 'object' || result === null || !Object.hasOwn(result, name)) return ''
  if ('objectType' in result && result.objectType === 'KalturaAPIException') return ''
  return lookUp((result as Record<string, unknown>)[name], rest)
}
