import { readFileSync } from 'node:fs'
import t, { type Test } from 'tap'
import { atGateway, type Door } from '../matrix/doors.js'
import type { EntryKind } from '../matrix/entries.js'
import { gainOf } from '../matrix/gain.js'
import { judge } from '../matrix/judge.js'
import { lifeOf, wrongInRefusal } from '../matrix/links.js'
import { Matrix } from '../matrix/matrix.js'
import { REQUESTS } from '../matrix/requests.js'
import { SameAnswers } from '../matrix/same-answers.js'
import type { Viewer } from '../matrix/viewers.js'
import { makeWorld, type Reply } from '../matrix/world.js'

/** A test that finds nothing must be able to find something: gateways that do what ours must not are all found out. */

t.setTimeout(120_000)

const world = await makeWorld({ cdnScheme: 'request' })
t.teardown(() => world.close())
const good = atGateway(await world.gateway('mirror'))
const kind = (name: string): EntryKind => world.kinds.find((one) => one.name === name)!
const viewer = (name: string): Viewer => world.viewers.find((one) => one.name === name)!
const WAYS = REQUESTS.slice(0, 4)

/** What is found when viewers ask for entries at a door, in the order given. */
async function found(door: Door, kinds: string[], viewers: string[]): Promise<string[]> {
  const matrix = new Matrix(world)
  for (const name of kinds) {
    for (const request of WAYS) {
      for (const who of viewers) await matrix.visit(door, { kind: kind(name), viewer: viewer(who), request }, 'bad')
    }
  }
  return matrix.violations.map((violation) => violation.split(' | ')[4]!)
}

function tells(t: Pick<Test, 'ok'>, wrong: readonly string[], what: RegExp, about = ''): void {
  t.ok(
    wrong.some((one) => what.test(one)),
    `${about} ${what} is found`
  )
}

/** Gives the first answer for an entry to everybody who asks for it after. */
function firstForAll(of: Door, keyOf: (path: string) => string): Door {
  const kept = new Map<string, Reply>()
  return async (viewer, sent, path) => {
    const key = keyOf(path)
    const reply = kept.get(key) ?? (await of(viewer, sent, path))
    kept.set(key, reply)
    return reply
  }
}

const withoutViewer = (path: string): string => path.replace(/\/ks\/[^/?]*|\?.*/g, '')

t.test('the gateway itself is found to do none of this', async (t) => {
  const all = world.viewers.map(({ name }) => name)
  t.strictSame(await found(good, ['public', 'rule: session', 'rejected', 'entitled users only'], all), [])
})

t.test("a cache that takes one viewer's answer for all", async (t) => {
  const door = () => firstForAll(good, withoutViewer)
  const ofAnn = await found(door(), ['rule: session'], ['user KS, sview of all', 'anonymous'])
  tells(t, ofAnn, /shows what user KS, sview of all sent/)
  tells(t, await found(door(), ['public'], ['playback context', 'anonymous']), /shows what playback context sent/)
})

t.test('a gateway that asks Kaltura itself and hands the answer on', async (t) => {
  const asItself =
    (ks: string): Door =>
    async (_viewer, _sent, path) => {
      const bare = withoutViewer(path)
      return world.askKaltura({ path: ks === '' ? bare : `${bare}?ks=${ks}`, headers: {}, address: '127.0.0.1' })
    }
  for (const [name, who] of [
    ['rule: address', 'anonymous'],
    ['rule: country', 'anonymous'],
    ['rule: badSite', 'Referer of the bad site'],
    ['rule: userAgent', 'ipad']
  ] as const) {
    tells(t, await found(asItself(''), [name], [who]), /gives what Kaltura refuses with 3/, name)
  }
  tells(t, await found(asItself(''), ['rule: limitFlavorsAbroad'], ['anonymous']), /^gives flavors/)
  tells(t, await found(asItself(''), ['rule: previewAbroad'], ['anonymous']), /^gives the whole/)
  tells(t, await found(asItself(''), ['tokens in the delivery'], ['anonymous']), /holds the token/)
  const admin = viewer('admin KS').sends(kind('rule: session')).secrets[0]!
  for (const name of ['rule: session', 'rejected', 'scheduled', 'entitled users only', 'rule: everybody']) {
    tells(t, await found(asItself(admin), [name], ['anonymous']), /gives what Kaltura refuses with/, name)
  }
})

t.test('an error that tells that an entry exists', async (t) => {
  const headers = { 'x-kaltura': 'error-13', 'cache-control': 'no-store' }
  const door: Door = async () => ({ status: 404, headers, body: '' })
  tells(t, await found(door, ['entitled and rejected'], ['anonymous']), /says error 13 where Kaltura says 1$/)
})

