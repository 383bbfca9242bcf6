import t from 'tap'
import { render } from '../../src/answer/render.js'
import { AllowedHosts } from '../../src/kaltura/hosts.js'
import { Locations } from '../../src/kaltura/locations.js'
import type { Answer } from '../../src/resolve/decision.js'

const decision = { vary: ['user-agent'], format: 'applehttp', ks: 'none' } as const
const PATH = '/p/101/playManifest/entryId/0_a'
const locations = new Locations('https://www.kaltura.com', new AllowedHosts([], []))
const LOCATION = locations.atKaltura(PATH)

t.test('caching of templates: shared, private, or made because something failed', async (t) => {
  const template = (life: number | 'private' | 'failed') =>
    render({ kind: 'template', location: LOCATION, base: '', life }, decision)
  t.match(template(59_900), {
    status: 302,
    headers: { location: LOCATION, 'cache-control': 'public, max-age=59, s-maxage=59', vary: 'user-agent' }
  })
  t.equal(template('private').headers['cache-control'], 'private, no-store')
  t.equal(template('failed').headers['cache-control'], 'no-store')
})

t.test(
  "a template with a session in the wrong place is nobody else's; a redirect says nothing of the Referer",
  async (t) => {
    const location = locations.atKaltura(`${PATH}/flavorParamIds/djJ8MTAxfBdZRpovSPOOV_wbOJavWjnAZWGHxQUNZn6iEId65Qrb`)
    const { headers } = render({ kind: 'template', location, base: '', life: 59_900 }, decision)
    t.equal(headers['cache-control'], 'private, no-store')
    t.equal(headers['referrer-policy'], undefined)
  }
)

t.test('caching of what is proven public; a stale answer is not kept any longer', async (t) => {
  const target: Answer & { kind: 'target' } = {
    kind: 'target',
    location: LOCATION,
    remaining: 42_000,
    ends: Infinity,
    state: 'hit'
  }
  t.equal(
    render(target, decision).headers['cache-control'],
    'public, max-age=42, s-maxage=42, stale-while-revalidate=30, stale-if-error=600'
  )
  t.equal(
    render({ ...target, remaining: 0, state: 'stale-error' }, decision).headers['cache-control'],
    'public, max-age=0, s-maxage=0'
  )
})

t.test('what a CDN is told never exceeds what the gateway itself does', async (t) => {
  const target: Answer & { kind: 'target' } = {
    kind: 'target',
    location: LOCATION,
    remaining: 1000,
    ends: Infinity,
    state: 'hit'
  }
  const told = (options: object) => render(target, decision, options).headers['cache-control']
  t.equal(told({ staleWhileRevalidate: 0, staleIfError: 0 }), 'public, max-age=1, s-maxage=1')
  t.equal(
    told({ staleWhileRevalidate: 5_000, staleIfError: 86_400_000 }),
    'public, max-age=1, s-maxage=1, stale-while-revalidate=5, stale-if-error=600'
  )
})

t.test('manifests have a strong ETag and answer 304 to it', async (t) => {
  const manifest: Answer = {
    kind: 'manifest',
    manifest: 'hls',
    body: '#EXTM3U\n',
    etag: '"abc"',
    remaining: 1000,
    ends: Infinity,
    state: 'hit'
  }
  t.match(render(manifest, decision), {
    status: 200,
    headers: { 'content-type': 'application/x-mpegurl', etag: '"abc"' },
    body: '#EXTM3U\n'
  })
  t.equal(render({ ...manifest, manifest: 'dash' }, decision).headers['content-type'], 'application/dash+xml')
  for (const [header, status] of [
    ['"abc"', 304],
    ['"x", W/"abc"', 304],
    ['*', 304],
    ['"x"', 200],
    ['abc', 200]
  ] as const) {
    const rendered = render(manifest, decision, { ifNoneMatch: header })
    t.equal(rendered.status, status, header)
    if (status === 304) {
      t.equal(rendered.body, '')
      t.match(rendered.headers, { etag: '"abc"', 'cache-control': /public/ })
    }
  }
})

t.test("Kaltura's errors: its headers, a problem body, and a life that depends on whom they are about", async (t) => {
  const rendered = render({ kind: 'error', code: 1, life: 60_000 }, decision)
  t.match(rendered, {
    status: 404,
    headers: {
      'x-kaltura': 'error-1',
      'x-kaltura-app': 'exiting on error 1 - requested entry not found',
      'content-type': 'application/problem+json; charset=utf-8',
      'cache-control': 'public, max-age=60, s-maxage=60'
    }
  })
  t.match(JSON.parse(rendered.body), {
    status: 404,
    code: 'ENTRY_NOT_FOUND',
    kalturaError: 1,
    detail: /Check the entry id/
  })
  t.equal(render({ kind: 'error', code: 31, life: 0 }, decision).headers['cache-control'], 'no-store')
  t.equal(
    render({ kind: 'error', code: 31, life: 0 }, decision).headers['x-kaltura-app'],
    'exiting on error 31 - The given KS has expired, This URL is expired'
  )
  t.equal(
    render({ kind: 'error', code: 1, life: 60_000 }, { ...decision, ks: 'valid' }).headers['cache-control'],
    'no-store'
  )
  t.equal(
    render({ kind: 'error', code: 6, life: 1, app: 'exiting on error 6 - theirs' }, decision).headers['x-kaltura-app'],
    'exiting on error 6 - theirs'
  )
  t.equal(
    render({ kind: 'error', code: 6, life: 1 }, { ...decision, format: 'applehttp_to_mc' }).status,
    200,
    'the one format whose errors keep 200'
  )
})

t.test('what is for one viewer is kept by nobody', async (t) => {
  const sent = (answer: Answer) => render(answer, decision, { ifNoneMatch: '*' })
  t.same(sent({ kind: 'viewer', content: 'redirect', location: LOCATION }), {
    status: 302,
    headers: {
      vary: 'user-agent',
      location: LOCATION,
      'cache-control': 'private, no-store'
    },
    body: ''
  })
  t.same(sent({ kind: 'viewer', content: 'manifest', manifest: 'dash', body: '<MPD/>', origins: [] }), {
    status: 200,
    headers: {
      vary: 'user-agent',
      'content-type': 'application/dash+xml',
      'cache-control': 'private, no-store',
      'referrer-policy': 'no-referrer'
    },
    body: '<MPD/>'
  })
  const document = {
    kind: 'viewer',
    content: 'document',
    contentType: 'text/xml',
    disposition: 'inline',
    body: '<x/>'
  } as const
  t.match(sent(document), {
    status: 200,
    headers: {
      'content-type': 'text/xml',
      'content-disposition': 'inline',
      'cache-control': 'private, no-store',
      'x-content-type-options': 'nosniff',
      'content-security-policy': /sandbox/,
      etag: undefined
    },
    body: '<x/>'
  })
})
