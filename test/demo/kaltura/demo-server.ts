import type { AddressInfo } from 'node:net'
import type { FastifyInstance } from 'fastify'
import type { Test } from 'tap'
import {
  buildKaltura,
  type Catalog,
  demoCatalog,
  type KalturaApp,
  type KalturaOptions
} from '../../../src/demo/kaltura/index.js'

/** Listens on loopback until the end of the test; gives back the base URL. */
export async function listen(t: Test, app: FastifyInstance): Promise<string> {
  t.teardown(() => app.close())
  await app.listen({ host: '127.0.0.1', port: 0 })
  return `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`
}

export interface DemoServer {
  base: string
  app: KalturaApp
  catalog: Catalog
  /** Calls the API with a JSON body. */
  call: (parameters: Record<string, unknown>) => Promise<unknown>
  /** GETs a playManifest URL of partner 101 without following redirects. */
  play: (rest: string, init?: RequestInit) => Promise<Response>
}

/** The embedded Kaltura over the demo's catalog, listening. */
export async function demoServer(t: Test, over: Partial<KalturaOptions> = {}): Promise<DemoServer> {
  const catalog = over.catalog ?? demoCatalog()
  const app = buildKaltura({ catalog, cdnBaseUrl: 'http://127.0.0.1:1', ...over })
  const base = await listen(t, app)
  return {
    base,
    app,
    catalog,
    call: async (parameters) => {
      const headers = { 'content-type': 'application/json' }
      const body = JSON.stringify({ format: 1, ...parameters })
      return (await fetch(`${base}/api_v3/`, { method: 'POST', headers, body })).json()
    },
    play: (rest, init) => fetch(`${base}/p/101/sp/10100/playManifest/${rest}`, { redirect: 'manual', ...init })
  }
}
