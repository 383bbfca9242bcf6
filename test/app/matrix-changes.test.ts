import t from 'tap'
import type { CatalogEntry } from '../../src/demo/kaltura/index.js'
import { atGateway, type Door } from '../matrix/doors.js'
import { type Cell, Matrix } from '../matrix/matrix.js'
import { seeded, shuffled } from '../matrix/orders.js'
import { profileId } from '../matrix/profiles.js'
import { REQUESTS } from '../matrix/requests.js'
import { tellsOf } from '../matrix/security-doc.js'
import { makeWorld, type World } from '../matrix/world.js'

/**
 * The same matrix while things change at Kaltura: an answer that was right is given for one fresh life at most, and once
 * more while a new one is fetched behind it. From then on nobody gets what is no longer given.
 */

const SECOND = 1000
/** ms in which the old answer may still be given: the fresh life, and the time in which it is renewed behind it. */
const FRESH = 60 * SECOND
const RENEWING = 30 * SECOND

const WAYS = REQUESTS.filter(({ name }) => ['url', 'applehttp', 'auto, no protocol', 'url by flavor id'].includes(name))

type Change = Partial<Omit<CatalogEntry, 'id' | 'updatedAt'>>
const CHANGES: Record<string, (world: World) => Change> = {
  'gets a rule about sessions': () => ({ accessControlId: profileId('session') }),
  'gets a rule about addresses': () => ({ accessControlId: profileId('address') }),
  'gets a limit on flavors': () => ({ accessControlId: profileId('limitFlavors') }),
  'is rejected': () => ({ moderationStatus: 3 }),
  'is deleted': () => ({ status: 3 }),
  'is recycled': () => ({ displayInSearch: -2 }),
  'goes to another partner': () => ({ partnerId: 102 }),
  'is put off': ({ clock }) => ({ startDate: Math.floor(clock.now / 1000) + 1_000_000 }),
  ends: ({ clock }) => ({ endDate: Math.floor(clock.now / 1000) - 1 }),
  'is hidden by categories': () => ({ entitledUsers: ['kim'] }),
  'gets a protected parent': ({ kinds }) => ({ parentEntryId: idOf(kinds, 'rule: session') })
}

function idOf(kinds: World['kinds'], name: string): string {
  return kinds.find((kind) => kind.name === name)!.entryId
}

t.setTimeout(300_000)

t.test('what Kaltura no longer gives', async (t) => {
  const counts = { cells: 0, wrong: [] as string[] }
  for (const [name, change] of Object.entries(CHANGES)) {
    const world = await makeWorld({ cdnScheme: 'request' })
    t.teardown(() => world.close())
    const matrix = new Matrix(world)
    const door = atGateway(await world.gateway('mirror'))
    const kind = world.kinds[0]!
    const run = async (where: string, seed: number): Promise<void> => {
      matrix.oracle.forget()
      const cells: Cell[] = WAYS.flatMap((request) => world.viewers.map((viewer) => ({ kind, viewer, request })))
      for (const cell of shuffled(cells, seeded(seed))) await matrix.visit(door, cell, `${name}, ${where}`)
    }
    await run('before', 1)
    t.ok(matrix.answeredHere > 50, 'it was public')
    world.catalog.updateEntry(kind.entryId, change(world))
    // The first to ask past the fresh life gets the old answer and has a new one fetched.
    world.clock.now += FRESH + SECOND
    for (const request of WAYS) await untilRenewed(world, door, { kind, viewer: world.viewers[0]!, request })
    await run('once a new answer was fetched', 2)
    world.clock.now += FRESH + RENEWING + SECOND
    await run('a life later', 3)
    counts.cells += matrix.cells
    counts.wrong.push(...matrix.violations)
  }
  t.strictSame(counts.wrong.slice(0, 20), [], `${counts.wrong.length} of ${counts.cells} cells give more than Kaltura`)
  tellsOf(t, 'Before and after a change at Kaltura', counts.cells, counts.wrong.length)
})

