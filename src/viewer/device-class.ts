/**
 * The device classes that rules may name. A closed list: a class is added together with the pattern that yields it.
 *
 * - `ipad`, `iphone` (with iPod), `android` (with Fire TV, form `tv`: it plays what Android plays), `apple-tv`;
 * - `mac-safari`: Safari on a Mac or on an iPad that asks for desktop pages; no header tells them apart;
 * - `mac`: AVFoundation on a Mac; an iPad shows itself there;
 * - `tv`: smart TVs and Android TV; `chromecast`, `roku`, `console`, `windows-phone`, `desktop`;
 * - `native-player`: a player or tool on an unknown device (VLC, FFmpeg, mpv, curl);
 * - `unknown`: nothing matched. The default rule applies, never a device rule.
 */
export const DEVICE_CLASSES = [
  'ipad',
  'iphone',
  'android',
  'apple-tv',
  'mac-safari',
  'mac',
  'tv',
  'chromecast',
  'roku',
  'console',
  'windows-phone',
  'desktop',
  'native-player',
  'unknown'
] as const

export type DeviceClass = (typeof DEVICE_CLASSES)[number]

export const DEVICE_FORMS = ['phone', 'tablet', 'tv', 'desktop'] as const

export type DeviceForm = (typeof DEVICE_FORMS)[number]

/** Media stacks and tools that name themselves in their User-Agent. */
export const DEVICE_PLAYERS = [
  'applecoremedia',
  'cfnetwork',
  'curl',
  'dalvik',
  'exoplayer',
  'gstreamer',
  'lavf',
  'media3',
  'mpv',
  'stagefright',
  'vlc',
  'wget'
] as const

export type DevicePlayer = (typeof DEVICE_PLAYERS)[number]

/** Operating systems as devices are described by them; a test holds the list complete. */
export const OPERATING_SYSTEMS = [
  'Android',
  'ChromeOS',
  'Darwin',
  'Linux',
  'Roku OS',
  'Tizen',
  'VIDAA',
  'Windows',
  'Windows Phone',
  'iOS',
  'macOS',
  'tvOS',
  'webOS'
] as const

/** Version of the operating system; later parts are dropped. */
export interface OsVersion {
  major: number
  minor?: number
}

/** Who asks. Absent members are unknown. */
export interface Device {
  class: DeviceClass
  os?: string
  osVersion?: OsVersion
  form?: DeviceForm
  player?: DevicePlayer
  /** The row or header that decided, for explain: no part of it comes from the request. */
  reason: string
}

/**
 * Whether an Android device plays HLS: from 4.0 on, and when the version is unknown. 3.x has it but broken, 2.x has none
 * (reference device-rules.md section 3). False for every other class, whose HLS this does not judge.
 */
export function hlsOnAndroid(device: Device): boolean {
  return device.class === 'android' && (device.osVersion === undefined || device.osVersion.major >= 4)
}

/** Version from two matched digit groups; undefined without the first. */
export function osVersionOf(major: string | undefined, minor: string | undefined): OsVersion | undefined {
  if (major === undefined) return undefined
  return minor === undefined ? { major: Number(major) } : { major: Number(major), minor: Number(minor) }
}
