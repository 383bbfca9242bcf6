import t from 'tap'
import { atGateway, type Door } from '../matrix/doors.js'
import { type EntryKind, PARTNERS } from '../matrix/entries.js'
import { BAD_LINKS, GOOD_TERMS, isSignable, lifeOf, SHORT, signedAt, wrongInRefusal } from '../matrix/links.js'
import { Matrix } from '../matrix/matrix.js'
import { seeded, shuffled } from '../matrix/orders.js'
import { gatewayPath, REQUESTS, type RequestKind } from '../matrix/requests.js'
import { SameAnswers } from '../matrix/same-answers.js'
import { tellsOf } from '../matrix/security-doc.js'
import { Tally } from '../matrix/tally.js'
import type { Viewer } from '../matrix/viewers.js'
import { makeWorld, type Reply } from '../matrix/world.js'

/**
 * The matrix for signed links: who has none that is good for him gets a 403 and nothing else, whoever came before; who has
 * one gets no more than Kaltura gives him; and no cache keeps an answer for longer than its link lives.
 */

t.setTimeout(300_000)

const world = await makeWorld({ cdnScheme: 'request' })
t.teardown(() => world.close())
const matrix = new Matrix(world)

const WAYS = REQUESTS.filter(({ name }) => ['url', 'applehttp'].includes(name))
const GOOD = Object.keys(GOOD_TERMS)
const BAD = Object.keys(BAD_LINKS)

/** All viewers with each entry, in a seeded order, numbered; what is rotated by the number falls on each pair sooner or later. */
function* pairs(seed: number): Generator<{ kind: EntryKind; viewer: Viewer; number: number }> {
  let number = seed
  for (const [at, kind] of world.kinds.entries()) {
    for (const viewer of shuffled(world.viewers, seeded(seed + at))) yield { kind, viewer, number: number++ }
  }
}

/** One viewer with a link that is no good to him. */
async function refused(tally: Tally, door: Door, kind: EntryKind, viewer: Viewer, what: string): Promise<void> {
  const sent = viewer.sends(kind)
  const link = BAD_LINKS[what]!(gatewayPath(kind, WAYS[0]!, sent), viewer, sent)
  tally.add(`${what} | ${kind.name} | ${viewer.name}`, wrongInRefusal(await door(viewer, sent, link), kind))
}

/** One viewer with a good link: judged by the matrix, and by what the link says. */
async function allowed(
  tally: Tally,
  door: Door,
  kind: EntryKind,
  viewer: Viewer,
  request: RequestKind,
  terms: string,
  use?: (link: string) => void
): Promise<void> {
  const wrong: string[] = []
  const watched: Door = async (...asked) => {
    const reply = await door(...asked)
    wrong.push(...wrongInSigned(reply, kind, terms))
    return reply
  }
  await matrix.visit(signedAt(watched, GOOD_TERMS[terms]!, use), { kind, viewer, request }, `signed ${terms}`)
  tally.add(`${terms} | ${kind.name} | ${viewer.name} | ${request.name}`, wrong)
}

function wrongInSigned(reply: Reply, { partnerId }: EntryKind, terms: string): string[] {
  const wrong: string[] = []
  const life = lifeOf(reply)
  const caching = reply.headers['cache-control'] ?? ''
  if (terms === 'with an end soon' && life > SHORT) wrong.push(`outlives its link: ${caching}`)
  const isServed = partnerId !== PARTNERS.other
  if (isServed && /^for his/.test(terms) && !/no-store/.test(caching)) wrong.push(`is bound, and says ${caching}`)
  if (`${reply.headers.location ?? ''}${reply.body}`.includes('v1~')) wrong.push('shows the signature')
  if (reply.status === 403) wrong.push('is refused with a good link')
  return wrong
}

