import { createRequire } from 'node:module'
import { resolve } from 'node:path'
import t from 'tap'
import { DEMO_ENTRIES } from '../../src/demo/kaltura/index.js'
import { withGateway } from '../helpers/gateway.js'
import { packages } from '../helpers/require-program.js'

/** The parts of Kaltura's own client that are used here; it has no types. */
interface Kaltura {
  Configuration: new () => { serviceUrl: string }
  Client: new (config: { serviceUrl: string }) => { setKs(ks: string): void; setPartnerId(id: number): void }
  objects: Record<'FlavorAssetFilter', new (fields: object) => object>
  services: Record<string, Record<string, (...given: unknown[]) => Request>>
}

interface Request {
  add(request: Request): Request
  execute(client: object): Promise<never>
}

interface Entry {
  id: string
  name: string
  objectType: string
}

interface Flavors {
  objects: { id: string; entryId: string; bitrate: number; status: number; objectType: string }[]
  totalCount: number
  objectType: string
}

/** It writes every request to the output, KS and all. */
const quiet = { log: () => undefined, debug: () => undefined, error: () => undefined }

const CONFIG = {
  'gateway.yaml':
    'partners:\n  - id: 101\n    apiPassthrough: [session.startWidgetSession, baseEntry.get, flavorAsset.list]\n'
}

t.test("Kaltura's own client reads entry and flavors, from the embedded Kaltura and through the gateway", async (t) => {
  const modules = packages(t, 'test/kaltura-player')
  if (modules === null) return
  const kaltura = createRequire(import.meta.url)(resolve(modules, 'kaltura-client')) as Kaltura
  const { kalturaUrl, gatewayUrl, catalog } = await withGateway(t, { configFile: `${t.testdir(CONFIG)}/gateway.yaml` })
  const { session, baseEntry, flavorAsset } = kaltura.services
  const filter = () => new kaltura.objects.FlavorAssetFilter({ entryIdEqual: DEMO_ENTRIES.public })
  const ids = catalog.flavorsOf(DEMO_ENTRIES.public).map(({ id }) => id)
  for (const [name, serviceUrl] of [
    ['the embedded Kaltura', kalturaUrl],
    ['the gateway', gatewayUrl]
  ] as const) {
    await t.test(name, async (t) => {
      const client = new kaltura.Client(Object.assign(new kaltura.Configuration(), { serviceUrl, logger: quiet }))
      client.setPartnerId(101)
      const started: { ks: string; partnerId: number } = await session!.startWidgetSession!('_101').execute(client)
      t.match(started, { ks: /^djJ8/, partnerId: 101 })
      client.setKs(started.ks)
      const entry: Entry = await baseEntry!.get!(DEMO_ENTRIES.public).execute(client)
      t.match(entry, { id: DEMO_ENTRIES.public, name: 'Public video', objectType: 'KalturaMediaEntry' })
      const flavors: Flavors = await flavorAsset!.listAction!(filter()).execute(client)
      t.same(flavors.objects.map(({ id }) => id).sort(), ids.sort())
      t.equal(flavors.totalCount, ids.length)
      t.ok(flavors.objects.every((flavor) => flavor.objectType === 'KalturaFlavorAsset' && flavor.status === 2))
      const both: [Entry, Flavors] = await baseEntry!.get!(DEMO_ENTRIES.public)
        .add(flavorAsset!.listAction!(filter()))
        .execute(client)
      t.same(both, [entry, flavors], 'and in one multirequest')
      await t.rejects(baseEntry!.get!('0_nothing0').execute(client), { code: 'ENTRY_ID_NOT_FOUND' })
    })
  }
})
