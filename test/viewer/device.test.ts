import fc from 'fast-check'
import t from 'tap'
import { type Device, deviceFromUserAgent, hlsOnAndroid } from '../../src/viewer/device.js'
import { USER_AGENT_TABLE } from '../../src/viewer/user-agent-table.js'

const SAFARI = 'AppleWebKit/605.1.15 (KHTML, like Gecko)'
const BLINK = 'AppleWebKit/537.36 (KHTML, like Gecko)'
const MAC = 'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7)'

/** The examples of reference device-rules.md section 4, and what they must be. */
const EXAMPLES: readonly (readonly [what: string, ua: string, expected: Partial<Device>])[] = [
  [
    'iPhone Safari',
    `Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) ${SAFARI} Version/17.5 Mobile/15E148 Safari/604.1`,
    { class: 'iphone', os: 'iOS', osVersion: { major: 17, minor: 5 }, form: 'phone' }
  ],
  [
    'iPhone Chrome',
    `Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) ${SAFARI} CriOS/126.0.6478.54 Mobile/15E148 Safari/604.1`,
    { class: 'iphone', form: 'phone' }
  ],
  [
    'iPad, old or mobile site',
    `Mozilla/5.0 (iPad; CPU OS 12_5_7 like Mac OS X) ${SAFARI} Version/12.1.2 Mobile/15E148 Safari/604.1`,
    { class: 'ipad', osVersion: { major: 12, minor: 5 }, form: 'tablet' }
  ],
  ['iPadOS 13+ or Mac', `${MAC} ${SAFARI} Version/17.5 Safari/605.1.15`, { class: 'mac-safari' }],
  [
    'AVFoundation, iPhone',
    'AppleCoreMedia/1.0.0.21F90 (iPhone; U; CPU OS 17_5_1 like Mac OS X; en_us)',
    { class: 'iphone', player: 'applecoremedia', osVersion: { major: 17, minor: 5 } }
  ],
  [
    'AVFoundation, iPad',
    'AppleCoreMedia/1.0.0.21F90 (iPad; U; CPU OS 17_5_1 like Mac OS X; en_us)',
    { class: 'ipad', player: 'applecoremedia' }
  ],
  [
    'AVFoundation, Mac',
    'AppleCoreMedia/1.0.0.23F79 (Macintosh; U; Intel Mac OS X 14_5; en_us)',
    { class: 'mac', os: 'macOS', osVersion: { major: 14, minor: 5 }, player: 'applecoremedia' }
  ],
  [
    'Apple TV',
    'AppleCoreMedia/1.0.0.21L580 (Apple TV; U; CPU OS 17_5 like Mac OS X; en_us)',
    { class: 'apple-tv', os: 'tvOS', osVersion: { major: 17, minor: 5 }, form: 'tv' }
  ],
  [
    'Android Chrome phone',
    `Mozilla/5.0 (Linux; Android 10; K) ${BLINK} Chrome/126.0.0.0 Mobile Safari/537.36`,
    { class: 'android', os: 'Android', osVersion: { major: 10 }, form: 'phone' }
  ],
  [
    'Android tablet',
    `Mozilla/5.0 (Linux; Android 10; K) ${BLINK} Chrome/126.0.0.0 Safari/537.36`,
    { class: 'android', osVersion: { major: 10 }, form: 'tablet' }
  ],
  [
    'Android WebView',
    `Mozilla/5.0 (Linux; Android 13; Pixel 7 Build/TQ3A.230901.001; wv) ${BLINK} Version/4.0 Chrome/116.0.0.0 Mobile Safari/537.36`,
    { class: 'android', osVersion: { major: 13 }, form: 'phone' }
  ],
  [
    'Old Android',
    'Mozilla/5.0 (Linux; U; Android 2.3.6; en-us; GT-S5830 Build/GINGERBREAD) AppleWebKit/533.1 (KHTML, like Gecko) Version/4.0 Mobile Safari/533.1',
    { class: 'android', osVersion: { major: 2, minor: 3 }, form: 'phone' }
  ],
  [
    'ExoPlayer',
    'MyApp/1.2 (Linux;Android 13) ExoPlayerLib/2.19.1',
    { class: 'android', osVersion: { major: 13 }, player: 'exoplayer' }
  ],
  [
    "Kaltura's Android SDK on a phone",
    'playkit/android-4.30.0 com.example.app/1.0 Dalvik/2.1.0 (Linux; U; Android 13; Pixel 7 Build/TQ3A) Mobile ExoPlayerLib/2.18.3',
    { class: 'android', osVersion: { major: 13 }, player: 'exoplayer', form: 'phone' }
  ],
  [
    "Kaltura's Android SDK on a television set",
    'playkit/android-4.30.0 com.example.app/1.0 Dalvik/2.1.0 (Linux; U; Android 12; MIBOX4 Build/ST) TV ExoPlayerLib/2.18.3',
    { class: 'android', player: 'exoplayer', form: 'tv' }
  ],
  ['Media3', 'MyApp/1.2 (Linux;Android 14) AndroidXMedia3/1.3.1', { class: 'android', player: 'media3' }],
  [
    'stagefright',
    'stagefright/1.2 (Linux;Android 9)',
    { class: 'android', osVersion: { major: 9 }, player: 'stagefright' }
  ],
  [
    'Dalvik',
    'Dalvik/2.1.0 (Linux; U; Android 12; SM-G991B Build/SP1A.210812.016)',
    { class: 'android', osVersion: { major: 12 }, player: 'dalvik' }
  ],
  [
    'Chromecast',
    `Mozilla/5.0 (X11; Linux armv7l) ${BLINK} Chrome/90.0.4430.225 Safari/537.36 CrKey/1.56.500000 DeviceType/Chromecast`,
    { class: 'chromecast', form: 'tv' }
  ],
  [
    'Chromecast with Google TV',
    `Mozilla/5.0 (Linux; Android 12.0; Build/STTL) ${BLINK} Chrome/126.0.0.0 Safari/537.36 CrKey/1.56.500000 DeviceType/AndroidTV`,
    { class: 'chromecast', form: 'tv' }
  ],
  [
    'Fire TV',
    `Mozilla/5.0 (Linux; Android 9; AFTMM Build/PS7233) ${BLINK} Silk/108.4.6 like Chrome/108.0.5359.220 Safari/537.36`,
    { class: 'android', osVersion: { major: 9 }, form: 'tv', reason: 'fire-tv' }
  ],
  [
    'Samsung Tizen',
    `Mozilla/5.0 (SMART-TV; LINUX; Tizen 6.5) ${BLINK} 85.0.4183.93/6.5 TV Safari/537.36`,
    { class: 'tv', os: 'Tizen', osVersion: { major: 6, minor: 5 }, form: 'tv' }
  ],
  [
    'LG webOS',
    `Mozilla/5.0 (Web0S; Linux/SmartTV) ${BLINK} Chrome/87.0.4280.88 Safari/537.36 WebAppManager`,
    { class: 'tv', os: 'webOS', form: 'tv' }
  ],
  ['Roku', 'Roku/DVP-12.5 (12.5.0.4178-88)', { class: 'roku', form: 'tv' }],
  ['Roku, model first', 'Roku4640X/DVP-7.70 (297.70E04154A)', { class: 'roku' }],
  [
    'Desktop Chrome',
    `Mozilla/5.0 (Windows NT 10.0; Win64; x64) ${BLINK} Chrome/126.0.0.0 Safari/537.36`,
    { class: 'desktop', os: 'Windows', form: 'desktop' }
  ],
  [
    'Desktop Firefox',
    'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:127.0) Gecko/20100101 Firefox/127.0',
    { class: 'desktop', os: 'Windows' }
  ],
  [
    'Desktop Edge',
    `Mozilla/5.0 (Windows NT 10.0; Win64; x64) ${BLINK} Chrome/126.0.0.0 Safari/537.36 Edg/126.0.0.0`,
    { class: 'desktop', os: 'Windows' }
  ],
  ['FFmpeg', 'Lavf/60.16.100', { class: 'native-player', player: 'lavf' }],
  ['VLC', 'VLC/3.0.20 LibVLC/3.0.20', { class: 'native-player', player: 'vlc' }],
  ['mpv', 'mpv 0.37.0', { class: 'native-player', player: 'mpv' }],
  ['curl', 'curl/8.6.0', { class: 'native-player', player: 'curl' }],
  [
    'Windows Phone 8.1',
    'Mozilla/5.0 (Mobile; Windows Phone 8.1; Android 4.0; ARM; Trident/7.0; Touch; rv:11.0; IEMobile/11.0; NOKIA; Lumia 520) like iPhone OS 7_0_3 Mac OS X AppleWebKit/537 (KHTML, like Gecko) Mobile Safari/537',
    { class: 'windows-phone', osVersion: { major: 8, minor: 1 }, form: 'phone' }
  ],
  // Not in that section: its neighbours, where a careless order of rows would slip.
  ['Mac, Chromium that adds a version', `${MAC} ${BLINK} Version/4.0 Chrome/126.0 Safari/537.36`, { class: 'desktop' }],
  ['Mac Chrome', `${MAC} ${BLINK} Chrome/126.0.0.0 Safari/537.36`, { class: 'desktop', os: 'macOS' }],
  ['Mac Edge', `${MAC} ${BLINK} Chrome/126.0.0.0 Safari/537.36 Edg/126.0.0.0`, { class: 'desktop' }],
  [
    'Mac Firefox',
    'Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:127.0) Gecko/20100101 Firefox/127.0',
    { class: 'desktop' }
  ],
  ['iPad Chrome, desktop site', `${MAC} ${SAFARI} CriOS/126.0 Version/17.5 Safari/605.1.15`, { class: 'ipad' }],
  [
    'First iPad',
    'Mozilla/5.0 (iPad; U; CPU iPhone OS 3_2 like Mac OS X) Version/4.0.4 Mobile/7B367',
    { class: 'ipad' }
  ],
  ['iPod', 'Mozilla/5.0 (iPod touch; CPU iPhone OS 12_0 like Mac OS X)', { class: 'iphone' }],
  [
    'Edge on Windows 10 Mobile',
    'Mozilla/5.0 (Windows Phone 10.0; Android 6.0.1; Microsoft; Lumia 950) Mobile Safari/537.36 Edge/15.15254',
    { class: 'windows-phone' }
  ],
  [
    'Bravia',
    `Mozilla/5.0 (Linux; Android 9; BRAVIA 4K UR2) ${BLINK} Chrome/96.0 Safari/537.36`,
    { class: 'tv', os: 'Android' }
  ],
  ['Vidaa', 'Mozilla/5.0 (Linux; Android 9; SMART-TV; VIDAA/6.0) Chrome/88.0', { class: 'tv', os: 'VIDAA' }],
  ['HbbTV', 'HbbTV/1.5.1 (+DRM;Example;Set;1.0;1.0;)', { class: 'tv' }],
  ['PlayStation', 'Mozilla/5.0 (PlayStation; PlayStation 5/6.50) AppleWebKit/605.1.15', { class: 'console' }],
  [
    'Xbox',
    `Mozilla/5.0 (Windows NT 10.0; Win64; x64; Xbox; Xbox Series X) ${BLINK} Chrome/126.0 Safari/537.36 Edg/126.0`,
    { class: 'console' }
  ],
  ['tvOS app', 'AppleTV11,1/tvOS/17.5', { class: 'apple-tv', osVersion: { major: 17, minor: 5 } }],
  ['Apple app', 'MyApp/1 CFNetwork/1494.0.7 Darwin/23.4.0', { class: 'native-player', player: 'cfnetwork' }],
  [
    'Android Firefox without a version',
    'Mozilla/5.0 (Android; Mobile; rv:40.0) Gecko/40.0 Firefox/40.0',
    { class: 'android', form: 'phone' }
  ],
  ['An app called AFTER', 'AFTER/1.0', { class: 'unknown' }],
  ['A CDN that hides the viewer', 'Amazon CloudFront', { class: 'unknown' }],
  ['Wrong case', 'mozilla/5.0 (ipad; cpu os 12_5)', { class: 'unknown' }],
  ['Nothing', '', { class: 'unknown', reason: 'no-user-agent' }]
]