t.test('required', async (t) => {
  const app = await world.gateway('mirror', { signedLinks: 'required' })
  const door = atGateway(app)
  const { calls } = world.state
  const asked = () => calls.api + calls.playManifest

  const cold = new Tally()
  for (const { kind, viewer, number } of pairs(1)) await refused(cold, door, kind, viewer, BAD[number % BAD.length]!)
  t.equal(asked(), 0, 'Kaltura is asked nothing for a link that is no good')
  cold.tell(t, 'Signed links required, without a good one, cold')

  const signed = new Tally()
  const short: { kind: EntryKind; viewer: Viewer; link: string }[] = []
  const { answeredHere } = matrix
  for (const { kind, viewer, number } of pairs(2)) {
    const sent = viewer.sends(kind)
    const request = WAYS[number % WAYS.length]!
    const terms = GOOD[number % GOOD.length]!
    const use = (link: string) => {
      if (terms === 'with an end soon') short.push({ kind, viewer, link })
    }
    if (isSignable(sent)) await allowed(signed, door, kind, viewer, request, terms, use)
    else {
      const reply = await signedAt(door, () => ({}))(viewer, sent, gatewayPath(kind, request, sent))
      signed.add(`a KS in a header | ${kind.name} | ${viewer.name}`, wrongInRefusal(reply, kind))
    }
  }
  t.strictSame(matrix.violations.slice(0, 20), [], 'nobody gets more than Kaltura gives him')
  t.strictSame(matrix.less.slice(0, 20), [], 'and nobody less')
  t.ok(matrix.answeredHere - answeredHere > 50, `${matrix.answeredHere - answeredHere} were answered from here`)
  signed.tell(t, 'Signed links required, with a good one')

  const warm = new Tally()
  const before = asked()
  for (const { kind, viewer, number } of pairs(3)) {
    for (let turn = 0; turn < BAD.length; turn += 4) {
      await refused(warm, door, kind, viewer, BAD[(number + turn) % BAD.length]!)
    }
  }
  // They were good a moment ago, and what they led to is known here.
  world.clock.now += SHORT * 1000
  for (const { kind, viewer, link } of short) {
    const reply = await door(viewer, viewer.sends(kind), link)
    warm.add(`expired since | ${kind.name} | ${viewer.name}`, wrongInRefusal(reply, kind))
  }
  world.clock.now -= SHORT * 1000
  t.ok(short.length > 300)
  t.equal(asked(), before, 'Kaltura is asked nothing')
  warm.tell(t, 'Signed links required, without a good one, warm')
  await app.close()
})

t.test('optional: links beside requests without one', async (t) => {
  const counted = { cells: matrix.cells, wrong: matrix.violations.length }
  const door = atGateway(await world.gateway('mirror', { signedLinks: 'optional' }))
  const same = new SameAnswers()
  const signed = new Tally()
  const without = new Tally()
  const [request] = WAYS
  const plain = (kind: EntryKind, viewer: Viewer) =>
    matrix.visit(same.at(door), { kind, viewer, request: request! }, 'optional')
  for (const { kind, viewer, number } of pairs(4)) {
    if (world.kinds.indexOf(kind) % 2 === 1) continue
    // In turn: before and after a link that ends soon, after one only, after one that is no good.
    const turn = number % 3
    if (turn === 0) await plain(kind, viewer)
    if (turn === 2) await refused(without, door, kind, viewer, BAD.slice(1)[number % (BAD.length - 1)]!)
    else if (isSignable(viewer.sends(kind))) await allowed(signed, door, kind, viewer, request!, 'with an end soon')
    await plain(kind, viewer)
  }
  t.strictSame(matrix.violations.slice(0, 20), [], 'nobody gets more than Kaltura gives him')
  t.strictSame(matrix.less.slice(0, 20), [], 'and nobody less')
  t.strictSame(same.differing.slice(0, 5), [], "a signed link changes nothing in anybody's answer without one")
  t.strictSame([...signed.violations, ...without.violations].slice(0, 20), [])
  const cells = matrix.cells - counted.cells + without.cells
  tellsOf(t, 'Signed links optional', cells, matrix.violations.length - counted.wrong + without.violations.length)
})
