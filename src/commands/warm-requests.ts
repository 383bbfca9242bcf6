import { LRUCache } from 'lru-cache'
import { parsePlayManifestUrl } from '../playmanifest/parse.js'
import { linesOf, readLogLine } from './access-log.js'
import type { CommandIo } from './command.js'

/** One request that warms. */
export interface WarmRequest {
  /** Path and query. */
  target: string
  /** Null: none is sent but the command's own. */
  userAgent: string | null
}

/** Why something that was given is not asked. */
export type Skip = 'other' | 'viewer' | 'again'

/** What is to be asked; the devices are those of `device=`. */
export interface WarmSources {
  urls: readonly string[]
  /** Files with a URL a line; `-` is standard input. */
  lists: readonly string[]
  /** Logs in combined format. */
  logs: readonly string[]
  entries: readonly string[]
  partner: number
  formats: readonly string[]
  /** For entries; for URLs too when they were given. */
  devices: readonly string[]
  devicesForUrls: boolean
}

/** Requests that are remembered, so that none is asked twice. */
const REMEMBERED = 100_000

/** Everything that is to be asked, each once. @param skip told what is left out, and why */
export async function* warmRequests(
  sources: WarmSources,
  io: Pick<CommandIo, 'stream'>,
  skip: (why: Skip) => void
): AsyncGenerator<WarmRequest> {
  const seen = new LRUCache<string, true>({ max: REMEMBERED })
  for await (const { target, userAgent } of given(sources, io, skip)) {
    const why = unfit(target)
    const key = `${userAgent ?? ''} ${target}`
    if (why !== null) skip(why)
    else if (seen.get(key) === true) skip('again')
    else {
      seen.set(key, true)
      yield { target, userAgent }
    }
  }
}

async function* given(
  sources: WarmSources,
  io: Pick<CommandIo, 'stream'>,
  skip: (why: Skip) => void
): AsyncGenerator<WarmRequest> {
  for (const url of sources.urls) yield* forDevices(url, sources)
  for (const path of sources.lists) {
    for await (const line of linesOf(io.stream(path))) {
      if (line === null) skip('other')
      else if (!/^\s*(?:#|$)/.test(line)) yield* forDevices(line.trim(), sources)
    }
  }
  for (const path of sources.logs) {
    for await (const line of linesOf(io.stream(path))) {
      if (line === '') continue
      const request = line === null ? null : readLogLine(line)
      if (request === null || (request.method !== 'GET' && request.method !== 'HEAD')) skip('other')
      else yield { target: request.target, userAgent: request.userAgent }
    }
  }
  const { entries, formats, devices, partner } = sources
  for (const entry of entries) {
    for (const format of formats) {
      const path = `/p/${partner}/sp/${partner}00/playManifest/entryId/${entry}/format/${format}`
      for (const device of devices) yield { target: `${path}?device=${device}`, userAgent: null }
    }
  }
}

function* forDevices(url: string, { devices, devicesForUrls }: WarmSources): Generator<WarmRequest> {
  const target = url.replace(/^https?:\/\/[^/?#]*/i, '').replace(/#.*$/s, '')
  const parsed = devicesForUrls ? parsePlayManifestUrl(target) : null
  if (parsed?.ok !== true || parsed.request.effective.device !== undefined) {
    yield { target, userAgent: null }
    return
  }
  for (const device of devices) {
    yield { target: `${target}${target.includes('?') ? '&' : '?'}device=${device}`, userAgent: null }
  }
}

/**
 * What warms nothing: what is no playManifest request; and what is one viewer's, with a session, Kaltura's own signature or a
 * grant: nothing of that is shared, and to use it again is not ours.
 */
function unfit(target: string): Skip | null {
  // Nothing else can stand in a request line.
  if (/[^\u0021-\u007e]/.test(target)) return 'other'
  const parsed = parsePlayManifestUrl(target)
  if (!parsed.ok) return 'other'
  const { ks, kt, grant } = parsed.request.effective
  return ks === undefined && kt === undefined && grant === undefined ? null : 'viewer'
}
