import t, { type Test } from 'tap'
import { atGateway, atModelCdn } from '../matrix/doors.js'
import { type Cell, Matrix } from '../matrix/matrix.js'
import { ModelCdn } from '../matrix/model-cdn.js'
import { seeded, shuffled } from '../matrix/orders.js'
import { REQUESTS } from '../matrix/requests.js'
import { tellsOf } from '../matrix/security-doc.js'
import type { Sent, Viewer } from '../matrix/viewers.js'
import { makeWorld, type World } from '../matrix/world.js'

/**
 * Every kind of entry, every kind of viewer, every way to ask: in no cell does a viewer get more through the gateway than
 * Kaltura itself gives that viewer. What is compared, and the figures: docs/security.md.
 */

// More than a hundred thousand cells, on a machine that may be busy.
t.setTimeout(600_000)

const world = await makeWorld({ cdnScheme: 'request' })
t.teardown(() => world.close())
const matrix = new Matrix(world)
const loose = new Matrix(world, false, matrix.oracle)

/** Ways to ask whose answers the delivery mode changes, and a progressive one. */
const MAIN = REQUESTS.filter(({ name }) => ['url', 'applehttp', 'auto, no protocol', 'mpegdash'].includes(name))

/** One order of viewers for each entry and way to ask; the reverse is the same backwards. */
function* sequences(requests = REQUESTS, isReversed = false, of: World = world): Generator<Cell[]> {
  for (const [number, kind] of of.kinds.entries()) {
    for (const request of requests) {
      const order: Viewer[] = shuffled(of.viewers, seeded(number * 100 + REQUESTS.indexOf(request)))
      yield (isReversed ? order.reverse() : order).map((viewer) => ({ kind, viewer, request }))
    }
  }
}

const isBare = ({ path, query }: Sent) => path === '' && query === ''

/** Runs one part, and says which cells were wrong. */
async function part(t: Test, name: string, floor: number, run: () => Promise<void>, counted = matrix): Promise<void> {
  const before = { cells: counted.cells, wrong: counted.violations.length, less: counted.less.length }
  await run()
  const wrong = counted.violations.slice(before.wrong)
  const cells = counted.cells - before.cells
  t.strictSame(wrong.slice(0, 20), [], `${wrong.length} of ${cells} cells give more than Kaltura`)
  t.strictSame(counted.less.slice(before.less).slice(0, 20), [], 'and nobody is refused what Kaltura gives')
  t.ok(cells > floor, `${cells} cells`)
  tellsOf(t, name, cells, wrong.length)
}

t.test('one after the other, and the other way round: each viewer before and after each other', async (t) => {
  await part(t, 'One after the other, `mirror`', 30_000, async () => {
    const door = atGateway(await world.gateway('mirror'))
    for (const cells of sequences()) for (const cell of cells) await matrix.visit(door, cell, 'forwards')
  })
  await part(t, 'The same orders backwards', 9_000, async () => {
    const door = atGateway(await world.gateway('mirror'))
    for (const cells of sequences(MAIN, true)) for (const cell of cells) await matrix.visit(door, cell, 'backwards')
  })
  t.ok(matrix.answeredHere > 1000, `${matrix.answeredHere} cells were answered from here`)
})

t.test('first of all: each viewer before a gateway that knows nothing', async (t) => {
  await part(t, 'Cold: the first ever to ask', 7_000, async () => {
    for (const request of MAIN.slice(0, 3)) {
      for (const viewer of world.viewers) {
        const app = await world.gateway('mirror')
        const door = atGateway(app)
        for (const kind of world.kinds) await matrix.visit(door, { kind, viewer, request }, 'cold')
        await app.close()
      }
    }
  })
})

t.test('all at once: one upstream call for many, none of whom gets what is not his', async (t) => {
  await part(t, 'All at once, cold', 9_000, async () => {
    const door = atGateway(await world.gateway('mirror'))
    for (const cells of sequences(MAIN)) await Promise.all(cells.map((cell) => matrix.visit(door, cell, 'at once')))
  })
})

for (const delivery of ['proxy', 'redirect'] as const) {
  t.test(`delivery ${delivery}`, async (t) => {
    const counted = delivery === 'proxy' ? loose : matrix
    const run = async () => {
      const door = atGateway(await world.gateway(delivery))
      for (const cells of sequences(MAIN)) for (const cell of cells) await counted.visit(door, cell, delivery)
    }
    await part(t, `One after the other, \`${delivery}\``, 9_000, run, counted)
  })
}

t.test('behind a model of a caching CDN', async (t) => {
  const cdn = new ModelCdn()
  await part(t, 'Behind a model CDN', 15_000, async () => {
    const door = atModelCdn(await world.gateway('mirror'), cdn)
    for (const cells of sequences(REQUESTS.slice(0, 8))) for (const cell of cells) await matrix.visit(door, cell, 'cdn')
  })
  t.ok(cdn.hits > 3_000, `${cdn.hits} answers came from its store`)
})

t.test('behind one that leaves the scheme to Vary', async (t) => {
  const cdn = new ModelCdn({ keysScheme: false })
  const run = async () => {
    const door = atModelCdn(await world.gateway('mirror'), cdn)
    for (const cells of sequences(REQUESTS.filter(({ protocol }) => protocol === undefined))) {
      for (const cell of cells) if (isBare(cell.viewer.sends(cell.kind))) await matrix.visit(door, cell, 'by Vary')
    }
  }
  await part(t, 'Behind one that keys the scheme by `Vary`', 1_000, run)
  t.ok(cdn.hits > 50, `${cdn.hits} answers came from its store`)
})

t.test('before a Kaltura that marks every answer as one that may be kept', async (t) => {
  // Forced caching headers are what an operator denies by stating sharePublic; the gateway does not rest on that alone.
  const forcing = await makeWorld({ cdnScheme: 'request', forcesCaching: true })
  t.teardown(() => forcing.close())
  const counted = new Matrix(forcing)
  const run = async () => {
    const door = atGateway(await forcing.gateway('mirror'))
    for (const cells of sequences(MAIN, false, forcing))
      for (const cell of cells) await counted.visit(door, cell, 'forced')
  }
  await part(t, 'Kaltura marks everything as public', 9_000, run, counted)
})
