import t from 'tap'
import { issueKs } from '../../src/demo/kaltura/index.js'
import { signGrant } from '../../src/signing/sign.js'
import { GRANT_KEY, KEY } from '../helpers/signing.js'
import { atGateway, type Door } from '../matrix/doors.js'
import { type EntryKind, notReadyFlavor, PARTNERS, readyFlavor, START } from '../matrix/entries.js'
import { flavorsIn } from '../matrix/gain.js'
import { wrongInRefusal } from '../matrix/links.js'
import { Matrix } from '../matrix/matrix.js'
import { seeded, shuffled } from '../matrix/orders.js'
import { REQUESTS } from '../matrix/requests.js'
import { SameAnswers } from '../matrix/same-answers.js'
import { tellsOf } from '../matrix/security-doc.js'
import { Tally } from '../matrix/tally.js'
import type { Sent, Viewer } from '../matrix/viewers.js'
import { makeWorld, type Reply } from '../matrix/world.js'

/**
 * The matrix for grants: a grant is the operator's own decision, so it is held against what Kaltura gives to his admin
 * session; it leads to that one flavor of that entry. Without a valid one nothing changes for anybody, before or after.
 */

t.setTimeout(300_000)

const world = await makeWorld({ cdnScheme: 'request' })
t.teardown(() => world.close())

const EXPIRES = START / 1000 + 3600
const TERMS = { purpose: 'archive', expires: EXPIRES }
const [URL_WAY] = REQUESTS
const isServed = ({ partnerId }: EntryKind) => partnerId !== PARTNERS.other

/** The flavors that grants name: one that is ready, one that is not, and another entry's. */
const FLAVORS: Readonly<Record<string, (kind: EntryKind) => string>> = {
  ready: ({ entryId }) => readyFlavor(entryId),
  'not ready': ({ entryId }) => notReadyFlavor(entryId),
  "another entry's": () => readyFlavor('0_01rulese')
}

function pathOf({ partnerId, entryId }: EntryKind, flavorId: string): string {
  return `/p/${partnerId}/sp/${partnerId}00/playManifest/entryId/${entryId}/flavorId/${flavorId}/format/url/a.mp4`
}

const grantOf = (kind: EntryKind, flavorId: string, terms = TERMS): string =>
  signGrant(pathOf(kind, flavorId), GRANT_KEY, terms)

/** A link as a viewer comes with it: what he always sends is behind it. */
const asSent = (link: string, { path, query }: Sent): string => {
  const [before = '', token = ''] = link.split('?')
  return `${before.replace('/a.mp4', `${path}/a.mp4`)}?${query === '' ? '' : `${query}&`}${token}`
}

/** Whether a viewer sends anything that a grant does not allow. */
const isBare = ({ path, query, headers }: Sent) => path === '' && query === '' && headers['x-kaltura-ks'] === undefined

const known = new Map<string, Promise<string | null>>()

/** What Kaltura gives to the operator's admin session for a flavor; null: nothing that a grant may hand out. */
function granted(kind: EntryKind, flavorId: string): Promise<string | null> {
  const key = pathOf(kind, flavorId)
  const answer = known.get(key) ?? askAsAdmin(kind, flavorId)
  known.set(key, answer)
  return answer
}

async function askAsAdmin(kind: EntryKind, flavorId: string): Promise<string | null> {
  const partner = world.catalog.partners.get(kind.partnerId)!
  if (kind.partnerId === PARTNERS.noCredential) return null
  const ks = issueKs(partner, { type: 2, userId: '', expiry: EXPIRES, privileges: 'disableentitlement' })
  const ask = async (call: string) => {
    const path = `/api_v3/?format=1&ks=${ks}&${call}`
    const { body } = await world.askApi({ path, headers: {}, address: '127.0.0.1' })
    return body === '' ? null : (JSON.parse(body) as unknown)
  }
  const flavor = (await ask(`service=flavorAsset&action=get&id=${flavorId}`)) as { entryId?: string } | null
  const entry = (await ask(`service=baseEntry&action=get&entryId=${kind.entryId}`)) as { partnerId?: number } | null
  const url = await ask(`service=flavorAsset&action=getUrl&id=${flavorId}`)
  if (flavor?.entryId !== kind.entryId || entry?.partnerId !== kind.partnerId) return null
  return typeof url === 'string' && !/\/ks\//.test(url) ? new URL(url).href : null
}

