import { type Choices, once, pick } from './choices.js'
import { HOSTILE, NAMES, SENSIBLE, TARGETS } from './corpus.js'

/** What one request may have in its URL, besides what a recorded one has. */
export interface TargetContext {
  /** Unlike that of any other request, so that it can be told whose answer it is in. */
  ks: string
  /** A probe that the gateway will know as one of its fleet (src/kaltura/circle-probe.ts). */
  probe: string
}

type Mutation = (target: string, choices: Choices, context: TargetContext) => string

/** Entries that the upstream knows; others are asked for as well, now and then. */
const POOL = 300

function entryId(choices: Choices): string {
  return once(choices, 12) ? `1_${choices.below(36 ** 6).toString(36)}` : `0_pool${choices.below(POOL)}`
}

function value(choices: Choices): string {
  switch (choices.below(5)) {
    case 0:
    case 1:
      return pick(choices, SENSIBLE)
    case 2:
      return entryId(choices)
    default:
      return pick(choices, HOSTILE)
  }
}

/** Where to change something: mostly behind the prefix, since what the router does not know gets no further. */
function place(length: number, prefix: number, choices: Choices): number {
  const from = prefix + 1 < length && !once(choices, 5) ? prefix : 0
  return from + 1 + choices.below(Math.max(1, length - from - 1))
}

/** One segment of the path edited; the query stays. */
function editSegments(target: string, edit: (segments: string[], at: number) => void, choices: Choices): string {
  const question = target.indexOf('?')
  const path = question < 0 ? target : target.slice(0, question)
  const segments = path.split('/')
  edit(segments, place(segments.length, segments.indexOf('playManifest'), choices))
  return segments.join('/') + (question < 0 ? '' : target.slice(question))
}

function insert(target: string, text: string, choices: Choices): string {
  const at = place(target.length + 1, target.indexOf('playManifest') + 11, choices)
  return target.slice(0, at) + text + target.slice(at)
}

function addQuery(target: string, pair: string): string {
  return target + (target.includes('?') ? '&' : '?') + pair
}

function encodeByte(byte: number): string {
  return `%${byte.toString(16).padStart(2, '0')}`
}

const MUTATIONS: readonly Mutation[] = [
  (target) => target,
  (target, choices) => target.replace(/(entryId[/=])[^/&?]*/i, `$1${entryId(choices)}`),
  (target, choices) => editSegments(target, (list, at) => list.splice(at, 1), choices),
  (target, choices) => editSegments(target, (list, at) => list.splice(at, 0, list[at] ?? ''), choices),
  (target, choices) =>
    editSegments(
      target,
      (list, at) => {
        const other = 1 + choices.below(list.length)
        const kept = list[at] ?? ''
        list[at] = list[other] ?? ''
        list[other] = kept
      },
      choices
    ),
  (target, choices) => editSegments(target, (list, at) => list.splice(at, 0, value(choices)), choices),
  (target, choices) => editSegments(target, (list, at) => list.splice(at, 1, value(choices)), choices),
  (target, choices) => editSegments(target, (list) => list.push(pick(choices, NAMES), value(choices)), choices),
  (target, choices) =>
    editSegments(target, (list, at) => list.splice(at, 0, pick(choices, ['', '.', '..', '...'])), choices),
  (target, choices) => addQuery(target, `${pick(choices, NAMES)}=${value(choices)}`),
  (target, choices) => addQuery(target, `${pick(choices, NAMES)}=${encodeURIComponent(value(choices))}`),
  (target, choices) => addQuery(target, pick(choices, NAMES)),
  // One character by its number, in both spellings, once or twice.
  (target, choices) => {
    const at = place(target.length, target.indexOf('playManifest') + 11, choices)
    const code = encodeByte((target.charCodeAt(at) || 0) & 255)
    const text = pick(choices, [code, code.toUpperCase(), code.replace('%', '%25')])
    return target.slice(0, at) + text + target.slice(at + 1)
  },
  (target, choices) => insert(target, encodeByte(choices.below(256)), choices),
  (target, choices) => insert(target, pick(choices, HOSTILE), choices),
  (target, choices) =>
    insert(target, pick(choices, ['\\', '#', ';', '?', '&', '=', '@', ':', '|', '^', '"', "'", '`', '//']), choices),
  (target, choices) => insert(target, String.fromCharCode(0x80 + choices.below(0x80)), choices),
  (target, choices) => (once(choices, 4) ? insert(target, String.fromCharCode(choices.below(0x80)), choices) : target),
  (target, choices) => target.slice(0, 1 + choices.below(target.length)),
  (target, choices) =>
    target.replace(
      /\/p\/[^/]*/,
      `/p/${pick(choices, ['101', '102', '-1', '0', '1e3', '', '101%20', '９', '999999999999999999999'])}`
    ),
  (target, choices) =>
    `${pick(choices, ['/s', '/s', '', '', '', '//evil.example', '/', '/./', '/%2e%2e', '/x/..', '*', ''])}${target}`,
  (target, choices) =>
    pick(choices, [
      'http://evil.example',
      'https://evil.example:1',
      'http://u:p@evil.example',
      'ftp://evil.example',
      'http:'
    ]) + target,
  (target, _choices, { ks }) => addQuery(target, `ks=${ks}`),
  (target, choices, { ks }) => editSegments(target, (list) => list.push('ks', ks), choices),
  (target, choices) => {
    if (!once(choices, 6)) return target
    const count = pick(choices, [100, 1_000, 2_047, 2_100])
    return choices.below(2) === 0 ? target + '/a/b'.repeat(count / 2) : addQuery(target, 'a=b&'.repeat(count))
  },
  (target, choices) => {
    if (!once(choices, 6)) return target
    const text = pick(choices, ['a', '%41', '/', '%2', 'ä', '.', ',', '['])
    return insert(
      target,
      text.repeat(Math.floor(pick(choices, [250, 256, 1_000, 7_400, 8_190, 9_000]) / text.length)),
      choices
    )
  },
  (target, choices, { probe }) => (once(choices, 8) ? probe : target)
]

/** A request target, each character a byte: a known one, changed up to four times in ways that hurt. */
export function makeTarget(choices: Choices, context: TargetContext): string {
  let target = pick(choices, TARGETS)
  // Most of what is sent should get past the router.
  const mutations = pick(choices, [1, 1, 1, 2, 2, 3, 4])
  for (let i = 0; i < mutations; i++) target = pick(choices, MUTATIONS)(target, choices, context)
  return target.slice(0, 14_000)
}
