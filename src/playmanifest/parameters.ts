/**
 * The one table of playManifest parameters: it drives parsing, cache keys, forwarding, log redaction, explain and the
 * generated docs. Sources: reference playmanifest.md section 2; vector group `request-parsing`.
 */

/**
 * What a parameter does to an answer, which decides where it may travel:
 * - `choice`: picks the entry, its flavors or the format; part of every key;
 * - `answer`: shapes the answer (clip, tracks, delivery profile ...); part of every key;
 * - `identity`: tells who asks; never in a key, its presence makes an answer private;
 * - `pass`: the viewer's own, without effect on what is delivered; added per request;
 * - `viewer`: changes what Kaltura writes for this viewer; added per request, and such an answer is never shared;
 * - `gateway`: ours alone; taken out before anything goes upstream;
 * - `ignored`: Kaltura reads it and does nothing with it.
 */
export type ParameterClass = 'choice' | 'answer' | 'identity' | 'pass' | 'viewer' | 'gateway' | 'ignored'

export type ParameterType = 'id' | 'ids' | 'list' | 'number' | 'ms' | 's' | 'kbps' | 'word' | 'text' | 'flag' | 'base64'

export interface ParameterSpec {
  /** Kaltura's short name; the long name wins when both are given, wherever they stand. */
  short?: string
  type: ParameterType
  class: ParameterClass
  /** Masked in logs, metrics and explain. */
  secret?: true
  about: string
}

export const PARAMETERS = {
  entryId: { short: 'e', type: 'id', class: 'choice', about: 'The entry to play.' },
  flavorIds: { short: 'fs', type: 'ids', class: 'choice', about: 'Explicit flavor asset ids.' },
  flavorId: {
    short: 'fi',
    type: 'id',
    class: 'choice',
    about: 'One flavor asset id; replaces flavorIds, even when empty.'
  },
  flavorParamIds: {
    short: 'fps',
    type: 'list',
    class: 'choice',
    about: 'Flavor params ids; used when no flavor id is given.'
  },
  flavorParamId: {
    short: 'fp',
    type: 'word',
    class: 'choice',
    about: 'One flavor params id; 0 is the uploaded source.'
  },
  tags: {
    short: 't',
    type: 'list',
    class: 'choice',
    about: 'Tags in order of preference; each is a fallback level of its own.'
  },
  minBitrate: { short: 'mib', type: 'kbps', class: 'choice', about: 'Lower bound of the bitrate window.' },
  maxBitrate: { short: 'mb', type: 'kbps', class: 'choice', about: 'Upper bound of the bitrate window.' },
  preferredBitrate: {
    short: 'pb',
    type: 'kbps',
    class: 'choice',
    about: 'Which rendition comes first in an adaptive answer.'
  },
  sequence: { type: 'ids', class: 'answer', about: 'Entries stitched with the main one.' },
  type: { type: 'word', class: 'answer', about: '`media` asks for a media playlist.' },
  streamType: { type: 'word', class: 'answer', about: 'Live: primary or backup stream.' },
  tracks: { type: 'word', class: 'answer', about: 'Track selector of the packager, such as v1-a1.' },
  time: { type: 's', class: 'viewer', about: 'Simulive: another moment of the schedule.' },
  timeOffset: { type: 's', class: 'viewer', about: 'Simulive: shift of the schedule.' },
  format: {
    short: 'f',
    type: 'word',
    class: 'choice',
    about: 'How to deliver: url, applehttp, mpegdash ... `auto` is ours.'
  },
  protocol: { short: 'pt', type: 'word', class: 'choice', about: 'Scheme of the media URLs.' },
  responseFormat: { type: 'word', class: 'answer', about: 'Forces the kind of answer.' },
  callback: { type: 'word', class: 'pass', about: 'JSONP function name; read from the query only.' },
  deliveryProfileIds: { type: 'list', class: 'answer', about: 'Delivery profiles that may serve.' },
  deliveryProfileId: { type: 'word', class: 'answer', about: 'One delivery profile.' },
  storageId: { short: 'si', type: 'word', class: 'answer', about: 'Files of one storage profile.' },
  cdnHost: { short: 'ch', type: 'text', class: 'ignored', about: 'Has no effect at Kaltura, nor here.' },
  seekFrom: { short: 'sf', type: 'ms', class: 'answer', about: 'Start of a clip.' },
  clipTo: { short: 'ct', type: 'ms', class: 'answer', about: 'End of a clip.' },
  playbackRate: { type: 'number', class: 'answer', about: 'Speed, made by the packager.' },
  defaultAudioLang: { type: 'word', class: 'answer', about: 'Audio that counts as default.' },
  muxedAudioLang: { type: 'word', class: 'answer', about: 'Audio language muxed into the video.' },
  disableCaptions: { type: 'flag', class: 'answer', about: 'Leaves captions out.' },
  usePlayServer: { type: 'flag', class: 'viewer', about: 'Ad-stitching play server URLs.' },
  sessionId: { type: 'text', class: 'viewer', about: 'Session of the play server.' },
  playerConfig: { type: 'text', class: 'viewer', about: 'Configuration of the play server.' },
  uiConfId: { short: 'ui', type: 'word', class: 'pass', about: 'Player id, for analytics.' },
  playbackContext: { short: 'pc', type: 'text', class: 'viewer', about: 'Written into delivery URLs.' },
  deliveryCode: { short: 'dc', type: 'text', class: 'viewer', about: 'Written into headers and body.' },
  playerType: { type: 'word', class: 'answer', about: 'Live: `flash` selects time-aligned renditions.' },
  ks: { type: 'text', class: 'identity', secret: true, about: "The viewer's Kaltura session." },
  kt: { type: 'text', class: 'identity', secret: true, about: "Kaltura's own URL token over the whole URL." },
  expiry: { short: 'ex', type: 's', class: 'identity', about: 'End of a signed URL, Unix seconds.' },
  referrer: { short: 'r', type: 'base64', class: 'identity', secret: true, about: 'Page that asks, for site rules.' },
  hashes: { type: 'text', class: 'identity', secret: true, about: 'Input of hash conditions.' },
  clientTag: { type: 'text', class: 'pass', about: 'Player name, for analytics.' },
  playSessionId: { type: 'text', class: 'pass', about: 'One play, for analytics.' },
  playbackType: { type: 'text', class: 'pass', about: 'For analytics.' },
  customVar1: { type: 'text', class: 'pass', about: 'For analytics.' },
  customVar2: { type: 'text', class: 'pass', about: 'For analytics.' },
  customVar3: { type: 'text', class: 'pass', about: 'For analytics.' },
  nocache: { type: 'flag', class: 'viewer', about: "Passes by Kaltura's response cache." },
  _: { type: 'text', class: 'pass', about: 'Cache buster.' },
  referenceId: {
    type: 'text',
    class: 'gateway',
    about: 'Ours: your own name of an entry, in place of entryId (docs/sharing.md).'
  },
  device: { type: 'word', class: 'gateway', about: 'Ours: the device class to choose for.' },
  preset: { type: 'word', class: 'gateway', about: 'Ours: a named bundle of parameters (docs/presets.md).' },
  signature: { type: 'text', class: 'gateway', secret: true, about: 'Ours: signs the link (docs/signed-links.md).' },
  grant: {
    type: 'text',
    class: 'gateway',
    secret: true,
    about: "Ours: signs a link that uses the gateway's credential (docs/signed-links.md)."
  }
} as const satisfies Record<string, ParameterSpec>

