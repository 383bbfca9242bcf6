import type { Device } from './device-class.js'

/**
 * One row of the User-Agent table: all of `all`, at least one of `any` and none of `none` must be in the text, as
 * written, and `pattern` must match. `version` finds the version of the operating system in its first two groups.
 */
export interface UserAgentRow {
  device: Device
  all?: readonly string[]
  any?: readonly string[]
  none?: readonly string[]
  pattern?: RegExp
  version?: RegExp
  /** The form is read from the words `Mobile`, `TV` and the like instead of being given. */
  form?: 'android-browser' | 'android-app'
}

// Every quantifier is bounded and every pattern begins with a literal: matching is linear in the length of the text.
const ANDROID = /Android[ /-](\d{1,4})(?:\.(\d{1,4}))?/
const IOS = /(?:CPU|iPhone) OS (\d{1,4})(?:[_.](\d{1,4}))?/
const MAC_OS = /Mac OS X (\d{1,4})(?:[_.](\d{1,4}))?/
const TV_OS = /(?:tvOS[ /]|CPU OS )(\d{1,4})(?:[_.](\d{1,4}))?/
const TIZEN = /Tizen[ /](\d{1,4})(?:\.(\d{1,4}))?/
const WINDOWS_PHONE = /Windows Phone (?:OS )?(\d{1,4})(?:\.(\d{1,4}))?/
/** Amazon's model names: AFTMM, AFTS, AFTKA, ... */
export const FIRE_TV = /\bAFT[A-Z]/

const IOS_PLAYER = { os: 'iOS', player: 'applecoremedia' } as const
const WEBKIT_MAC = ['Macintosh', 'Version/', 'Safari/']
const OTHER_ENGINES = ['Chrome/', 'Chromium/', 'Edg/', 'Edge/', 'Firefox/', 'OPR/']

/**
 * First match wins. The order is that of reference device-rules.md section 3: players before browsers; TVs and Windows
 * Phone before Android and iPhone, whose words they use; iPad before iPhone.
 */
