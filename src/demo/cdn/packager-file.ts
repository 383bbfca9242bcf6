/** Which of the listed sources and which of its tracks a packager file is about. */
export interface TrackChoice {
  /** Number of the source in the URL, from 1; missing: the first. */
  readonly f?: number
  readonly video: boolean
  readonly audio: boolean
}

/** A file name of the packager taken apart. */
export type PackagerFile =
  | { readonly kind: 'master' }
  | { readonly kind: 'manifest' }
  | { readonly kind: 'index'; readonly tracks: TrackChoice }
  | { readonly kind: 'init'; readonly tracks: TrackChoice }
  | {
      readonly kind: 'segment'
      readonly number: number
      readonly extension: 'ts' | 'm4s'
      readonly tracks: TrackChoice
    }

const pattern =
  /^(?:(master\.m3u8)|(manifest\.mpd)|(index|init|(?:seg|fragment)-([1-9]\d{0,5}))(-f[1-9]\d{0,2})?(-v1)?(-a1)?\.(m3u8|mp4|ts|m4s))$/

const extensions: Readonly<Record<string, readonly string[]>> = {
  index: ['m3u8'],
  init: ['mp4'],
  seg: ['ts', 'm4s'],
  fragment: ['m4s']
}

/**
 * Reads names in the manner of nginx-vod-module: `master.m3u8`, `manifest.mpd`, `index[-f1][-v1][-a1].m3u8`,
 * `init[-f1][-v1][-a1].mp4`, `seg-{n}[-f1][-v1][-a1].ts|m4s`, `fragment-{n}[-f1][-v1][-a1].m4s`.
 * Every source here has at most one track of a kind, so only `v1` and `a1` exist.
 *
 * @returns undefined for any other name
 */
export function parsePackagerFile(name: string): PackagerFile | undefined {
  const match = pattern.exec(name)
  if (!match) return undefined
  const [, master, manifest, base, number, f, v, a, extension] = match
  if (master) return { kind: 'master' }
  if (manifest) return { kind: 'manifest' }
  if (!extensions[base!.split('-')[0]!]?.includes(extension!)) return undefined
  const tracks = { video: v !== undefined, audio: a !== undefined, ...(f ? { f: Number(f.slice(2)) } : {}) }
  if (base === 'index' || base === 'init') return { kind: base, tracks }
  return { kind: 'segment', number: Number(number), extension: extension as 'ts' | 'm4s', tracks }
}

/** The part of a file name that says source and tracks: `-f1-v1-a1`. */
export function trackSuffix(tracks: TrackChoice): string {
  return `${tracks.f ? `-f${tracks.f}` : ''}${tracks.video ? '-v1' : ''}${tracks.audio ? '-a1' : ''}`
}
