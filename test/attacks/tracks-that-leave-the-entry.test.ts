/**
 * The attack: Kaltura writes `tracks` into the path of a delivery URL as it is, so `tracks=../..` of a public entry leads to
 * another entry's files. With `delivery: proxy` the gateway fetched those itself and shared them as the public entry's.
 */
import t from 'tap'
import { DEMO_ENTRIES } from '../../src/demo/kaltura/index.js'
import { BASE, withGateway } from '../helpers/gateway.js'

const UP = '../'.repeat(16)

t.test('no answer is made of a path that a stranger writes', async (t) => {
  for (const delivery of ['mirror', 'proxy', 'redirect']) {
    const { ask, cdnUrl } = await withGateway(t, { env: { DELIVERY: delivery } })
    const base = `${BASE}/entryId/${DEMO_ENTRIES.public}/format/mpegdash`
    const usual = await ask(`${base}/a.mpd?tracks=v1`)
    t.notMatch(usual.location, /playManifest/, `${delivery}: an honest value is resolved`)
    for (const tracks of [
      `${UP}elsewhere`,
      `x/${UP}elsewhere`,
      '..',
      `..%2f${UP}elsewhere`,
      `x;${UP}`,
      'x?a=',
      'x#',
      '..\\..'
    ]) {
      const answer = await ask(`${base}/a.mpd?tracks=${encodeURIComponent(tracks)}`)
      t.match(answer, { status: 302, location: /playManifest/ }, `${delivery}: ${tracks} is left to Kaltura`)
      t.notOk(answer.headers.location?.startsWith(cdnUrl), 'nothing of the CDN')
    }
  }
})
