import { readdirSync, readFileSync } from 'node:fs'
import { pino } from 'pino'
import t, { type Test } from 'tap'
import { ADMIN_HEADERS, buildAdmin } from '../../src/admin/admin.js'
import { loadConfig } from '../../src/config/load.js'
import { VENDOR } from '../../src/console/files.js'
import type { Question } from '../../src/explain/ask-in-process.js'
import type { Explanation } from '../../src/explain/report.js'
import { Metrics } from '../../src/plugins/metrics.js'

const TOKEN = 'a-token-of-this-test'
const ENV = {
  KALTURA_SERVICE_URL: 'https://kaltura.example',
  KALTURA_PARTNER_ID: '101',
  ALLOWED_HOSTS: '*.cdn.example'
}
const PAGE = new URL('../../src/console/page/', import.meta.url)
const html = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' }

function admin(t: Pick<Test, 'teardown'>, token: string | null) {
  const explained: string[] = []
  const explain = async ({ target }: Question) => {
    explained.push(target)
    return { secret: 'an explanation' } as unknown as Explanation
  }
  const app = buildAdmin(
    { ...loadConfig(ENV), admin: { host: '127.0.0.1', port: 0, token } },
    {
      metrics: new Metrics(),
      explain,
      gatewayUrl: () => 'https://video.example',
      entries: [{ id: '0_a', name: 'An entry', path: '/p/101/playManifest/entryId/0_a' }],
      logger: pino({ level: 'silent' })
    }
  )
  t.teardown(() => app.close())
  const ask = async (url: string, headers: Record<string, string> = {}, method: 'GET' | 'HEAD' | 'POST' = 'GET') =>
    await app.inject({ url, method, headers: { host: 'localhost:3001', ...headers } })
  return { ask, explained }
}

const files = readdirSync(PAGE).filter((name) => !name.endsWith('.html'))
const served = [
  ...files.map((name) => `/console/${name}`),
  ...Object.keys(VENDOR).map((name) => `/console/vendor/${name}`)
]

t.test('the page and all its files need no token; what they show does', async (t) => {
  const { ask } = admin(t, TOKEN)
  for (const path of ['/console', '/console/', ...served]) {
    const { statusCode, headers } = await ask(path)
    t.equal(statusCode, 200, path)
    t.match(headers, { 'cache-control': 'no-store', 'x-content-type-options': 'nosniff', 'x-frame-options': 'DENY' })
    t.match(headers['content-type'], path.endsWith('.js') ? /javascript/ : /css|html|svg/)
  }
  t.match((await ask('/', html)).body, 'href="/console"')
  for (const path of [
    '/console/settings.json',
    '/console/nothing.js',
    '/console/index.html',
    '/metrics',
    '/explain',
    '/'
  ])
    t.equal((await ask(path)).statusCode, 401, path)
  for (const path of ['/metrics', '/console/settings.json', '/reload', '/livez'])
    t.equal((await ask(path, html)).statusCode, 401, `${path} for a browser`)
  const { statusCode, body } = await ask('/console/settings.json', { authorization: `Bearer ${TOKEN}` })
  t.equal(statusCode, 200)
  const settings = JSON.parse(body)
  t.match(settings, { gatewayUrl: 'https://video.example', entries: [{ id: '0_a' }] })
  t.ok(settings.devices.length > 10)
  t.same((await ask('/console')).body, readFileSync(new URL('index.html', PAGE), 'utf8'), 'nothing is written into it')
})

t.test('the guards stand before the open files too', async (t) => {
  for (const token of [null, TOKEN]) {
    const { ask } = admin(t, token)
    for (const path of ['/console', '/console/main.js', '/explain?url=/p/101/playManifest', '/']) {
      for (const headers of [
        { origin: 'https://attacker.example' },
        { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors', 'sec-fetch-dest': 'script' },
        { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'iframe' },
        ...(token === null ? [{ host: 'attacker.example:3001' }] : [])
      ])
        t.equal((await ask(path, { ...html, ...headers })).statusCode, 403, `${path} ${JSON.stringify(headers)}`)
    }
  }
})

t.test('/explain: a page for browsers that go there, JSON for everything else', async (t) => {
  const { ask, explained } = admin(t, null)
  const url = '/p/101/playManifest/entryId/0_a'
  for (const path of [`/explain?url=${url}`, '/explain', `/explain${url}`]) {
    const page = await ask(path, html)
    t.match(page.headers, { 'content-type': /text\/html/, 'content-security-policy': /script-src 'self'/ }, path)
    t.notMatch(page.body, 'an explanation')
  }
  t.same(explained, [], 'the page has asked nothing yet')
  for (const accept of ['*/*', 'application/json', 'application/json, text/plain, */*', 'text/htmlx']) {
    const answer = await ask(`/explain${url}`, { accept })
    t.same(answer.json(), { secret: 'an explanation' }, accept)
    t.equal(answer.headers['content-security-policy'], ADMIN_HEADERS['content-security-policy'])
  }
})

t.test('nothing inline, and nothing that makes markup of a text', async (t) => {
  for (const name of ['index.html', 'start.html']) {
    const text = readFileSync(new URL(name, PAGE), 'utf8')
    t.notMatch(text, /<script(?![^>]* src=)|<style| style=| on[a-z]+=/i, name)
    const named = [...text.matchAll(/(?:src|href)="([^"#]+)"/g)].map(([, path]) => path!)
    for (const path of named) t.ok(['/console', ...served].includes(path), path)
  }
  for (const name of files.filter((file) => file.endsWith('.js'))) {
    const text = readFileSync(new URL(name, PAGE), 'utf8')
    t.notMatch(
      text,
      /innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function|localStorage|\.cookie/,
      name
    )
    t.ok(text.split('\n').length <= 300, `${name} is one idea`)
  }
})
