import t, { type Test } from 'tap'
import { atGateway, atProxy, type Door } from '../matrix/doors.js'
import type { EntryKind } from '../matrix/entries.js'
import { type Cell, Matrix } from '../matrix/matrix.js'
import { seeded, shuffled } from '../matrix/orders.js'
import { REQUESTS } from '../matrix/requests.js'
import { SameAnswers } from '../matrix/same-answers.js'
import { tellsOf } from '../matrix/security-doc.js'
import { makeWorld, type World } from '../matrix/world.js'

/**
 * The matrix where answers are fetched for one viewer at a time (`viewerProxy`): each gets what Kaltura gives to him at his
 * own address, with his session, browser and page; nobody else gets it, and it does not matter who came before.
 */

t.setTimeout(300_000)

const ways = (...names: string[]) => REQUESTS.filter(({ name }) => names.includes(name))
const PROXIED = { viewerProxy: true } as const

/** Entries of which viewers get different things. */
const GUARDED = /^rule:|entitled|tokens|words|child|sharing|rejected|scheduled|profile/

const guarded = ({ kinds }: World): EntryKind[] => kinds.filter(({ name }) => GUARDED.test(name))

function* cellsOf(world: World, kinds: EntryKind[], requests: typeof REQUESTS, isReversed = false): Generator<Cell> {
  for (const kind of kinds) {
    for (const request of requests) {
      const order = shuffled(world.viewers, seeded(world.kinds.indexOf(kind) * 100 + REQUESTS.indexOf(request)))
      for (const viewer of isReversed ? order.reverse() : order) yield { kind, viewer, request }
    }
  }
}

async function part(t: Test, name: string, matrix: Matrix, floor: number, run: () => Promise<void>): Promise<void> {
  const before = { cells: matrix.cells, wrong: matrix.violations.length, fetched: matrix.fetchedForOne }
  await run()
  const wrong = matrix.violations.slice(before.wrong)
  const cells = matrix.cells - before.cells
  t.strictSame(wrong.slice(0, 20), [], `${wrong.length} of ${cells} cells give more than Kaltura`)
  t.strictSame(matrix.less.slice(0, 20), [], 'and nobody is refused what Kaltura gives')
  const fetched = matrix.fetchedForOne - before.fetched
  t.ok(fetched > cells * floor, `${fetched} of ${cells} cells were fetched for one viewer`)
  tellsOf(t, name, cells, wrong.length)
}

async function visitAll(matrix: Matrix, door: Door, cells: Iterable<Cell>, where: string): Promise<void> {
  for (const cell of cells) await matrix.visit(door, cell, where)
}

t.test('the address goes along signed', async (t) => {
  const world = await makeWorld({ cdnScheme: 'request', addresses: 'signed' })
  t.teardown(() => world.close())
  const matrix = new Matrix(world, true, undefined, true)
  const loose = new Matrix(world, false, matrix.oracle, true)
  const same = new SameAnswers()
  const gateway = async () => same.at(atGateway(await world.gateway('mirror', PROXIED)))
  const some = ways('url', 'applehttp', 'auto, no protocol')
  const kinds = guarded(world)

  await part(t, 'Fetched for one viewer, `mirror`', matrix, 0.2, async () => {
    const door = await gateway()
    const others = world.kinds.filter((kind) => !kinds.includes(kind))
    await visitAll(matrix, door, cellsOf(world, kinds, ways('url', 'auto, no protocol')), 'forwards')
    await visitAll(matrix, door, cellsOf(world, others, ways('url')), 'forwards')
  })
  await part(t, 'The same backwards, fetched for one viewer', matrix, 0.2, async () => {
    await visitAll(matrix, await gateway(), cellsOf(world, kinds, ways('url'), true), 'backwards')
  })
  await part(t, 'Cold, fetched for one viewer', matrix, 0.2, async () => {
    for (const [number, viewer] of world.viewers.entries()) {
      const app = await world.gateway('mirror', PROXIED)
      const request = some[number % some.length]!
      const third = kinds.filter((_kind, at) => at % 3 === Math.floor(number / 3) % 3)
      const cells = third.map((kind) => ({ kind, viewer, request }))
      await Promise.all(cells.map((cell) => matrix.visit(same.at(atGateway(app)), cell, 'cold')))
      await app.close()
    }
  })
  await part(t, 'All at once, fetched for one viewer', matrix, 0.2, async () => {
    const door = await gateway()
    for (const kind of kinds) {
      const [request] = some
      await Promise.all(
        world.viewers.map((viewer) => matrix.visit(door, { kind, viewer, request: request! }, 'at once'))
      )
    }
  })
  await part(t, 'Fetched for one viewer, `proxy`', loose, 0.2, async () => {
    const door = atProxy(await world.gateway('proxy', PROXIED))
    await visitAll(loose, door, cellsOf(world, kinds, ways('applehttp')), 'proxy')
  })
  t.strictSame(same.differing.slice(0, 5), [], 'the order of arrival makes no difference')
})

t.test('the address goes along in X-Forwarded-For', async (t) => {
  const world = await makeWorld({ cdnScheme: 'request', addresses: 'forwarded' })
  t.teardown(() => world.close())
  const matrix = new Matrix(world, true, undefined, true)
  await part(t, 'Fetched for one viewer, `forwardedFor`', matrix, 0.2, async () => {
    const kinds = world.kinds.filter(({ name }) => /address|country|abroad|tokens/i.test(name))
    const door = atProxy(await world.gateway('mirror', { ...PROXIED, forwardedFor: 'trusted' }))
    await visitAll(matrix, door, cellsOf(world, kinds, ways('url')), 'forwarded')
  })
})
