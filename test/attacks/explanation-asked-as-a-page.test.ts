/**
 * A browser that goes to /explain is shown the page of the console without a token, since it cannot send one. Whoever
 * has no token writes that he is such a browser, in every way that a header can be written: what he gets is the page,
 * or nothing, and nobody explains anything for him.
 */
import { pino } from 'pino'
import t from 'tap'
import { buildAdmin } from '../../src/admin/admin.js'
import { loadConfig } from '../../src/config/load.js'
import type { Explain } from '../../src/explain/explain.js'
import { Metrics } from '../../src/plugins/metrics.js'

const ENV = { KALTURA_SERVICE_URL: 'https://kaltura.example', KALTURA_PARTNER_ID: '101' }
const URL_OF_ENTRY = '/p/101/sp/10100/playManifest/entryId/0_a/format/url'

t.test('no explanation, metric or setting without the token', async (t) => {
  let asked = 0
  const explain = (async () => {
    asked++
    return { secret: 'an explanation' }
  }) as unknown as Explain
  const app = buildAdmin(
    { ...loadConfig(ENV), admin: { host: '127.0.0.1', port: 0, token: 'a-token-of-this-test' } },
    { metrics: new Metrics(), explain, logger: pino({ level: 'silent' }) }
  )
  t.teardown(() => app.close())
  const accepts = [
    'text/html',
    'TEXT/HTML',
    'text/html;q=0',
    'application/json, text/html',
    'application/json,text/html;level=1',
    '*/*,\ttext/html',
    'text/html, application/json;q=2',
    'text/html\u00e9',
    ','.repeat(500)
  ]
  const paths = [
    '/explain',
    `/explain?url=${URL_OF_ENTRY}`,
    `/explain${URL_OF_ENTRY}`,
    `//explain${URL_OF_ENTRY}`,
    `/explain/%2e%2e${URL_OF_ENTRY}`,
    '/console/settings.json',
    '/console/../metrics',
    '/console/%2e%2e/metrics',
    '/console//settings.json',
    '/metrics'
  ]
  for (const path of paths) {
    for (const accept of accepts) {
      for (const method of ['GET', 'HEAD', 'POST', 'PUT', 'OPTIONS'] as const) {
        const answer = await app.inject({
          url: path,
          method,
          headers: { host: 'localhost:3001', accept, 'content-type': 'application/json' },
          ...(method === 'POST' ? { payload: JSON.stringify({ url: URL_OF_ENTRY }) } : {})
        })
        if (answer.statusCode === 200)
          t.match(answer.headers['content-type'], /^text\/html/, `${method} ${path} ${accept}`)
        else t.ok([400, 401, 404, 415].includes(answer.statusCode), `${method} ${path}: ${answer.statusCode}`)
        t.notMatch(answer.body, /an explanation|playmanifest_answers_total|"devices"/)
      }
    }
  }
  t.equal(asked, 0)
})