t.test('nobody asked in between: not even the first to come gets the old answer past the bound', async (t) => {
  const counts = { cells: 0, wrong: [] as string[] }
  for (const [name, change] of Object.entries(CHANGES)) {
    for (const request of WAYS) {
      const world = await makeWorld({ cdnScheme: 'request' })
      const matrix = new Matrix(world)
      const door = atGateway(await world.gateway('mirror'))
      const kind = world.kinds[0]!
      const [viewer] = world.viewers
      await matrix.visit(door, { kind, viewer: viewer!, request }, 'before')
      world.catalog.updateEntry(kind.entryId, change(world))
      world.clock.now += FRESH + RENEWING + SECOND
      for (const next of world.viewers) {
        matrix.oracle.forget()
        await matrix.visit(door, { kind, viewer: next, request }, `${name}, first past the bound`)
      }
      counts.cells += matrix.cells
      counts.wrong.push(...matrix.violations)
      await world.close()
    }
  }
  t.strictSame(counts.wrong.slice(0, 20), [], `${counts.wrong.length} of ${counts.cells} cells give more than Kaltura`)
  tellsOf(t, 'After a change, nobody having asked since', counts.cells, counts.wrong.length)
})

t.test('playManifest fails since the change: what the API says is enough to end an old answer', async (t) => {
  const counts = { cells: 0, wrong: [] as string[] }
  for (const [name, change] of Object.entries(CHANGES)) {
    const world = await makeWorld({ cdnScheme: 'request' })
    const matrix = new Matrix(world)
    const door = atGateway(await world.gateway('mirror'))
    const kind = world.kinds[0]!
    const ways = WAYS.slice(0, 2)
    for (const request of ways) await matrix.visit(door, { kind, viewer: world.viewers[0]!, request }, 'before')
    world.catalog.updateEntry(kind.entryId, change(world))
    // Viewers still reach Kaltura; it is the gateway that does not, and it may go on with what it knows for an hour.
    world.state.playManifest.fail = 503
    world.clock.now += FRESH + RENEWING + SECOND
    matrix.oracle.forget()
    const cells = ways.flatMap((request) => world.viewers.map((viewer) => ({ kind, viewer, request })))
    for (const cell of shuffled(cells, seeded(4))) await matrix.visit(door, cell, `${name}, playManifest fails`)
    counts.cells += matrix.cells
    counts.wrong.push(...matrix.violations)
    await world.close()
  }
  t.strictSame(counts.wrong.slice(0, 20), [], `${counts.wrong.length} of ${counts.cells} cells give more than Kaltura`)
  tellsOf(t, 'After a change, playManifest failing', counts.cells, counts.wrong.length)
})

t.test('an end that was known does not wait for a life to pass', async (t) => {
  const world = await makeWorld({ cdnScheme: 'request' })
  t.teardown(() => world.close())
  const kind = world.kinds[0]!
  const cells: Cell[] = WAYS.flatMap((request) => world.viewers.map((viewer) => ({ kind, viewer, request })))
  const matrix = new Matrix(world)
  world.catalog.updateEntry(kind.entryId, { endDate: world.clock.now / 1000 + 100 })
  const door = atGateway(await world.gateway('mirror'))
  for (const seconds of [0, 39, 20, 20, 20, 2]) {
    world.clock.now += seconds * SECOND
    matrix.oracle.forget()
    for (const cell of shuffled(cells, seeded(seconds))) await matrix.visit(door, cell, `${seconds} s on`)
  }
  t.strictSame(matrix.violations.slice(0, 20), [], `${matrix.violations.length} of ${matrix.cells} cells`)
  tellsOf(t, 'An entry that ends while it is asked for', matrix.cells, matrix.violations.length)
})

/** Asks until the answer is right for the first time; the test goes on, and fails, when that takes longer than 20 s. */
async function untilRenewed(world: World, door: Door, cell: Cell): Promise<void> {
  const until = Date.now() + 20_000
  while (Date.now() < until) {
    const look = new Matrix(world)
    await look.visit(door, cell, 'renewing')
    if (look.violations.length === 0) return
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}