export type ParameterName = keyof typeof PARAMETERS

/** Where a parameter came from. */
export type ParameterPlace = 'path' | 'query' | 'header'

/** Values by long name; `false` is a path key without a value, absent is not sent. */
export type EffectiveParameters = Readonly<Partial<Record<ParameterName, string | false>>>

export const PARAMETER_NAMES = Object.keys(PARAMETERS) as ParameterName[]

/** Long name of each long or short name. */
export const LONG_NAMES: ReadonlyMap<string, ParameterName> = new Map(
  PARAMETER_NAMES.flatMap((name) => {
    const short = (PARAMETERS[name] as ParameterSpec).short
    const long: [string, ParameterName] = [name, name]
    return short === undefined ? [long] : [long, [short, name]]
  })
)

/** The row of a parameter. */
export function specOf(name: ParameterName): ParameterSpec {
  return PARAMETERS[name]
}

/** Classes whose presence makes an answer this viewer's own (design: "template with any viewer parameter"). */
export function isViewerParameter(name: ParameterName): boolean {
  const kind = PARAMETERS[name].class
  return kind === 'identity' || kind === 'pass' || kind === 'viewer'
}

/** Parameters that are part of a cache key and of the upstream request made from it. */
export const KEYED_PARAMETERS: readonly ParameterName[] = PARAMETER_NAMES.filter(
  (name) => PARAMETERS[name].class === 'choice' || PARAMETERS[name].class === 'answer'
)
