import { integer, nested, type Params, text } from './api-request.js'

const DEFAULT_SIZE = 30
const MAX_SIZE = 500

/** Cuts a list by KalturaFilterPager: `pageIndex` from 1, `pageSize` 30 by default and 500 at most. */
export function paginate<T>(params: Params, all: readonly T[]): T[] {
  const pager = nested(params, 'pager')
  const size = Math.min(Math.max(integer(pager, 'pageSize') ?? DEFAULT_SIZE, 1), MAX_SIZE)
  const from = (Math.max(integer(pager, 'pageIndex') ?? 1, 1) - 1) * size
  return all.slice(from, from + size)
}

/** A comma list from `{name}In` and the single `{name}Equal` of a filter; null when the filter has neither. */
export function listOf(filter: Params, name: string): string[] | null {
  const one = text(filter, `${name}Equal`)
  const many = text(filter, `${name}In`)
  if (one === null && many === null) return null
  const values = [...(one === null ? [] : [one]), ...(many === null ? [] : many.split(','))]
  return values.map((value) => value.trim()).filter((value) => value !== '')
}
