// "There is no such entry", said by the gateway of its own knowledge, would tell by contrast that the entry for which it
// redirects is there, hidden. Kaltura says error 1 of both to who may not see them.
import t, { type Test } from 'tap'
import { BASE, USER_AGENTS, withGateway } from '../helpers/gateway.js'

const MISSING = '0_nosuch99'
const HIDDEN = '0_hidden01'

async function withHidden(t: Test, env: Record<string, string>) {
  const gateway = await withGateway(t, { env })
  const { catalog } = gateway
  const open = [...catalog.entries.values()].find(({ id }) => id === '0_public01')!
  catalog.entries.set(HIDDEN, { ...open, id: HIDDEN, entitledUsers: ['somebody'] })
  return gateway
}

t.test('without the statement that nothing is hidden, both get the same redirect', async (t) => {
  const { ask } = await withHidden(t, { KALTURA_SHARE_PUBLIC: 'false' })
  for (const device of ['iphone', 'ipad', 'android', 'oldAndroid', 'desktop'] as const) {
    for (const format of ['applehttp', 'url', 'auto', 'mpegdash']) {
      const get = (id: string) =>
        ask(`${BASE}/entryId/${id}/format/${format}/protocol/http/a.m3u8`, { 'user-agent': USER_AGENTS[device] })
      for (const cache of ['cold', 'warm']) {
        const seen = [await get(MISSING), await get(HIDDEN)].map(
          ({ status, headers: { date, ...headers }, location }) => ({
            status,
            headers: { ...headers, location: location.replace(/0_(?:nosuch99|hidden01)/, 'ID') }
          })
        )
        t.match(seen[0], { status: 302, headers: { 'x-kaltura': undefined } }, `${device} ${format} ${cache}`)
        t.strictSame(seen[1], seen[0], `${device} ${format} ${cache}`)
      }
    }
  }
})

t.test('with the statement a missing entry is refused at once', async (t) => {
  const { ask } = await withHidden(t, {})
  const answer = await ask(`${BASE}/entryId/${MISSING}/format/applehttp/protocol/http/a.m3u8`)
  t.match(answer, { status: 404, headers: { 'x-kaltura': 'error-1' } })
})
