const SAFARI = 'AppleWebKit/605.1.15 (KHTML, like Gecko)'
const BLINK = 'AppleWebKit/537.36 (KHTML, like Gecko)'
const MAC = 'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7)'
const SDK = 'playkit/android-4.30.0 com.example.app/1.0 Dalvik/2.1.0'

/** User-Agents as devices send them, by the row of the User-Agent table that they meet (its `reason`); one each at least. */
export const USER_AGENT_EXAMPLES: Readonly<Record<string, readonly string[]>> = {
  'avfoundation-apple-tv': ['AppleCoreMedia/1.0.0.21L580 (Apple TV; U; CPU OS 17_5 like Mac OS X; en_us)'],
  'avfoundation-ipad': ['AppleCoreMedia/1.0.0.21F90 (iPad; U; CPU OS 17_5_1 like Mac OS X; en_us)'],
  'avfoundation-iphone': ['AppleCoreMedia/1.0.0.21F90 (iPhone; U; CPU OS 17_5_1 like Mac OS X; en_us)'],
  'avfoundation-mac': ['AppleCoreMedia/1.0.0.23F79 (Macintosh; U; Intel Mac OS X 14_5; en_us)'],
  'avfoundation-other': ['AppleCoreMedia/1.0.0.21O595 (Apple Vision; U; CPU OS 1_2 like Mac OS X; en_us)'],
  exoplayer: [
    'MyApp/1.2 (Linux;Android 13) ExoPlayerLib/2.19.1',
    `${SDK} (Linux; U; Android 13; Pixel 7 Build/TQ3A) Mobile ExoPlayerLib/2.18.3`,
    `${SDK} (Linux; U; Android 12; MIBOX4 Build/ST) TV ExoPlayerLib/2.18.3`
  ],
  media3: ['MyApp/1.2 (Linux;Android 14) AndroidXMedia3/1.3.1'],
  stagefright: ['stagefright/1.2 (Linux;Android 9)'],
  ffmpeg: ['Lavf/60.16.100'],
  vlc: ['VLC/3.0.20 LibVLC/3.0.20'],
  roku: ['Roku/DVP-12.5 (12.5.0.4178-88)'],
  'roku-model': ['Roku4640X/DVP-7.70 (297.70E04154A)'],
  gstreamer: ['GStreamer souphttpsrc 1.22.0 libsoup/3.4.2'],
  mpv: ['mpv 0.37.0'],
  dalvik: ['Dalvik/2.1.0 (Linux; U; Android 12; SM-G991B Build/SP1A.210812.016)'],
  cfnetwork: ['MyApp/1 CFNetwork/1494.0.7 Darwin/23.4.0'],
  curl: ['curl/8.6.0'],
  wget: ['Wget/1.21.4'],
  chromecast: [
    `Mozilla/5.0 (X11; Linux armv7l) ${BLINK} Chrome/90.0.4430.225 Safari/537.36 CrKey/1.56.500000 DeviceType/Chromecast`
  ],
  'tizen-tv': [`Mozilla/5.0 (SMART-TV; LINUX; Tizen 6.5) ${BLINK} 85.0.4183.93/6.5 TV Safari/537.36`],
  'webos-tv': [`Mozilla/5.0 (Web0S; Linux/SmartTV) ${BLINK} Chrome/87.0.4280.88 Safari/537.36 WebAppManager`],
  vidaa: ['Mozilla/5.0 (Linux; Android 9; SMART-TV; VIDAA/6.0) Chrome/88.0'],
  'fire-tv': [
    `Mozilla/5.0 (Linux; Android 9; AFTMM Build/PS7233) ${BLINK} Silk/108.4.6 like Chrome/108.0.5359.220 Safari/537.36`
  ],
  'android-tv': [`Mozilla/5.0 (Linux; Android 9; BRAVIA 4K UR2) ${BLINK} Chrome/96.0 Safari/537.36`],
  'apple-tv': ['AppleTV11,1/tvOS/17.5'],
  console: ['Mozilla/5.0 (PlayStation; PlayStation 5/6.50) AppleWebKit/605.1.15'],
  'smart-tv': ['HbbTV/1.5.1 (+DRM;Example;Set;1.0;1.0;)'],
  'windows-phone': [
    'Mozilla/5.0 (Windows Phone 10.0; Android 6.0.1; Microsoft; Lumia 950) Mobile Safari/537.36 Edge/15.15254'
  ],
  ipad: [`Mozilla/5.0 (iPad; CPU OS 12_5_7 like Mac OS X) ${SAFARI} Version/12.1.2 Mobile/15E148 Safari/604.1`],
  iphone: [
    `Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) ${SAFARI} Version/17.5 Mobile/15E148 Safari/604.1`,
    'Mozilla/5.0 (iPod touch; CPU iPhone OS 12_0 like Mac OS X)'
  ],
  android: [
    `Mozilla/5.0 (Linux; Android 10; K) ${BLINK} Chrome/126.0.0.0 Mobile Safari/537.36`,
    `Mozilla/5.0 (Linux; Android 10; K) ${BLINK} Chrome/126.0.0.0 Safari/537.36`,
    'Mozilla/5.0 (Linux; U; Android 2.3.6; en-us; GT-S5830 Build/GINGERBREAD) AppleWebKit/533.1 (KHTML, like Gecko) Version/4.0 Mobile Safari/533.1'
  ],
  'fire-tablet-desktop-site': [
    `Mozilla/5.0 (X11; Linux x86_64) ${BLINK} Silk/108.4.6 like Chrome/108.0.5359.220 Safari/537.36`
  ],
  'ipad-desktop-site': [`${MAC} ${SAFARI} CriOS/126.0 Version/17.5 Safari/605.1.15`],
  'mac-or-ipad-safari': [`${MAC} ${SAFARI} Version/17.5 Safari/605.1.15`],
  'desktop-windows': [`Mozilla/5.0 (Windows NT 10.0; Win64; x64) ${BLINK} Chrome/126.0.0.0 Safari/537.36`],
  'desktop-mac': [`${MAC} ${BLINK} Chrome/126.0.0.0 Safari/537.36`],
  'desktop-chromeos': [`Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) ${BLINK} Chrome/126.0.0.0 Safari/537.36`],
  'desktop-linux': [`Mozilla/5.0 (X11; Linux x86_64) ${BLINK} Chrome/126.0.0.0 Safari/537.36`],
  'desktop-x11': ['Mozilla/5.0 (X11; FreeBSD amd64; rv:127.0) Gecko/20100101 Firefox/127.0']
}

