import { createHash } from 'node:crypto'
import t from 'tap'
import {
  DEMO_ENTRIES,
  DEMO_PROFILES,
  DEMO_SECRETS,
  issueKs,
  makeFlavor,
  resetCalls
} from '../../../src/demo/kaltura/index.js'
import { demoServer } from './demo-server.js'

const { public: PUBLIC, ksProtected, ipRestricted, siteRestricted } = DEMO_ENTRIES
const admin = { service: 'session', action: 'start', partnerId: 101, secret: DEMO_SECRETS.main.adminSecret, type: 2 }

t.test('sessions are real: started, used, refused', async (t) => {
  const { call } = await demoServer(t)
  const ks = (await call(admin)) as string
  t.match(ks, /^djJ8/)
  const get = { service: 'baseEntry', action: 'get', entryId: PUBLIC }
  t.match(await call({ ...get, ks }), { id: PUBLIC, objectType: 'KalturaMediaEntry' })
  t.match(await call({ service: 'session', action: 'get', ks }), { sessionType: '2', partnerId: '101' })
  const expired = (await call({ ...admin, expiry: -1 })) as string
  t.match(await call({ ...get, ks: expired }), { code: 'INVALID_KS', args: { KSID: 'EXPIRED' } })
  const user = (await call({ ...admin, secret: DEMO_SECRETS.main.secret, type: 0, userId: 'u' })) as string
  t.match(await call({ service: 'accessControlProfile', action: 'get', id: 1, ks: user }), {
    code: 'SERVICE_FORBIDDEN'
  })
  t.match(await call({ ...admin, secret: DEMO_SECRETS.main.secret }), { code: 'START_SESSION_ERROR' })
  t.match(await call({ ...get, ks: `${ks.slice(0, -8)}AAAAAAA=` }), { code: 'INVALID_KS' })
  t.match(await call({ ...get, ks, partnerId: 102 }), { code: 'SERVICE_FORBIDDEN' })
  const other = issueKs(
    { id: 102, subpId: 10200, ...DEMO_SECRETS.other, status: 1 },
    { type: 2, userId: '', expiry: Math.floor(Date.now() / 1000) + 60, privileges: '' }
  )
  t.match(await call({ ...get, ks: other }), { code: 'ENTRY_ID_NOT_FOUND' }, 'entries of others are not seen')
})

t.test('one resolution in one round trip', async (t) => {
  const { call, app } = await demoServer(t)
  const ks = await call(admin)
  const list = {
    service: 'flavorAsset',
    action: 'list',
    filter: { entryIdEqual: PUBLIC, statusEqual: 2 },
    pager: { pageSize: 500 }
  }
  const answer = (await call({
    service: 'multirequest',
    1: { service: 'session', action: 'startWidgetSession', widgetId: '_101' },
    2: { service: 'baseEntry', action: 'get', entryId: PUBLIC, ks: '{1:result:ks}' },
    3: { ...list, ks: '{1:result:ks}' },
    4: { service: 'baseEntry', action: 'get', entryId: PUBLIC, ks },
    5: { service: 'accessControlProfile', action: 'get', id: '{4:result:accessControlId}', ks }
  })) as Record<string, unknown>[]
  t.equal(answer.length, 5)
  t.match(answer[2], { totalCount: 7 })
  t.match(answer[4], { id: DEMO_PROFILES.open, rules: [] })
  t.same(app.state.calls.log.at(-1)?.actions, [
    'session.startwidgetsession',
    'baseentry.get',
    'flavorasset.list',
    'baseentry.get',
    'accesscontrolprofile.get'
  ])
})