t.test('flavor ids that nobody could list, headers that let an answer be kept', async (t) => {
  const template =
    (caching: string, pairs: string): Door =>
    async (_viewer, _sent, path) => ({
      status: 302,
      headers: {
        location: `${world.kalturaUrl}${path.replace('/format', `${pairs}/format`)}`,
        'cache-control': caching
      },
      body: ''
    })
  const hidden = template('no-store', '/flavorIds/0_hidden01')
  tells(t, await found(hidden, ['entitled users only'], ['anonymous']), /shows the flavor 0_hidden01/)
  const kept = template('public, max-age=60', '')
  tells(t, await found(kept, ['public'], ['user KS']), /may be stored with what the viewer sent/)
  tells(t, await found(template('', ''), ['public'], ['anonymous']), /says nothing of storing/)
})

t.test('a gateway that fetches for one viewer and lets the answer be kept', async (t) => {
  const door =
    (caching: string): Door =>
    async ({ address }, { headers }, path) => {
      const reply = world.askKaltura({ path, headers, address })
      return { ...reply, headers: { ...reply.headers, 'cache-control': caching } }
    }
  const inside = ['from the allowed network']
  const kept = await found(door('public, max-age=60'), ['rule: address'], inside)
  tells(t, kept, /^may be stored, though to a stranger it gives what Kaltura refuses with 3/)
  tells(t, await found(door('private, no-store'), ['entitled users only'], ['entitled user']), /^shows the flavor/)
  const matrix = new Matrix(world, true, undefined, true)
  const cell = { kind: kind('rule: address'), viewer: viewer(inside[0]!), request: WAYS[0]! }
  await matrix.visit(door('private, no-store'), cell, 'right')
  t.strictSame([matrix.violations, matrix.fetchedForOne], [[], 1])
  await matrix.visit(door('no-store'), cell, 'wrong')
  t.match(matrix.violations, [/is for one viewer and says no-store/])
  const same = new SameAnswers()
  const sent = cell.viewer.sends(cell.kind)
  for (const caching of ['no-store', 'no-store', 'private']) await same.at(door(caching))(cell.viewer, sent, '/p/101/x')
  t.equal(same.differing.length, 1, 'another answer than before is found out')
})

t.test('a link that is no good and gives something, an answer that outlives its link', async (t) => {
  const refusal = { status: 403, headers: { 'cache-control': 'no-store' }, body: '{"code":"SIGNATURE_WRONG"}' }
  const wrong = (over: Partial<Reply>) => wrongInRefusal({ ...refusal, ...over }, kind('public'))
  t.strictSame(wrong({}), [])
  t.ok(wrong({ status: 302 }).length > 0)
  t.ok(wrong({ headers: {} }).length > 0)
  t.ok(wrong({ headers: { ...refusal.headers, location: '/' } }).length > 0)
  t.ok(wrong({ body: '' }).length > 0)
  t.ok(wrong({ body: `{"code":"SIGNATURE_WRONG","detail":"of ${kind('public').entryId}"}` }).length > 0)
  const life = (caching: string) => lifeOf({ ...refusal, headers: { 'cache-control': caching } })
  t.equal(life('public, max-age=5, s-maxage=20, stale-while-revalidate=30, stale-if-error=600'), 620)
  t.equal(life('public, max-age=5'), 5)
  t.equal(life('private, max-age=5'), 0)
})

t.test('what is more, and what is not', async (t) => {
  const gain = (status: number, headers: Record<string, string>, body = '') => gainOf({ status, headers, body })
  const url = (rest: string) => gain(302, { location: `http://cdn.example/p/101/serveFlavor/entryId/0_a${rest}` })
  const error = (code: number) => gain(404, { 'x-kaltura': `error-${code}` })
  const more = (through: typeof direct, direct: ReturnType<typeof gain>) => judge(through, direct, null).more.length > 0
  const direct = url('/flavorId/0_x/name/a.mp4')
  t.notOk(more(direct, direct))
  t.ok(more(direct, error(3)))
  t.ok(more(url('/flavorId/0_y/name/a.mp4'), direct))
  t.ok(more(direct, url('/clipTo/1000/flavorId/0_x/name/a.mp4')), 'the whole instead of a clip')
  t.ok(more(url('/flavorId/0_,x,y,/name/a.mp4'), direct), 'two renditions instead of one')
  t.notOk(more(error(1), error(7)), 'not found tells nothing')
  t.ok(more(error(2), error(7)))
  t.ok(judge(error(3), direct, null).less)
  t.equal(gain(302, { location: '' }).kind, 'refused')
})

t.test('docs/security.md counts right', async (t) => {
  const page = readFileSync(new URL('../../docs/security.md', import.meta.url), 'utf8')
  for (const [count, what] of [
    [world.kinds.length, 'kinds of entry'],
    [world.viewers.length, 'kinds of viewer'],
    [REQUESTS.length, 'ways to ask']
  ] as const) {
    t.match(page, `**${count} ${what}**`)
  }
  const rows = [...page.matchAll(/^\| ([^|]+) \| ([\d,]+) \| 0 \|$/gm)]
  const counts = rows.map(([, name, cells]) => [name, Number(cells!.replaceAll(',', ''))] as const)
  const all = counts.find(([name]) => name === 'All')?.[1]
  t.equal(
    all,
    counts.filter(([name]) => name !== 'All').reduce((sum, [, cells]) => sum + cells, 0)
  )
})