t.test('every example has its class', async (t) => {
  for (const [what, ua, expected] of EXAMPLES) t.match(deviceFromUserAgent(ua), expected, what)
  t.strictSame(deviceFromUserAgent(undefined), { class: 'unknown', reason: 'no-user-agent' })
})

t.test('members that are not known are absent', async (t) => {
  t.strictSame(deviceFromUserAgent('VLC/3.0.20'), { class: 'native-player', player: 'vlc', reason: 'vlc' })
  t.equal('form' in deviceFromUserAgent('MyTVApp/1.2 (Linux;Android 13) ExoPlayerLib/2.19.1'), false, 'an app name')
  t.equal('osVersion' in deviceFromUserAgent('Mozilla/5.0 (Android; Mobile)'), false)
})

t.test('HLS on Android', async (t) => {
  const android = (version: string): boolean =>
    hlsOnAndroid(deviceFromUserAgent(`Mozilla/5.0 (Linux; ${version}; K) Mobile`))
  for (const good of ['Android 4.0', 'Android 4', 'Android 4.4.2', 'Android 10', 'Android', 'Android 16'])
    t.ok(android(good), good)
  for (const bad of ['Android 1.6', 'Android 2.3.6', 'Android 3.2', 'Android 3']) t.notOk(android(bad), bad)
  t.notOk(hlsOnAndroid(deviceFromUserAgent('AppleCoreMedia/1.0 (iPad; U; CPU OS 17_5)')), 'no Android')
})

