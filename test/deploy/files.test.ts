import { readFileSync } from 'node:fs'
import t from 'tap'
import { parse } from 'yaml'
import { buildApp } from '../../src/app.js'
import { loadConfig } from '../../src/config/load.js'
import { deviceFromCdnHeaders } from '../../src/viewer/cdn-headers.js'
import { countryFromCdnHeaders } from '../../src/viewer/country.js'

const read = (name: string) => readFileSync(new URL(`../../${name}`, import.meta.url), 'utf8')
const documented = new Set([...read('docs/configuration.md').matchAll(/`([A-Z][A-Z_]+)`/g)].map(([, name]) => name))

const isDocumented = (name: string) => documented.has(name) || documented.has(name.replace(/_FILE$/, ''))

/** Every header that is believed of a proxy, as the code asks for it. */
function believedHeaders(): string[] {
  const asked = new Set<string>()
  const headers = new Proxy<Record<string, string>>(
    {},
    {
      get: (_, name) => {
        if (typeof name === 'string') asked.add(name)
        return undefined
      }
    }
  )
  deviceFromCdnHeaders(headers)
  countryFromCdnHeaders(headers)
  return [...asked]
}

t.test('proxies overwrite every header that the gateway would believe of them', async (t) => {
  const believed = believedHeaders()
  t.ok(believed.length > 10)
  const nginx = read('deploy/nginx/playmanifest.conf').toLowerCase()
  const varnish = read('deploy/varnish/playmanifest.vcl').toLowerCase()
  for (const name of believed) {
    t.ok(nginx.includes(`proxy_set_header ${name} "";`), `nginx: ${name}`)
    t.ok(varnish.includes(`unset req.http.${name};`), `Varnish: ${name}`)
  }
})

t.test('the systemd unit: variables that exist, time to end, files for every connection', async (t) => {
  const unit = read('deploy/systemd/playmanifest-gateway.service')
  const values = (key: string) => [...unit.matchAll(new RegExp(`^${key}=(.*)$`, 'gm'))].map((match) => match[1]!)
  for (const [name] of values('Environment').flatMap((line) => line.split(' ').map((pair) => pair.split('=')))) {
    if (name === 'NODE_ENV') continue
    t.ok(isDocumented(name!), name!)
  }
  t.same(values('ExecStart'), ['/usr/bin/node dist/cli.js serve'])
  t.same(values('ExecReload'), ['/bin/kill -HUP $MAINPID'])
  t.ok(
    values('Environment').some((line) => line.startsWith('CONFIG_FILE=')),
    'a reload needs a file'
  )
  const grace = Number(/const GRACE = ([\d_]+)/.exec(read('src/server.ts'))?.[1]?.replace('_', ''))
  t.ok(Number(values('TimeoutStopSec')[0]) > grace / 1000)
  const app = await buildApp({
    ...loadConfig({ KALTURA_SERVICE_URL: 'https://k.example', KALTURA_PARTNER_ID: '1' }),
    logLevel: 'silent'
  })
  t.teardown(() => app.close())
  // 1,024 requests of its own, and some dozens for Node itself.
  t.ok(Number(values('LimitNOFILE')[0]) > app.server.maxConnections + 1024 + 100)
  t.notMatch(unit, /^MemoryDenyWriteExecute=yes/m, 'V8 compiles at run time')
})

t.test('the compose file of docs/deployment.md fits the one of the project', async (t) => {
  const own = parse(/```yaml\n(services:[\s\S]*?)```/.exec(read('docs/deployment.md'))?.[1] ?? '')
  const { services } = parse(read('docker-compose.yml'))
  for (const [name, service] of Object.entries<{ environment: object; secrets: string[] }>(own.services)) {
    t.ok(services[name], name)
    for (const variable of Object.keys(service.environment)) t.ok(isDocumented(variable), variable)
    for (const secret of service.secrets) t.ok(own.secrets[secret], secret)
  }
})
