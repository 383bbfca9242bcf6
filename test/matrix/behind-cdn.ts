import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Test } from 'tap'
import type { StartCdn } from '../helpers/cdn-programs.js'
import { askRaw, USER_AGENTS } from '../helpers/gateway.js'
import { atCdn, type CdnCounts } from './doors.js'
import { Matrix } from './matrix.js'
import { seeded, shuffled } from './orders.js'
import { gatewayPath, REQUESTS } from './requests.js'
import { tellsOf } from './security-doc.js'
import { makeWorld } from './world.js'

/** Entries that differ in who may have them and in who may know of them. */
const ENTRIES = [
  'public',
  'another public one',
  'rule: session',
  'rule: country',
  'rule: address',
  'rule: badSite',
  'rule: userAgent',
  'rule: previewAbroad',
  'rule: limitFlavorsAbroad',
  'scheduled',
  'rejected',
  'entitled users only',
  'tokens in the delivery',
  'tokens in answers that may be kept',
  'sharing is not stated',
  'no such entry'
]
/** What every session of the matrix holds. */
const SESSION = /djJ8|no-session-at-all/

const WAYS = ['url', 'applehttp', 'auto, no protocol', 'mpegdash']

/**
 * The matrix behind a real CDN with the configuration that is shipped: all viewers in a random order, and in the reverse
 * order before an empty store.
 */
export async function behindCdn(t: Test, name: string, program: string, start: StartCdn): Promise<void> {
  const world = await makeWorld({ cdnScheme: 'request' })
  t.teardown(() => world.close())
  const matrix = new Matrix(world)
  const counts: CdnCounts = { hits: 0, privateHits: [] }
  for (const isReversed of [false, true]) {
    await t.test(isReversed ? 'backwards' : 'forwards', async (t) => {
      const app = await world.gateway('mirror')
      const { base, store } = await start(t, program, await app.listen({ host: '127.0.0.1', port: 0 }))
      const { door, close } = atCdn(base, counts)
      t.teardown(close)
      for (const kind of world.kinds.filter((one) => ENTRIES.includes(one.name))) {
        for (const [number, request] of REQUESTS.filter((one) => WAYS.includes(one.name)).entries()) {
          const order = shuffled(world.viewers, seeded(number))
          for (const viewer of isReversed ? order.reverse() : order) {
            await matrix.visit(door, { kind, viewer, request }, isReversed ? 'backwards' : 'forwards')
          }
        }
      }
      if (store === null) return
      const kept = readdirSync(store, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
      t.ok(kept.length > 10, `${kept.length} answers are in the store`)
      for (const { parentPath, path, name } of kept) {
        if (SESSION.test(readFileSync(join(parentPath ?? path, name), 'latin1'))) t.fail('a session is in the store')
      }
    })
  }
  t.strictSame(matrix.violations.slice(0, 20), [], `${matrix.violations.length} of ${matrix.cells} cells give more`)
  t.strictSame(matrix.less.slice(0, 20), [], 'and nobody is refused what Kaltura gives')
  t.strictSame(counts.privateHits.slice(0, 20), [], 'nothing that is not public came from the store')
  t.ok(counts.hits > matrix.cells / 20, `${counts.hits} of ${matrix.cells} answers came from the store`)
  tellsOf(t, `Behind ${name}`, matrix.cells, matrix.violations.length)
}

/** What the store is there for: hits for whoever may have the same answer, one for each class of device, none otherwise. */
export async function hitsAndMisses(t: Test, program: string, start: StartCdn): Promise<void> {
  const world = await makeWorld({ cdnScheme: 'request' })
  t.teardown(() => world.close())
  const app = await world.gateway('mirror')
  const { base } = await start(t, program, await app.listen({ host: '127.0.0.1', port: 0 }))
  const [kind] = world.kinds
  const viewer = (name: string) => world.viewers.find((one) => one.name === name)!
  const nothing = viewer('anonymous').sends(kind!)
  const path = (way: string, sent = nothing) => gatewayPath(kind!, REQUESTS.find(({ name }) => name === way)!, sent)
  const ask = async (at: string, headers: Record<string, string> = nothing.headers) => {
    const { headers: given, body, status } = await askRaw(base, at, { headers, localAddress: '127.0.0.2' })
    return {
      hit: given['x-cache'] === 'HIT',
      status,
      text: `${given.location ?? ''}${body}`,
      caching: given['cache-control']
    }
  }

  t.match(await ask(path('url')), { hit: false, status: 302 })
  t.match(await ask(path('url')), { hit: true, status: 302 }, 'the second one comes from the store')
  t.match(await ask(path('url'), { 'user-agent': 'another/1' }), { status: 302 })
  t.match(await ask(`${path('url')}?x=1`), { hit: false, status: 302 }, 'another query is another answer')

  const hls = path('applehttp')
  const texts = new Map<string, string>()
  for (const device of ['desktop', 'ipad', 'iphone'] as const) {
    const first = await ask(hls, { 'user-agent': USER_AGENTS[device] })
    const second = await ask(hls, { 'user-agent': USER_AGENTS[device] })
    t.match([first, second], [{ hit: false }, { hit: true }], `${device}: its own, and kept`)
    t.equal(second.text, first.text)
    texts.set(device, first.text)
  }
  t.equal(new Set(texts.values()).size, 3, 'one answer for each class of device')
  t.match(await ask(hls, { 'user-agent': USER_AGENTS.ipad }), { hit: true, text: texts.get('ipad')! })

  for (const name of [
    'user KS',
    'user KS, sview of all',
    'user KS, sview of all, header',
    'playback context',
    'analytics'
  ]) {
    const sent = viewer(name).sends(kind!)
    // An answer that holds what the viewer sent is never kept; one without it may be.
    const answers = [await ask(path('mpegdash', sent), sent.headers), await ask(path('mpegdash', sent), sent.headers)]
    for (const { hit, text, caching } of answers) {
      const isPrivate = sent.secrets.some((secret) => text.includes(secret))
      t.ok(!isPrivate || (!hit && /no-store/.test(caching ?? '')), `${name}: not kept with what was sent`)
      if (/KS/.test(name)) t.notOk(hit, `${name}: passes by`)
    }
  }
  const stranger = await ask(path('mpegdash'))
  t.notMatch(stranger.text, /djJ8|-of-this/, 'and nobody else sees it')
}
