import { readFileSync } from 'node:fs'

/** One case of a vector group: what went into the reference implementation and what came out. */
export interface Vector<I, E> {
  name: string
  input: I
  expected: E
}

/** Reads a file under test/fixtures as JSON. */
export function fixture<T>(path: string): T {
  return JSON.parse(readFileSync(new URL(`../fixtures/${path}`, import.meta.url), 'utf8')) as T
}

/** Reads a vector group, `request-parsing` for one. */
export function vectors<I, E>(group: string): Vector<I, E>[] {
  return fixture(`vectors/${group}.json`)
}