function wrongInGranted(reply: Reply, kind: EntryKind, flavorId: string, expected: string | null): string[] {
  const wrong: string[] = []
  const { location = '', 'cache-control': caching } = reply.headers
  if (isServed(kind) && caching !== 'no-store') wrong.push(`says ${caching}`)
  if (/djJ8|\/ks\/|v1~/.test(JSON.stringify([reply.headers, reply.body]))) wrong.push('holds a session or the grant')
  if (expected === null) {
    if (reply.status < 400 || location !== '') wrong.push(`gives ${location}, which nobody granted`)
    return wrong
  }
  if (reply.status !== 302 || reply.body !== '') wrong.push(`status ${reply.status}`)
  if (location !== expected) wrong.push(`leads to ${location} instead of ${expected}`)
  if (!location.includes(`/entryId/${kind.entryId}/`)) wrong.push('is not that entry')
  if ([...flavorsIn(location)].join() !== flavorId) wrong.push('is not that flavor')
  return wrong
}

/** What is no grant, though it looks like one. */
const FORGED: Readonly<Record<string, (kind: EntryKind) => string>> = {
  'made up': (kind) => `${pathOf(kind, readyFlavor(kind.entryId))}?grant=v1~g1~${EXPIRES}~~~archive~${'A'.repeat(43)}`,
  expired: (kind) => grantOf(kind, readyFlavor(kind.entryId), { ...TERMS, expires: START / 1000 }),
  "another entry's": (kind) => {
    const other = { ...kind, entryId: '0_99nosuch' }
    return grantOf(other, readyFlavor(kind.entryId)).replace(other.entryId, kind.entryId)
  },
  'signed as a link': (kind) => signGrant(pathOf(kind, readyFlavor(kind.entryId)), { ...KEY, id: 'g1' }, TERMS),
  "another flavor's": (kind) =>
    grantOf(kind, notReadyFlavor(kind.entryId)).replace(notReadyFlavor(kind.entryId), readyFlavor(kind.entryId)),
  'for another address': (kind) => {
    const terms = { ...TERMS, address: '192.0.2.99' }
    return grantOf(kind, readyFlavor(kind.entryId), terms)
  }
}

t.test('grants', async (t) => {
  const matrix = new Matrix(world)
  const same = new SameAnswers()
  const app = await world.gateway('mirror', { grants: true })
  const door = atGateway(app)
  const visitAll = async (seed: number, at: Door, viewers: readonly Viewer[]): Promise<void> => {
    for (const [number, kind] of world.kinds.entries()) {
      for (const viewer of shuffled(viewers, seeded(seed + number))) {
        await matrix.visit(same.at(at), { kind, viewer, request: URL_WAY! }, 'beside grants')
      }
    }
  }
  const half = world.viewers.filter((_viewer, number) => number % 2 === 0)
  const third = world.viewers.filter((_viewer, number) => number % 3 === 0)
  await visitAll(1, door, half)

  const used = new Tally()
  const forged = new Tally()
  let given = 0
  const wrongKinds = Object.entries(FORGED)
  for (const [at, kind] of world.kinds.entries()) {
    for (const [number, viewer] of shuffled(world.viewers, seeded(at)).entries()) {
      const sent = viewer.sends(kind)
      const [what, flavorOf] = Object.entries(FLAVORS)[number % 3]!
      const flavorId = flavorOf(kind)
      const where = `${kind.name} | ${viewer.name}`
      const reply = await door(viewer, sent, asSent(grantOf(kind, flavorId), sent))
      if (isBare(sent)) {
        const expected = isServed(kind) ? await granted(kind, flavorId) : null
        if (expected !== null) given++
        used.add(`${what} | ${where}`, wrongInGranted(reply, kind, flavorId, expected))
      } else used.add(`with more than a grant | ${where}`, wrongInRefusal(reply, kind))
      const before = world.state.calls.api
      const [name, make] = wrongKinds[(number + at) % wrongKinds.length]!
      const refusal = wrongInRefusal(await door(viewer, sent, asSent(make(kind), sent)), kind)
      if (world.state.calls.api !== before) refusal.push('Kaltura is asked')
      forged.add(`${name} | ${where}`, refusal)
    }
  }
  t.ok(given > 100, `${given} grants led to a file`)
  used.tell(t, 'Grants')
  forged.tell(t, 'Grants that are none')

  await visitAll(2, door, half)
  // One that knows nothing, and to which a grant comes first.
  const fresh = atGateway(await world.gateway('mirror', { grants: true }))
  const nobody = world.viewers[0]!
  for (const kind of world.kinds) await fresh(nobody, nobody.sends(kind), grantOf(kind, readyFlavor(kind.entryId)))
  await visitAll(3, fresh, third)
  t.strictSame(matrix.violations.slice(0, 20), [], 'nobody gets more than Kaltura gives him')
  t.strictSame(matrix.less.slice(0, 20), [], 'and nobody less')
  t.strictSame(same.differing.slice(0, 5), [], 'everybody gets what he got before')
  tellsOf(t, 'Before and after grants', matrix.cells, matrix.violations.length)
})