/** Headers from which a device is read before its User-Agent; those of a CDN count from a trusted proxy only. */
export const HEADER_EXAMPLES: readonly { of: string; headers: Readonly<Record<string, string>> }[] = [
  { of: 'CloudFront', headers: { 'CloudFront-Is-IOS-Viewer': 'true', 'CloudFront-Is-Tablet-Viewer': 'true' } },
  { of: 'CloudFront', headers: { 'CloudFront-Is-IOS-Viewer': 'true', 'CloudFront-Is-Mobile-Viewer': 'true' } },
  { of: 'CloudFront', headers: { 'CloudFront-Is-Android-Viewer': 'true' } },
  { of: 'CloudFront', headers: { 'CloudFront-Is-SmartTV-Viewer': 'true' } },
  { of: 'CloudFront', headers: { 'CloudFront-Is-Desktop-Viewer': 'true' } },
  {
    of: 'Akamai',
    headers: {
      'X-Akamai-Device-Characteristics':
        'brand_name=Apple;model_name=iPad;is_tablet=true;device_os=iOS;device_os_version=17.5'
    }
  },
  { of: 'Varnish devicedetect', headers: { 'X-UA-Device': 'tablet-ipad' } },
  { of: 'Varnish devicedetect', headers: { 'X-UA-Device': 'mobile-android' } },
  { of: 'your own', headers: { 'X-Device': 'android-2' } },
  { of: 'Cloudflare', headers: { 'CF-Device-Type': 'tablet' } },
  { of: 'Client Hints', headers: { 'Sec-CH-UA-Platform': '"Android"', 'Sec-CH-UA-Mobile': '?1' } },
  { of: 'Client Hints', headers: { 'Sec-CH-UA-Platform': '"Windows"', 'Sec-CH-UA-Mobile': '?0' } }
]
