import t from 'tap'
import { type Asked, playManifestUrl } from '../../src/demo/ask.js'
import { settledAnswer, withDemo } from '../helpers/demo.js'

t.test('only playManifest paths of the gateway itself may be asked', async (t) => {
  const gateway = 'http://127.0.0.1:3000'
  t.equal(playManifestUrl(gateway, '/p/101/playManifest/entryId/0_a'), `${gateway}/p/101/playManifest/entryId/0_a`)
  for (const path of [
    '',
    'p/101/playManifest/entryId/0_a',
    'http://elsewhere.example/p/101/playManifest/entryId/0_a',
    '//elsewhere.example/p/101/playManifest/entryId/0_a',
    '/\\elsewhere.example/p/1/playManifest/a',
    '/readyz',
    '/p/101/sp/10100/thumbnail/entry_id/0_a',
    '/p/101?x=/playManifest/',
    '/p/101#/playManifest/',
    '/p/101/playManifest/../../../readyz',
    '/p/101/%2e%2e/%2e%2e/readyz/playManifest/',
    '/p/../x/playManifest/entryId/0_a',
    '@elsewhere.example/p/1/playManifest/a'
  ]) {
    t.equal(playManifestUrl(gateway, path), null, path)
  }
})

t.test('asks for the page, and says what it took', async (t) => {
  const demo = await withDemo(t)
  const ask = async (path: string, userAgent = 'curl/8.6.0') => {
    const response = await fetch(`${demo.pageUrl}/ask?path=${encodeURIComponent(path)}`, {
      headers: { 'user-agent': userAgent }
    })
    return { status: response.status, body: (await response.json()) as Asked }
  }
  const at = '/p/101/sp/10100/playManifest/entryId/0_public01'
  await settledAnswer(`${demo.gatewayUrl}${at}/format/url/protocol/http/a.mp4`)
  const { body } = await ask(`${at}/format/url/protocol/http/a.mp4`)
  t.match(body, {
    hops: [
      { by: 'gateway', status: 302, headers: { location: /^http/ }, body: '' },
      { by: 'cdn', status: 200, headers: { 'content-type': 'video/mp4' }, body: '' }
    ],
    leadsTo: null,
    calls: { api: 0, playManifest: 0 }
  })
  const agent = 'Mozilla/5.0 (iPad; CPU OS 12_5_7 like Mac OS X) AppleWebKit/605.1.15'
  await settledAnswer(`${demo.gatewayUrl}${at}/format/auto`, { 'user-agent': agent })
  const ipad = await ask(`${at}/format/auto`, agent)
  t.match(ipad.body.hops[0]!.headers['content-type'], /mpegurl/, 'the User-Agent of the page’s own request counts')
  t.ok(ipad.body.hops[0]!.body.length <= 4096)
  t.equal((await ask('/readyz')).status, 400)
  t.equal((await fetch(`${demo.pageUrl}/ask`)).status, 400)
  t.equal((await fetch(`${demo.pageUrl}/ask?path=/p/1/playManifest/a&path=/p/1/playManifest/b`)).status, 400)
})

t.test('a redirect out of the demo is told, not followed', async (t) => {
  const demo = await withDemo(t)
  demo.catalog.deliveryProfiles = demo.catalog.deliveryProfiles.map((profile) => ({
    ...profile,
    url: 'http://cdn.example.com'
  }))
  const path = '/p/101/sp/10100/playManifest/entryId/0_public01/format/url/protocol/http/a.mp4'
  const response = await fetch(`${demo.pageUrl}/ask?path=${encodeURIComponent(path)}`)
  const { hops, leadsTo } = (await response.json()) as Asked
  t.equal(hops.at(-1)?.status, 302)
  t.match(leadsTo, /^http:\/\/cdn\.example\.com\//)
})

t.test('a strict policy, and every file of the page', async (t) => {
  const demo = await withDemo(t)
  const page = await fetch(`${demo.pageUrl}/`)
  const policy = page.headers.get('content-security-policy') ?? ''
  t.match(policy, /default-src 'none'/)
  t.notMatch(policy, /unsafe|\*/)
  t.match(policy, `connect-src 'self' ${demo.gatewayUrl} ${demo.kalturaUrl} ${demo.cdnUrl};`)
  const html = await page.text()
  t.notMatch(html, /<script(?![^>]* src=)|<style| style=| on[a-z]+=/i)
  const files = [...html.matchAll(/(?:src|href)="(\/[^"]*)"/g)].map(([, path]) => path!)
  t.ok(files.length >= 3)
  for (const path of [...files, '/vendor/hls.min.js', '/vendor/shaka-player.compiled.js', '/demo.json']) {
    const response = await fetch(demo.pageUrl + path)
    t.equal(response.status, 200, path)
    t.ok(response.headers.has('content-security-policy'))
    await response.body?.cancel()
  }
})
