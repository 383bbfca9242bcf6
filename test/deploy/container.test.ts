import { readFileSync } from 'node:fs'
import t from 'tap'
import { parse } from 'yaml'

const read = (name: string) => readFileSync(new URL(`../../${name}`, import.meta.url), 'utf8')
const documented = new Set([...read('docs/configuration.md').matchAll(/`([A-Z][A-Z_]+)`/g)].map(([, name]) => name))

t.test(
  'docker-compose.yml: gateway, Valkey, the embedded Kaltura as a profile; only variables that exist',
  async (t) => {
    const { services } = parse(read('docker-compose.yml')) as {
      services: Record<
        string,
        { environment?: Record<string, string>; ports?: string[]; profiles?: string[]; command?: string[] }
      >
    }
    t.same(Object.keys(services).sort(), ['demo', 'gateway', 'valkey'])
    t.same(services.demo?.profiles, ['demo'])
    for (const [name, { environment = {} }] of Object.entries(services)) {
      for (const variable of Object.keys(environment))
        t.ok(documented.has(variable), `${name}: ${variable} is documented`)
    }
    const base = Number(services.demo?.environment?.PORT)
    const ports = (services.demo?.ports ?? []).map((port) => Number(port.split(':').at(-1)))
    t.same(ports, [base, base + 100, base + 101, base + 200], 'the ports that the demo takes')
    const published = Object.values(services).flatMap(({ ports = [] }) => ports)
    for (const port of [3001, base + 1]) {
      t.notOk(
        published.some((mapping) => mapping.split(':').includes(String(port))),
        `an admin side is not published (${port})`
      )
    }
  }
)

t.test('Dockerfile: built apart, without dev dependencies, not as root, with a health check', async (t) => {
  const lines = read('Dockerfile').split('\n')
  const stages = lines.filter((line) => line.startsWith('FROM '))
  t.equal(stages.length, 2)
  const last = lines.slice(lines.lastIndexOf(stages[1]!))
  t.ok(lines.some((line) => line.includes('npm prune --omit=dev')))
  t.ok(last.includes('USER node'))
  t.same(
    last.filter((line) => line.startsWith('EXPOSE')),
    ['EXPOSE 3000'],
    'the admin side is not offered'
  )
  t.ok(last.some((line) => line.startsWith('HEALTHCHECK')))
  t.ok(last.includes('CMD ["node", "dist/cli.js", "serve"]'))
  for (const line of lines.filter((text) => /^COPY (?!--from)/.test(text))) {
    for (const source of line.split(' ').slice(1, -1)) t.doesNotThrow(() => statOrRead(source), source)
  }
})

function statOrRead(source: string): void {
  try {
    read(source)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EISDIR') throw error
  }
}
