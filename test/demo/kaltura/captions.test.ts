import t from 'tap'
import { DEMO_ENTRIES, DEMO_SECRETS, issueKs } from '../../../src/demo/kaltura/index.js'
import { demoServer } from './demo-server.js'

const SERVICE = '/api_v3/index.php/service/caption_captionasset/action'
const EN = '0_publccen'

/** Follows nothing. */
const fetchOnce = (url: string) => fetch(url, { redirect: 'manual' })

t.test('an HLS master names the captions of its entry', async (t) => {
  const { play, base } = await demoServer(t)
  const entry = `entryId/${DEMO_ENTRIES.public}`
  const master = await (await play(`${entry}/format/applehttp`)).text()
  t.match(
    master.split('\n')[1],
    `TYPE=SUBTITLES,GROUP-ID="subs",NAME="English",DEFAULT=NO,AUTOSELECT=YES,FORCED=NO,LANGUAGE="en",URI="${base}${SERVICE}/serveWebVTT/captionAssetId/${EN}/a.m3u8"`
  )
  const streams = master.split('\n').filter((line) => line.startsWith('#EXT-X-STREAM-INF'))
  t.ok(streams.length > 0 && streams.every((line) => line.endsWith(',SUBTITLES="subs"')))
  for (const rest of ['format/applehttp/disableCaptions/1', 'format/http/responseFormat/m3u8']) {
    t.notMatch(await (await play(`${entry}/${rest}`)).text(), /subs/, rest)
  }
})

t.test('the API leads to the playlist or the whole file', async (t) => {
  const { base } = await demoServer(t)
  const locationOf = async (rest: string): Promise<string | null> => {
    const answer = await fetchOnce(`${base}${SERVICE}/${rest}`)
    t.equal(answer.status, 302, rest)
    t.equal(answer.headers.get('access-control-allow-origin'), '*', 'players on other origins follow')
    return answer.headers.get('location')
  }
  t.equal(await locationOf(`serveWebVTT/captionAssetId/${EN}/a.m3u8`), 'http://127.0.0.1:1/captions/en.m3u8')
  const whole = `serveWebVTT/captionAssetId/${EN}/segmentIndex/-1/version/1/captions.vtt`
  t.equal(await locationOf(whole), 'http://127.0.0.1:1/captions/en.vtt')
  t.equal(await locationOf(`serve/captionAssetId/${EN}/v/1`), 'http://127.0.0.1:1/captions/en.vtt')
  const unknown = await (await fetchOnce(`${base}${SERVICE}/serve/captionAssetId/0_nothing1?format=1`)).json()
  t.match(unknown, { code: 'CAPTION_ASSET_ID_NOT_FOUND', args: { ID: '0_nothing1' } })
})

t.test('a playback context has them, too', async (t) => {
  const { call, base } = await demoServer(t)
  const widget = (await call({ service: 'session', action: 'startWidgetSession', widgetId: '_101' })) as { ks: string }
  const ask = { service: 'baseEntry', action: 'getPlaybackContext', entryId: DEMO_ENTRIES.public, ks: widget.ks }
  t.match(await call({ ...ask, contextDataParams: { objectType: 'KalturaPlaybackContextOptions' } }), {
    playbackCaptions: [
      { label: 'English', languageCode: 'en', webVttUrl: `${base}${SERVICE}/serveWebVTT/captionAssetId/${EN}/` },
      { label: 'Spanish', languageCode: 'es' }
    ]
  })
})

t.test('for a protected entry a session is in the URL, and needed', async (t) => {
  const { play, catalog, base } = await demoServer(t)
  const entryId = DEMO_ENTRIES.ksProtected
  catalog.captions.set('0_ksoncc00', { ...catalog.captions.get(EN)!, id: '0_ksoncc00', entryId })
  const expiry = Math.floor(Date.now() / 1000) + 60
  const partner = { ...catalog.partners.get(101)!, ...DEMO_SECRETS.main }
  const ks = issueKs(partner, { type: 0, userId: 'u', expiry, privileges: `sview:${entryId}` })
  const master = await (await play(`entryId/${entryId}/format/applehttp/ks/${ks}`)).text()
  const [, url = ''] = /TYPE=SUBTITLES.*URI="([^"]*)"/.exec(master) ?? []
  t.match(url, /\/captionAssetId\/0_ksoncc00\/ks\/djJ8[^/]*\/a\.m3u8$/)
  t.equal((await fetchOnce(url)).status, 302)
  const without = await (await fetchOnce(`${base}${SERVICE}/serveWebVTT/captionAssetId/0_ksoncc00?format=1`)).json()
  t.match(without, { code: 'ACCESS_CONTROL_RESTRICTED' })
})
