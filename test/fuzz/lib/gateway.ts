import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'

/** Bytes; small, so that the caches are full long before a run ends and what still grows is a leak. */
const CACHE = '8MiB'

const YAML = (folder: string, shared: boolean) => `
partners:
  - id: 101
    adminSecretFile: ${folder}/secret
    sharePublic: ${shared}
    forwardedFor: trusted
    apiPassthrough: player
cache: { maxBytes: ${CACHE} }
rateLimits: { client: 10000000, partner: 10000000, misses: 10000000, errors: 10000000, signatures: 10000000 }
`

/** The gateway's code: as it stands in src, or as it was built. */
export type Code = Pick<typeof import('../../../src/app.js'), 'buildApp'> &
  Pick<typeof import('../../../src/config/load.js'), 'loadConfig'>

export async function codeOf(folder: 'src' | 'dist'): Promise<Code> {
  const root = new URL(`../../../${folder}/`, import.meta.url)
  const [app, load] = await Promise.all(['app.js', 'config/load.js'].map((file) => import(new URL(file, root).href)))
  return { buildApp: app.buildApp, loadConfig: load.loadConfig }
}

export interface FuzzedGateway {
  url: string
  close(): Promise<void>
}

/**
 * The whole app on a free port, before an upstream, log off. Without limits on requests, since it has one client: they
 * count, and never refuse.
 * @param variant even: behind a proxy that it trusts, public answers shared; odd: neither
 */
export async function startGateway(
  upstreamUrl: string,
  variant: number,
  from: 'src' | 'dist' = 'src'
): Promise<FuzzedGateway> {
  const { buildApp, loadConfig } = await codeOf(from)
  const folder = mkdtempSync(join(tmpdir(), 'fuzz-'))
  const file = join(folder, 'gateway.yaml')
  writeFileSync(join(folder, 'secret'), 'fuzz')
  writeFileSync(file, YAML(folder, variant % 2 === 0))
  try {
    const config = loadConfig({
      CONFIG_FILE: file,
      KALTURA_SERVICE_URL: upstreamUrl,
      KALTURA_CDN_URL: upstreamUrl,
      ALLOWED_HOSTS: 'cdn.example.com',
      PUBLIC_URL: 'https://gateway.example',
      ...(variant % 2 === 0 ? { TRUST_PROXY: 'loopback' } : {})
    })
    const app = await buildApp(config, { logger: pino({ level: 'silent' }) })
    await app.listen({ host: '127.0.0.1', port: 0 })
    return {
      url: `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`,
      close: async () => {
        app.server.closeAllConnections()
        await app.close()
      }
    }
  } finally {
    rmSync(folder, { recursive: true })
  }
}
