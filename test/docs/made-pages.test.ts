import { readFileSync } from 'node:fs'
import t from 'tap'
import { parametersDoc } from '../../scripts/parameters-doc.js'
import { buildApp } from '../../src/app.js'
import { IN_LINE } from '../../src/cache/redis.js'
import { loadConfig } from '../../src/config/load.js'
import { PARAMETER_NAMES } from '../../src/playmanifest/parameters.js'
import { MAX_PARAMETERS, MAX_URL_LENGTH } from '../../src/playmanifest/parse.js'

const page = (name: string) => readFileSync(new URL(`../../docs/${name}`, import.meta.url), 'utf8')

t.test('docs/parameters.md says what the table says (npm run docs)', async (t) => {
  t.equal(page('parameters.md'), parametersDoc())
  for (const name of PARAMETER_NAMES) t.match(page('parameters.md'), `\`${name}\``)
})

t.test('docs/limits.md has the numbers of the code', async (t) => {
  const config = loadConfig({ KALTURA_SERVICE_URL: 'https://kaltura.example', KALTURA_PARTNER_ID: '101' })
  const app = await buildApp({ ...config, logLevel: 'silent' })
  t.teardown(() => app.close())
  const rows: [string, number | null | undefined][] = [
    ['| URL |', MAX_URL_LENGTH],
    ['| segments and parameters |', MAX_PARAMETERS],
    ['| `client` (`RATE_LIMIT`) |', config.rateLimits.client],
    ['| `partner` |', config.rateLimits.partner],
    ['| `misses` |', config.rateLimits.misses],
    ['| `errors` |', config.rateLimits.errors],
    ['| `signatures` |', config.rateLimits.signatures],
    ['| `maxInFlight` in the file', config.maxInFlight],
    ['| connections |', app.server.maxConnections],
    ['| requests over one connection |', app.server.maxRequestsPerSocket]
  ]
  const lines = page('limits.md').split('\n')
  for (const [begin, number] of rows) {
    const row = lines.find((line) => line.startsWith(begin))
    t.match(row, ` ${number?.toLocaleString('en')} `, begin)
  }
  t.match(page('limits.md'), `${IN_LINE} ms at most`)
})
