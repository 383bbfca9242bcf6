import t from 'tap'
import { DEMO_ENTRIES, DEMO_SECRETS } from '../../src/demo/kaltura/index.js'
import { makeKsV2 } from '../../src/viewer/ks.js'
import { BASE, type Gateway, withGateway } from '../helpers/gateway.js'

/**
 * A reference id is easy to guess (`ceo-all-hands`), an entry id is not. The gateway's credential sees every entry, so
 * looking names up with it would tell strangers which entries there are, and their ids.
 */
const HIDDEN = '0_siteonly'

const asMember = () =>
  makeKsV2({
    partnerId: 101,
    secret: DEMO_SECRETS.main.adminSecret,
    userId: 'member',
    type: 0,
    expiry: Math.floor(Date.now() / 1000) + 3600,
    privileges: 'sview:*'
  })

const rests = ['/format/applehttp/a.m3u8', '/format/url', '/format/auto', '/format/mpegdash?nocache=1']

async function everyAnswer({ ask }: Gateway, name: string): Promise<string> {
  const all: unknown[] = []
  for (const rest of rests) {
    for (const [headers, method] of [
      [{}, 'GET'],
      [{}, 'POST'],
      [{}, 'HEAD'],
      [{ 'x-kaltura-ks': asMember() }, 'GET'],
      [{ 'x-kaltura-ks': 'rubbish' }, 'GET']
    ] as const) {
      const { status, headers: answered, body } = await ask(`${BASE}/referenceId/${name}${rest}`, headers, method)
      const { date: _, ...stable } = answered
      all.push([status, stable, body.replaceAll(name, 'NAME')])
    }
  }
  return JSON.stringify(all)
}

t.test('an entry that only some may know of is told to nobody by its name', async (t) => {
  for (const viewerProxy of [false, true]) {
    const folder = t.testdir({ 'gateway.yaml': `partners:\n  - id: 101\n    viewerProxy: ${viewerProxy}\n` })
    const gateway = await withGateway(t, {
      configFile: `${folder}/gateway.yaml`,
      kaltura: { remoteAddrSalt: 'salt' }
    })
    const entry = gateway.catalog.entries.get(HIDDEN)!
    entry.referenceId = 'ceo-all-hands'
    entry.accessControlId = null
    entry.entitledUsers = ['member']
    // The gateway itself knows the entry well before.
    await gateway.ask(`${BASE}/entryId/${HIDDEN}/format/applehttp/a.m3u8`)
    const hidden = await everyAnswer(gateway, 'ceo-all-hands')
    t.notMatch(hidden, HIDDEN, 'its id stands nowhere')
    t.equal(hidden, await everyAnswer(gateway, 'no-such-name1'), 'and it looks as if there were none')
    const asked = gateway.state.calls.log.filter(({ actions }) => actions.includes('baseentry.list'))
    t.ok(asked.length > 0)
  }
})

t.test('this test can fail: open to all, it is found', async (t) => {
  const gateway = await withGateway(t)
  gateway.catalog.entries.get(HIDDEN)!.referenceId = 'ceo-all-hands'
  t.match(await everyAnswer(gateway, 'ceo-all-hands'), HIDDEN)
})

t.test('entries that are deleted, rejected, not ready or of another partner are not told either', async (t) => {
  const gateway = await withGateway(t)
  const { deleted, rejected, converting, otherPartner } = DEMO_ENTRIES
  const none = await everyAnswer(gateway, 'no-such-name1')
  for (const id of [deleted, rejected, converting, otherPartner]) {
    gateway.catalog.entries.get(id)!.referenceId = `name-${id}`
    t.equal(await everyAnswer(gateway, `name-${id}`), none, id)
  }
})