t.test('a change of the catalog shows at once and moves updatedAt', async (t) => {
  const { call, play, catalog } = await demoServer(t)
  const ks = await call(admin)
  const read = () =>
    call({ service: 'baseEntry', action: 'get', entryId: PUBLIC, ks }) as Promise<{
      updatedAt: number
      flavorParamsIds: string
    }>
  const before = await read()
  const location = async () => (await play(`entryId/${PUBLIC}/format/url`)).headers.get('location')
  t.match(await location(), /v180\//)
  catalog.removeFlavor('0_publv180')
  t.match(await location(), /v270\//)
  const after = await read()
  t.ok(after.updatedAt > before.updatedAt)
  t.equal(after.flavorParamsIds, '0,3,4,5,11,12')
  catalog.addFlavor(
    makeFlavor('0_publnew1', catalog.entry(PUBLIC)!, 'mbr', { bitrate: 10, width: 16, height: 9, mediaKey: 'v180' })
  )
  t.match(await location(), /0_publnew1\//)
  t.ok((await read()).updatedAt > after.updatedAt)
  catalog.updateEntry(PUBLIC, { accessControlId: DEMO_PROFILES.ksRequired })
  t.equal((await play(`entryId/${PUBLIC}/format/url`)).headers.get('x-kaltura'), 'error-3')
  catalog.deleteEntry(PUBLIC)
  t.equal((await play(`entryId/${PUBLIC}/format/url`)).headers.get('x-kaltura'), 'error-1')
  t.throws(() => catalog.updateEntry('0_nothing1', {}), /no entry/)
  t.throws(() => catalog.removeFlavor('0_nothing1'), /no flavor/)
})

t.test('rules on session, address and site', async (t) => {
  let ip = '198.51.100.9'
  const { call, play } = await demoServer(t, { remoteAddress: () => ip })
  const error = async (rest: string, init?: RequestInit) => (await play(rest, init)).headers.get('x-kaltura')
  const start = { ...admin, type: 0, userId: 'u' }
  const may = await call({ ...start, privileges: `sview:${ksProtected}` })
  const mayOther = await call({ ...start, privileges: 'sview:0_other001' })
  t.equal(await error(`entryId/${ksProtected}/format/url`), 'error-3')
  t.equal(await error(`entryId/${ksProtected}/format/url/ks/${mayOther}`), 'error-3')
  t.equal(await error(`entryId/${ksProtected}/format/url/ks/garbage`), 'error-7')
  const allowed = await play(`entryId/${ksProtected}/format/url/ks/${may}`)
  t.equal(allowed.status, 302)
  t.match(allowed.headers.get('cache-control'), /^no-store/, 'a session that mattered is not shared')
  t.equal((await play(`entryId/${ksProtected}/format/url`, { headers: { 'x-kaltura-ks': String(may) } })).status, 302)

  t.equal(await error(`entryId/${ipRestricted}/format/url`), 'error-3')
  ip = '203.0.113.5'
  const inside = await play(`entryId/${ipRestricted}/format/url`)
  t.equal(inside.status, 302)
  t.match(inside.headers.get('cache-control'), /^no-store/)

  t.equal(await error(`entryId/${siteRestricted}/format/url`), 'error-3')
  const referrer = Buffer.from('https://allowed.example.com/x').toString('base64url')
  const stated = await play(`entryId/${siteRestricted}/format/url/referrer/${referrer}`)
  t.equal(stated.headers.get('cache-control'), 'private, max-age=60, max-stale=0')
  const observed = await play(`entryId/${siteRestricted}/format/url`, {
    headers: { referer: 'https://allowed.example.com/x' }
  })
  t.equal(observed.status, 302)
  t.match(observed.headers.get('cache-control'), /^no-store/)
})

t.test('faults and delays of one endpoint leave the other alone', async (t) => {
  const { base, app, call, play } = await demoServer(t)
  const ping = () => fetch(`${base}/api_v3/service/system/action/ping?format=1`)
  const { api, playManifest } = app.state
  api.fail = 500
  t.equal((await ping()).status, 500)
  t.equal((await play(`entryId/${PUBLIC}/format/url`)).status, 302)
  api.fail = 'garbage'
  const garbage = await ping()
  t.equal(garbage.status, 200)
  await t.rejects(garbage.json())
  api.fail = 'reset'
  await t.rejects(ping())
  api.fail = 'hang'
  await t.rejects(fetch(`${base}/api_v3/service/system/action/ping`, { signal: AbortSignal.timeout(100) }), {
    name: 'TimeoutError'
  })
  api.fail = null
  api.delayMs = 120
  const from = performance.now()
  t.equal(await call({ service: 'system', action: 'ping' }), true)
  t.ok(performance.now() - from >= 115)
  playManifest.fail = 'reset'
  await t.rejects(play(`entryId/${PUBLIC}/format/url`))
  api.delayMs = 0
  t.equal(await (await ping()).text(), 'true')
})

t.test('counters and log', async (t) => {
  const { base, app, play } = await demoServer(t)
  await fetch(`${base}/api/service/system/action/ping?format=1`)
  await play(`entryId/${PUBLIC}/format/url`, { headers: { 'x-test': 'yes' } })
  t.match(app.state.calls, { api: 1, playManifest: 1 })
  t.match(app.state.calls.log[0], { endpoint: 'api', method: 'GET', actions: ['system.ping'] })
  t.match(app.state.calls.log[1], { endpoint: 'playManifest', headers: { 'x-test': 'yes' } })
  resetCalls(app.state)
  t.match(app.state.calls, { api: 0, playManifest: 0, log: [] })
})

t.test('everything else is the web server’s 404', async (t) => {
  const { base } = await demoServer(t)
  for (const path of ['/', '/index.html', '/p/101/sp/10100/thumbnail/entry_id/0_a', '/%zz', '/api_v3x']) {
    t.equal((await fetch(base + path)).status, 404, path)
  }
})

t.test('a server that closes ends what hangs', async (t) => {
  const { base, app } = await demoServer(t)
  app.state.api.fail = 'hang'
  const hanging = t.rejects(fetch(`${base}/api_v3/service/system/action/ping`))
  await new Promise((resolve) => setTimeout(resolve, 50))
  await app.close()
  await hanging
})

t.test('sessions of version 1 are read', async (t) => {
  const { call, play } = await demoServer(t)
  const expiry = Math.floor(Date.now() / 1000) + 60
  const fields = `101;101;${expiry};2;1234;admin;*`
  const signature = createHash('sha1').update(`${DEMO_SECRETS.main.adminSecret}${fields}`).digest('hex')
  const ks = Buffer.from(`${signature}|${fields}`).toString('base64')
  t.match(await call({ service: 'session', action: 'get', ks }), { sessionType: '2', userId: 'admin' })
  t.equal((await play(`entryId/${ksProtected}/format/url?ks=${encodeURIComponent(ks)}`)).status, 302)
  const forged = Buffer.from(`${'0'.repeat(40)}|${fields}`).toString('base64')
  t.match(await call({ service: 'session', action: 'get', ks: forged }), { code: 'INVALID_KS' })
})
