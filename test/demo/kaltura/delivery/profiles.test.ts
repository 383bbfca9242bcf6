import t from 'tap'
import { answerVector, type VectorFlavor, type VectorRequest } from '../vector-request.js'

/** Settings of delivery profiles beyond what the shared vectors show. */

const TAGS = 'mbr,web,iphonenew,ipadnew,dash'
const FLAVORS: VectorFlavor[] = [
  { id: '0_v1', flavorParamsId: 1, tags: TAGS, bitrate: 400, width: 640, height: 360, version: '2' },
  { id: '0_au', flavorParamsId: 20, tags: 'audio_only,alt_audio', bitrate: 64, language: 'English', version: '2' }
]

function ask(profile: Record<string, unknown>, request: Record<string, string>, over: Partial<VectorRequest> = {}) {
  const deliveryProfile = { type: 'http', url: 'http://cdn.example.com', ...profile }
  return answerVector({ deliveryProfile, request, flavors: FLAVORS, now: 1700000000, ...over })
}

const BASE = '/p/101/sp/10100/serveFlavor/entryId/0_entry'

t.test('a generic profile fills its pattern', async (t) => {
  const pattern = '/vod/{url}?start={seekFromSec}'
  const answer = ask({ type: 'genericHttp', pattern }, { format: 'url', seekFrom: '5500' })
  t.equal(answer.headers.location, `http://cdn.example.com/vod${BASE}/v/2/flavorId/0_v1/name/a.mp4?start=5`)
})

t.test('Akamai HTTP: a proxy unless it clips, and seeking by query only if it can', async (t) => {
  const locationOf = (profile: object, request: object) =>
    ask({ type: 'akamaiHttp', ...profile }, { format: 'url', ...request }).headers.location
  const plain = `http://cdn.example.com${BASE}/v/2/flavorId/0_v1/forceproxy/true/name/a.mp4`
  t.equal(locationOf({}, { seekFrom: '5000' }), plain)
  t.equal(locationOf({ useIntelliseek: true }, { seekFrom: '5000' }), `${plain}?aktimeoffset=5`)
  t.equal(locationOf({}, { clipTo: '9000' }), `http://cdn.example.com${BASE}/clipTo/9000/v/2/flavorId/0_v1/name/a.mp4`)
})

t.test('HEVC beside audio renditions is asked for unmuxed', async (t) => {
  const over = { flavorParams: { 1: 'h265' } }
  const { body } = ask({ type: 'vodPackagerHls' }, { format: 'applehttp' }, over)
  t.match(body, `/container/fmp4${BASE}/v/2/flavorId/0_v1/name/a.mp4/index.m3u8/index-v1.m3u8`)
  t.match(body, `/container/fmp4${BASE}/v/2/flavorId/0_au/name/a.mp4/index.m3u8/index-a1.m3u8`)
})

t.test('a tokenizer signs what is delivered and forbids keeping the answer', async (t) => {
  const tokenizer = { type: 'akamaiSecureHd', paramName: 'hdnea', window: 300, key: 'aabb', aclPostfix: '/*' }
  const one = ask({ tokenizer }, { format: 'url' })
  t.match(one.headers.location, /^http:\/\/cdn\.example\.com\/p\/.*\?hdnea=st=1700000000~exp=1700000300~acl=\/p\//)
  t.match(one.headers['cache-control'], /^no-store/)
  const many = ask({ type: 'vodPackagerHls', tokenizer }, { format: 'applehttp' })
  const acls = [...many.body.matchAll(/acl=([^~]*)/g)].map(([, acl]) => acl)
  t.strictSame(acls, Array(2).fill(`${BASE}/v/2/flavorId/0_/*`), 'all renditions below one prefix')
  const nothing = ask({ tokenizer: { type: 'chinaCache', algorithmId: 9, key: 'k' } }, { format: 'url' })
  t.equal(nothing.headers.location, 'http://cdn.example.com', 'settings that allow no token')
})

t.test('a stitched sequence names flavor params', async (t) => {
  const request = { format: 'mpegdash', sequence: '0_entry,0_nothing1' }
  const { headers } = ask({ type: 'vodPackagerDash' }, request)
  t.equal(
    headers.location,
    `http://cdn.example.com${BASE}/sequence/0_entry/flavorParamIds/1,20/forceproxy/true/name/a.mp4/manifest.mpd`
  )
})

t.test('the origin is echoed only for partners that restrict it', async (t) => {
  const origin = 'https://portal.example.org'
  const partnerPermissions = ['FEATURE_RESTRICT_ACCESS_CONTROL_ALLOW_ORIGIN_DOMAINS']
  t.match(ask({}, { format: 'url' }, { origin }).headers, { 'access-control-allow-origin': '*' })
  t.match(ask({}, { format: 'url' }, { origin, partnerPermissions }).headers, {
    'access-control-allow-origin': origin,
    'access-control-allow-credentials': 'true'
  })
})

t.test('captions inside the video are named in an HLS master', async (t) => {
  const entry = { streams: [{ type: 'closedCaptions', id: 'CC1', label: 'English', language: 'en' }] }
  const { body } = ask({ type: 'vodPackagerHls' }, { format: 'applehttp' }, { entry })
  t.match(body, /TYPE=CLOSED-CAPTIONS,GROUP-ID="CC",LANGUAGE="en",NAME="English",INSTREAM-ID="CC1"/)
})
