import { readFileSync } from 'node:fs'
import {
  buildKaltura,
  Catalog,
  type CatalogData,
  type KalturaApp,
  type KalturaOptions
} from '../../../src/demo/kaltura/index.js'

/** One recorded request and answer of a real Kaltura server. */
export interface Recorded {
  name: string
  request: { method: string; target: string; headers: [string, string][]; body?: string }
  response: { status: number; headers: [string, string][]; body: string }
}

interface CatalogFixture extends CatalogData {
  ks: Record<'AK' | 'UK' | 'UK2' | 'WK' | 'XK', string>
  urlTokenSecret: string
  livePackagerToken: string
}

const folder = new URL('../../fixtures/kaltura/', import.meta.url)

function read<T>(name: string): T {
  return JSON.parse(readFileSync(new URL(name, folder), 'utf8')) as T
}

export const fixture = read<CatalogFixture>('catalog.json')
export const recordedApi = read<Recorded[]>('api.json')
export const recordedPlayManifest = read<Recorded[]>('playmanifest.json')

/** A moment at which the recordings were taken, Unix ms. */
export const RECORDED_AT = 1795308500_000

/** The stand-in over the data that the recordings were taken against, with the host names of the recordings. */
export function recordedServer(over: Partial<KalturaOptions> = {}): { app: KalturaApp; catalog: Catalog } {
  const now = () => RECORDED_AT
  const catalog = new Catalog(fixture, now)
  const app = buildKaltura({
    catalog,
    cdnBaseUrl: 'http://cdn.example.com',
    urlTokenSecret: fixture.urlTokenSecret,
    livePackagerToken: fixture.livePackagerToken,
    now,
    ...over
  })
  return { app, catalog }
}

/** Sends a recorded request, in process. */
export async function replay(app: KalturaApp, { request }: Recorded) {
  return app.inject({
    method: request.method as 'GET',
    url: request.target,
    headers: { host: '127.0.0.1:18080', ...Object.fromEntries(request.headers) },
    ...(request.body === undefined ? {} : { payload: request.body })
  })
}

/** A recorded header's value by lower-case name. */
export function recordedHeader(recorded: Recorded, name: string): string | undefined {
  return recorded.response.headers.find(([given]) => given.toLowerCase() === name)?.[1]
}
