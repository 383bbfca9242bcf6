import type { DeviceClass } from '../viewer/device-class.js'

/** A device to ask as. */
export interface ConsoleDevice {
  id: string
  name: string
  /** The class that this User-Agent is told by. */
  class: DeviceClass
  userAgent: string
  /** What stands for it as `device=` in a URL, where a browser with another User-Agent plays. */
  hint: string
}

const BLINK = 'AppleWebKit/537.36 (KHTML, like Gecko)'
const WEBKIT = 'AppleWebKit/605.1.15 (KHTML, like Gecko)'

/** Devices as they show themselves (reference device-rules.md section 4), those of the shipped rules first. */
export const CONSOLE_DEVICES: readonly ConsoleDevice[] = [
  {
    id: 'iphone',
    name: 'iPhone, Safari',
    class: 'iphone',
    hint: 'iphone-17.5',
    userAgent: `Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) ${WEBKIT} Version/17.5 Mobile/15E148 Safari/604.1`
  },
  {
    id: 'ipad',
    name: 'iPad, Safari',
    class: 'ipad',
    hint: 'ipad-12.5',
    userAgent: `Mozilla/5.0 (iPad; CPU OS 12_5_7 like Mac OS X) ${WEBKIT} Version/12.1.2 Mobile/15E148 Safari/604.1`
  },
  {
    id: 'android-phone',
    name: 'Android phone, Chrome',
    class: 'android',
    hint: 'android-phone',
    userAgent: `Mozilla/5.0 (Linux; Android 10; K) ${BLINK} Chrome/126.0.0.0 Mobile Safari/537.36`
  },
  {
    id: 'android-tablet',
    name: 'Android tablet, Chrome',
    class: 'android',
    hint: 'android-tablet',
    userAgent: `Mozilla/5.0 (Linux; Android 10; K) ${BLINK} Chrome/126.0.0.0 Safari/537.36`
  },
  {
    id: 'android-2',
    name: 'Android 2.3 (no HLS)',
    class: 'android',
    hint: 'android-2.3',
    userAgent:
      'Mozilla/5.0 (Linux; U; Android 2.3.6; en-us; GT-S5830 Build/GINGERBREAD) AppleWebKit/533.1 (KHTML, like Gecko) Version/4.0 Mobile Safari/533.1'
  },
  {
    id: 'exoplayer',
    name: 'Android app, ExoPlayer',
    class: 'android',
    hint: 'android',
    userAgent: 'MyApp/1.0 (Linux;Android 14) ExoPlayerLib/2.19.1'
  },
  {
    id: 'mac-safari',
    name: 'Mac, Safari (or iPad asking for desktop pages)',
    class: 'mac-safari',
    hint: 'mac-safari',
    userAgent: `Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) ${WEBKIT} Version/17.5 Safari/605.1.15`
  },
  {
    id: 'desktop',
    name: 'Windows, Chrome',
    class: 'desktop',
    hint: 'desktop',
    userAgent: `Mozilla/5.0 (Windows NT 10.0; Win64; x64) ${BLINK} Chrome/126.0.0.0 Safari/537.36`
  },
  {
    id: 'tizen',
    name: 'Samsung television set (Tizen)',
    class: 'tv',
    hint: 'tizen-6.5',
    userAgent: `Mozilla/5.0 (SMART-TV; LINUX; Tizen 6.5) ${BLINK} 85.0.4183.93/6.5 TV Safari/537.36`
  },
  {
    id: 'webos',
    name: 'LG television set (webOS)',
    class: 'tv',
    hint: 'webos',
    userAgent: `Mozilla/5.0 (Web0S; Linux/SmartTV) ${BLINK} Chrome/87.0.4280.88 Safari/537.36 WebAppManager`
  },
  {
    id: 'apple-tv',
    name: 'Apple TV',
    class: 'apple-tv',
    hint: 'apple-tv-17.5',
    userAgent: 'AppleTV11,1/tvOS/17.5'
  },
  {
    id: 'chromecast',
    name: 'Chromecast',
    class: 'chromecast',
    hint: 'chromecast',
    userAgent: `Mozilla/5.0 (X11; Linux armv7l) ${BLINK} Chrome/90.0.4430.225 Safari/537.36 CrKey/1.56.500000 DeviceType/Chromecast`
  },
  {
    id: 'roku',
    name: 'Roku',
    class: 'roku',
    hint: 'roku',
    userAgent: 'Roku/DVP-12.5 (12.5.0.4178-88)'
  },
  {
    id: 'playstation',
    name: 'PlayStation 5',
    class: 'console',
    hint: 'playstation',
    userAgent: `Mozilla/5.0 (PlayStation; PlayStation 5/6.50) ${WEBKIT}`
  },
  { id: 'curl', name: 'curl', class: 'native-player', hint: 'native-player', userAgent: 'curl/8.5.0' }
]