t.test('a long User-Agent is cut', async (t) => {
  const filler = 'x'.repeat(1024)
  t.equal(deviceFromUserAgent(`iPad ${filler}`).class, 'ipad')
  t.equal(deviceFromUserAgent(`${filler} iPad`).class, 'unknown')
})

t.test('the table', async (t) => {
  const reasons = USER_AGENT_TABLE.map((row) => row.device.reason)
  t.equal(new Set(reasons).size, reasons.length, 'every row can be told from the others')
  const reached = new Set(EXAMPLES.map(([, ua]) => deviceFromUserAgent(ua).reason))
  t.ok(reached.size > 30, `the examples reach ${reached.size} rows`)
})

t.test('never throws, always quick', async (t) => {
  const words = ['Android ', 'iPhone', 'Mac OS X ', 'CPU OS ', 'AFT', 'Tizen ', ' TV', '1', '.', '_', '(', ' ']
  const made = fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: fc.constantFrom(...words), maxLength: 300 }))
  fc.assert(
    fc.property(made, (ua) => {
      const before = structuredClone(USER_AGENT_TABLE[0]?.device)
      const device = deviceFromUserAgent(ua)
      device.class = 'unknown'
      return JSON.stringify(USER_AGENT_TABLE[0]?.device) === JSON.stringify(before)
    })
  )
  const started = performance.now()
  for (const word of words) for (let i = 0; i < 20; i++) deviceFromUserAgent(word.repeat(100_000))
  t.ok(performance.now() - started < 5000)
})
