import t from 'tap'
import { tokenIn } from '../../src/resolve/tokens.js'

t.test('token-bearing delivery URLs are recognised (reference delivery-urls.md section 5)', async (t) => {
  for (const url of [
    'https://cdn.example.com/p/101/a.m3u8?Policy=e30_&Signature=abc&Key-Pair-Id=K',
    'https://cdn.example.com/a.m3u8?ip=1.2.3.4&Policy=x',
    'https://cdn.example.com/a.mp4?hdnea=exp=1~acl=/*~hmac=ab',
    'https://cdn.example.com/a.mp4?hdnts=st=1~exp=2~hmac=ab',
    'https://cdn.example.com/hdnts=exp=1~hmac=x/a.m3u8',
    'https://cdn.example.com/a.mp4?__gda__=1700000000_abcdef',
    'https://cdn.example.com/p/101/exp/1700000000/sig/abc/a.mp4',
    'https://cdn.example.com/p/101/ks/djJ8MTAxfA/name/a.mp4',
    'https://cdn.example.com/a.mp4?ks=djJ8MTAxfA',
    'https://cdn.example.com/a.mp4?x=djJ8MTAxfA',
    'https://cdn.example.com/a.mp4?X-Amz-Signature=abc',
    'https://storage.googleapis.com/a.mp4?GoogleAccessId=x&Expires=1&Signature=y',
    'https://x.blob.core.windows.net/a.mp4?sv=2020&se=2026-01-01&sig=abc',
    'https://livepackager.example.com/env/ny-prod/live/hls/p/101/e/0_live0003/tl/main/st/0/t/XJImg3PdyoWLexoa-8PAQA/index-s36.m3u8',
    'https://cdn.example.com/a.mp4?%6Bs=x',
    'https://cdn.example.com/a.mp4?hmac=x',
    'https://cdn.example.com/a.mp4?verify=1-x',
    'https://cdn.example.com/a.mp4?X-Amz-Credential=x',
    'https://cdn.example.com/a.mp4?nva=1&nvb=2',
    'https://cdn.example.com/a.mp4?cdn_hash=x'
  ]) {
    t.type(tokenIn(url), 'string', url)
    t.notMatch(tokenIn(url) ?? '', /djJ8|abcdef/, 'the reason does not repeat the token')
  }
})

t.test('plain delivery URLs of the recordings are not', async (t) => {
  for (const url of [
    'https://127.0.0.1:18080/p/101/sp/10100/serveFlavor/entryId/0_testvid1/v/1/flavorId/0_vid1fp02/forceproxy/true/name/a.mp4',
    'https://cdn.example.com/dash/p/101/sp/10100/serveFlavor/entryId/0_testvid1/clipTo/20000/clipFrom/5000/clipTo/20000/v/1/flavorId/0_vid1,fp03,fp04,aud2,/forceproxy/true/name/a.mp4.urlset/manifest.mpd',
    'https://cdn.example.com/hls/p/101/sp/10100/serveFlavor/entryId/0_testvid1/v/1/ev/2/flavorId/0_vid1fp02/name/a.mp4/index.m3u8',
    'https://http.example.com/s/p/101/serveFlavor/name/a.mp4?novar=0&fs=100',
    '/relative/index.m3u8'
  ]) {
    t.equal(tokenIn(url), null, url)
  }
})
