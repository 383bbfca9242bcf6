/**
 * The attack: a grant for an entry whose rules hold for administrators too makes Kaltura end the whole API answer without a
 * body. Used a few times, the one link opened the circuit breaker of the API for everybody.
 */
import t from 'tap'
import { DEMO_ENTRIES } from '../../src/demo/kaltura/index.js'
import { BASE } from '../helpers/gateway.js'
import { grant, withSignedLinks } from '../helpers/signing.js'

t.test('a grant that Kaltura refuses closes the way for nobody else', async (t) => {
  const { ask, catalog } = await withSignedLinks(t, { signedLinks: 'optional', grants: true })
  const entry = catalog.entries.get(DEMO_ENTRIES.ksProtected)
  const profile = entry === undefined ? undefined : catalog.profileOf(entry)
  if (profile === undefined) throw new Error('the protected entry of the demo has a profile')
  profile.rules = [
    {
      objectType: 'KalturaRule',
      conditions: [],
      actions: [{ type: 1, objectType: 'KalturaAccessControlBlockAction' }],
      forceAdminValidation: true
    }
  ]
  const path = `${BASE}/entryId/${DEMO_ENTRIES.ksProtected}/flavorId/0_ksonv360`
  for (let i = 0; i < 20; i++) {
    const answer = await ask(grant(path, { expires: 4_000_000_000 }))
    t.match(answer, { status: 502, headers: { 'cache-control': 'no-store' } })
    t.notOk(answer.headers.location)
  }
  const answer = await ask(`${BASE}/entryId/${DEMO_ENTRIES.public}/format/url/protocol/http/a.mp4`)
  t.match(answer, { status: 302, location: /serveFlavor/ })
  const other = grant(`${BASE}/entryId/${DEMO_ENTRIES.public}/flavorId/0_publv360`, { expires: 4_000_000_000 })
  t.equal((await ask(other)).status, 302, 'nor for other grants')
})