export const USER_AGENT_TABLE: readonly UserAgentRow[] = [
  // 1. Media stacks and tools.
  {
    device: { class: 'apple-tv', os: 'tvOS', form: 'tv', player: 'applecoremedia', reason: 'avfoundation-apple-tv' },
    all: ['AppleCoreMedia/'],
    any: ['(Apple TV', '(AppleTV'],
    version: TV_OS
  },
  {
    device: { class: 'ipad', form: 'tablet', reason: 'avfoundation-ipad', ...IOS_PLAYER },
    all: ['AppleCoreMedia/', '(iPad'],
    version: IOS
  },
  {
    device: { class: 'iphone', form: 'phone', reason: 'avfoundation-iphone', ...IOS_PLAYER },
    all: ['AppleCoreMedia/'],
    any: ['(iPhone', '(iPod'],
    version: IOS
  },
  {
    device: { class: 'mac', os: 'macOS', form: 'desktop', player: 'applecoremedia', reason: 'avfoundation-mac' },
    all: ['AppleCoreMedia/', '(Macintosh'],
    version: MAC_OS
  },
  {
    device: { class: 'native-player', player: 'applecoremedia', reason: 'avfoundation-other' },
    all: ['AppleCoreMedia/']
  },
  {
    device: { class: 'android', os: 'Android', player: 'exoplayer', reason: 'exoplayer' },
    all: ['ExoPlayerLib/'],
    version: ANDROID,
    form: 'android-app'
  },
  {
    device: { class: 'android', os: 'Android', player: 'media3', reason: 'media3' },
    all: ['AndroidXMedia3/'],
    version: ANDROID,
    form: 'android-app'
  },
  {
    device: { class: 'android', os: 'Android', player: 'stagefright', reason: 'stagefright' },
    all: ['stagefright/'],
    version: ANDROID,
    form: 'android-app'
  },
  { device: { class: 'native-player', player: 'lavf', reason: 'ffmpeg' }, all: ['Lavf/'] },
  { device: { class: 'native-player', player: 'vlc', reason: 'vlc' }, all: ['VLC/'] },
  { device: { class: 'roku', os: 'Roku OS', form: 'tv', reason: 'roku' }, all: ['Roku/'] },
  { device: { class: 'roku', os: 'Roku OS', form: 'tv', reason: 'roku-model' }, all: ['Roku', '/DVP-'] },
  { device: { class: 'native-player', player: 'gstreamer', reason: 'gstreamer' }, all: ['GStreamer'] },
  { device: { class: 'native-player', player: 'mpv', reason: 'mpv' }, pattern: /^mpv[ /]/ },
  {
    device: { class: 'android', os: 'Android', player: 'dalvik', reason: 'dalvik' },
    all: ['Dalvik/'],
    version: ANDROID,
    form: 'android-app'
  },
  {
    device: { class: 'native-player', os: 'Darwin', player: 'cfnetwork', reason: 'cfnetwork' },
    all: ['CFNetwork/', 'Darwin/']
  },
  { device: { class: 'native-player', player: 'curl', reason: 'curl' }, pattern: /^curl\// },
  { device: { class: 'native-player', player: 'wget', reason: 'wget' }, pattern: /^Wget\// },

  // 2. Television sets, boxes and consoles.
  { device: { class: 'chromecast', form: 'tv', reason: 'chromecast' }, all: ['CrKey'] },
  {
    device: { class: 'tv', os: 'Tizen', form: 'tv', reason: 'tizen-tv' },
    all: ['Tizen'],
    any: ['SMART-TV', ' TV'],
    version: TIZEN
  },
  { device: { class: 'tv', os: 'webOS', form: 'tv', reason: 'webos-tv' }, any: ['Web0S', 'webOS', 'NetCast'] },
  { device: { class: 'tv', os: 'VIDAA', form: 'tv', reason: 'vidaa' }, all: ['VIDAA'] },
  {
    device: { class: 'android', os: 'Android', form: 'tv', reason: 'fire-tv' },
    pattern: FIRE_TV,
    any: ['Android', 'Silk/', 'AmazonWebAppPlatform'],
    version: ANDROID
  },
  {
    device: { class: 'tv', os: 'Android', form: 'tv', reason: 'android-tv' },
    any: ['BRAVIA', 'Android TV', 'AndroidTV', 'GoogleTV', 'Google TV'],
    version: ANDROID
  },
  {
    device: { class: 'apple-tv', os: 'tvOS', form: 'tv', reason: 'apple-tv' },
    any: ['AppleTV', 'Apple TV', 'tvOS'],
    version: TV_OS
  },
  {
    device: { class: 'console', form: 'tv', reason: 'console' },
    any: ['PlayStation', 'PLAYSTATION', 'Xbox', 'Nintendo']
  },
  {
    device: { class: 'tv', form: 'tv', reason: 'smart-tv' },
    any: ['SMART-TV', 'SmartTV', 'Smart-TV', 'HbbTV', 'Viera']
  },

  // 3. Their User-Agents contain "Android" and "iPhone".
  {
    device: { class: 'windows-phone', os: 'Windows Phone', form: 'phone', reason: 'windows-phone' },
    any: ['Windows Phone', 'IEMobile/'],
    version: WINDOWS_PHONE
  },

  // 4. iPad, then iPhone.
  { device: { class: 'ipad', os: 'iOS', form: 'tablet', reason: 'ipad' }, all: ['iPad'], version: IOS },
  { device: { class: 'iphone', os: 'iOS', form: 'phone', reason: 'iphone' }, any: ['iPhone', 'iPod'], version: IOS },

  // 5. Android browsers.
  {
    device: { class: 'android', os: 'Android', reason: 'android' },
    all: ['Android'],
    version: ANDROID,
    form: 'android-browser'
  },
  {
    device: { class: 'android', os: 'Android', form: 'tablet', reason: 'fire-tablet-desktop-site' },
    all: ['Silk/', 'Linux']
  },

  // 6. These browsers exist for iOS only: the desktop site was asked for.
  {
    device: { class: 'ipad', os: 'iOS', form: 'tablet', reason: 'ipad-desktop-site' },
    all: ['Macintosh'],
    any: ['CriOS/', 'FxiOS/', 'EdgiOS/']
  },
  {
    device: { class: 'mac-safari', reason: 'mac-or-ipad-safari' },
    all: WEBKIT_MAC,
    none: OTHER_ENGINES,
    version: MAC_OS
  },

  // 7. Desktop browsers.
  { device: { class: 'desktop', os: 'Windows', form: 'desktop', reason: 'desktop-windows' }, all: ['Windows NT'] },
  {
    device: { class: 'desktop', os: 'macOS', form: 'desktop', reason: 'desktop-mac' },
    all: ['Macintosh'],
    version: MAC_OS
  },
  { device: { class: 'desktop', os: 'ChromeOS', form: 'desktop', reason: 'desktop-chromeos' }, all: ['CrOS '] },
  { device: { class: 'desktop', os: 'Linux', form: 'desktop', reason: 'desktop-linux' }, all: ['X11;', 'Linux'] },
  { device: { class: 'desktop', form: 'desktop', reason: 'desktop-x11' }, all: ['X11;'] }
]
