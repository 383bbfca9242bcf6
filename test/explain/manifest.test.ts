import fc from 'fast-check'
import t from 'tap'
import { DEMO_ENTRIES, DEMO_SECRETS } from '../../src/demo/kaltura/index.js'
import { manifestReport, maskedManifest } from '../../src/explain/manifest-report.js'
import { beforeEdit, MAX_BEFORE, rememberBefore } from '../../src/resolve/before-edit.js'
import { makeKsV2 } from '../../src/viewer/ks.js'
import { explain } from '../helpers/explain.js'
import { BASE, USER_AGENTS, withGateway } from '../helpers/gateway.js'

const HLS = `${BASE}/entryId/${DEMO_ENTRIES.public}/format/applehttp/protocol/http/a.m3u8`

t.test('a public manifest as upstream wrote it and as it is answered', async (t) => {
  const { adminUrl, ask } = await withGateway(t, { patience: 20_000, admin: true })
  const cold = await explain(adminUrl, { url: HLS, userAgent: USER_AGENTS.android })
  t.match(cold.manifest, { kind: 'hls', edited: true, note: null })
  t.match(cold.manifest?.before, /TYPE=AUDIO.*LANGUAGE="es"/)
  t.notMatch(cold.manifest?.after, /TYPE=AUDIO/)
  const { body } = await ask(HLS, { 'user-agent': USER_AGENTS.android })
  t.equal(cold.manifest?.after, body, 'what viewers get')
  const warm = await explain(adminUrl, { url: HLS, userAgent: USER_AGENTS.android })
  t.equal(warm.caches?.target.state, 'hit')
  t.strictSame(warm.manifest, cold.manifest, 'known as long as the target is')
})

t.test('no body of what is not the same for everybody', async (t) => {
  const file = t.testdir({ 'gateway.yaml': 'partners: [{ id: 101, viewerProxy: true, forwardedFor: trusted }]\n' })
  const gateway = await withGateway(t, { patience: 20_000, admin: true, configFile: `${file}/gateway.yaml` })
  const ks = makeKsV2({
    partnerId: 101,
    secret: DEMO_SECRETS.main.adminSecret,
    expiry: 4_000_000_000,
    privileges: 'sview:*'
  })
  const own = await explain(
    gateway.adminUrl,
    `${BASE}/entryId/${DEMO_ENTRIES.ksProtected}/format/applehttp/protocol/http?ks=${ks}`
  )
  t.match(own, { answer: { kind: 'viewer', status: 200 }, manifest: null })
  t.notMatch(JSON.stringify(own), '#EXTM3U')
  const redirect = await explain(gateway.adminUrl, `${BASE}/entryId/${DEMO_ENTRIES.public}/format/url`)
  t.equal(redirect.manifest, null)
})

t.test('what was cut from it is masked line by line', async (t) => {
  const text = [
    '#EXTM3U',
    '#EXT-X-SESSION-KEY:METHOD=AES-128,URI="https://keys.example/k?token=abcdef0123456789"',
    '#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="a",NAME="English",URI="audio.m3u8?hdnea=st=1~exp=2~hmac=ab"',
    '#EXT-X-STREAM-INF:BANDWIDTH=1,CODECS="avc1.4d400c"',
    'https://cdn.example/t/secretsecret/a.m3u8',
    'plain/a.m3u8'
  ].join('\n')
  t.equal(
    maskedManifest(text),
    [
      '#EXTM3U',
      '#EXT-X-SESSION-KEY:***',
      '#EXT-X-MEDIA:***',
      '#EXT-X-STREAM-INF:BANDWIDTH=1,CODECS="avc1.4d400c"',
      '***',
      'plain/a.m3u8'
    ].join('\n')
  )
})

t.test('no session gets through, wherever it stands in a manifest', async (t) => {
  const ks = makeKsV2({ partnerId: 101, secret: 'a secret of this test', expiry: 4_000_000_000, userId: 'me' })
  const around = fc.string({ unit: fc.constantFrom(...'#EXTM3U:="/?&,<>a1.-\n\r '), maxLength: 60 })
  fc.assert(
    fc.property(around, around, (before, behind) => {
      const shown = manifestReport({ kind: 'hls', before: `${before}${ks}${behind}`, after: '#EXTM3U\n' })
      return !JSON.stringify(shown).includes(ks.slice(12, 40))
    }),
    { numRuns: 1000 }
  )
  t.pass('property holds')
})

t.test('what is long is not kept, and not shown', async (t) => {
  const made = { kind: 'manifest' }
  t.equal(beforeEdit(rememberBefore(made, 'x'.repeat(MAX_BEFORE + 1))), null)
  t.equal(beforeEdit(rememberBefore(made, 'x')), 'x')
  t.equal(beforeEdit(rememberBefore({ kind: 'private' }, 'x')), null)
  t.match(manifestReport({ kind: 'dash', before: null, after: '<MPD/>' }), {
    edited: null,
    after: '<MPD/>',
    note: /not kept/
  })
  t.match(manifestReport({ kind: 'dash', before: 'x', after: 'y'.repeat(MAX_BEFORE + 1) }), {
    before: null,
    after: null
  })
})
