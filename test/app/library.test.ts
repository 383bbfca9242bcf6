import { Writable } from 'node:stream'
import cors from '@fastify/cors'
import rateLimit from '@fastify/rate-limit'
import Fastify, { type FastifyInstance, type FastifyServerOptions } from 'fastify'
import t, { type Test } from 'tap'
import { DEMO_ENTRIES, DEMO_SECRETS } from '../../src/demo/kaltura/index.js'
import { ConfigError, type PlayManifestOptions, playManifest } from '../../src/library.js'
import { makeKsV2 } from '../../src/viewer/ks.js'
import { withDemo } from '../helpers/demo.js'
import { BASE } from '../helpers/gateway.js'
import { KEY, sign } from '../helpers/signing.js'

const ENTRY = `${BASE}/entryId/${DEMO_ENTRIES.public}`

/** Another program's server before the demo's Kaltura; the test registers. */
async function host(t: Test, server: FastifyServerOptions = {}) {
  const demo = await withDemo(t)
  const app = Fastify(server as object) as unknown as FastifyInstance
  t.teardown(() => app.close())
  const options = (over: Partial<PlayManifestOptions> = {}): PlayManifestOptions => ({
    serviceUrl: demo.kalturaUrl,
    partners: [
      { id: 101, adminSecret: DEMO_SECRETS.main.adminSecret, sharePublic: true, aliases: { ours: DEMO_ENTRIES.public } }
    ],
    hosts: { allowed: [new URL(demo.cdnUrl).host] },
    ...over
  })
  return { ...demo, app, options }
}

t.test('under a prefix and at the root: what the gateway itself answers', async (t) => {
  for (const prefix of ['', '/video/v1']) {
    const { app, options, gatewayUrl } = await host(t)
    await app.register(playManifest, { ...options(), ...(prefix === '' ? {} : { prefix }) })
    for (const rest of [
      `${ENTRY}/format/applehttp/a.m3u8`,
      `${ENTRY}/format/url/protocol/http/a.mp4`,
      `${ENTRY}/format/mpegdash?ks=rubbish`,
      `${ENTRY}/format/auto/device/ipad`,
      `${BASE}/entryId/0_nobody01/format/url`,
      `${BASE}/entryId/0_x/protocol/ftp`,
      '/p/7/sp/700/playManifest/entryId/0_x',
      `/s${ENTRY}/format/url`
    ]) {
      const own = await fetch(gatewayUrl + rest, { redirect: 'manual' })
      const answer = await app.inject(prefix + rest)
      t.equal(answer.statusCode, own.status, prefix + rest)
      t.equal(answer.headers.location, own.headers.get('location') ?? undefined)
      t.equal(answer.body, await own.text())
      t.equal(answer.headers['access-control-allow-origin'], '*')
    }
    t.equal((await app.inject(`${prefix}${BASE}/referenceId/ours/format/url`)).statusCode, 302)
    const posted = await app.inject({ method: 'POST', url: `${prefix}${ENTRY}/format/url`, payload: 'ks=x' })
    t.match(posted, { statusCode: 307 })
    t.notMatch(posted.headers.location, 'video')
    t.match(await app.inject({ method: 'OPTIONS', url: prefix + ENTRY }), { statusCode: 200 })
    t.equal((await app.inject({ method: 'DELETE', url: prefix + ENTRY })).statusCode, 405)
  }
})

t.test('the rest of the server stays as it is', async (t) => {
  const { app, options } = await host(t)
  await app.register(cors, { origin: 'https://app.example' })
  await app.register(rateLimit, { max: 1000 })
  app.setErrorHandler((_error, _request, reply) => reply.code(500).send({ mine: true }))
  app.setNotFoundHandler((_request, reply) => reply.code(404).send({ mine: true }))
  app.get('/fail', async () => {
    throw new Error('x')
  })
  app.post('/echo', async (request) => request.body)
  app.get('/livez', async () => 'mine')
  await app.register(playManifest, options())
  await app.register(playManifest, { ...options({ delivery: 'proxy' }), prefix: '/again' })
  t.strictSame((await app.inject('/fail')).json(), { mine: true })
  t.strictSame((await app.inject('/nowhere')).json(), { mine: true })
  t.strictSame((await app.inject({ method: 'POST', url: '/echo', payload: { a: 1 } })).json(), { a: 1 })
  t.match(await app.inject('/livez'), { body: 'mine', headers: { 'timing-allow-origin': undefined } })
  t.equal(app.server.maxConnections, undefined)
  const url = `${ENTRY}/format/url/protocol/http/a.mp4`
  const answer = await app.inject(url)
  t.match(
    answer,
    { statusCode: 302, headers: { 'access-control-allow-origin': 'https://app.example' } },
    'its own CORS'
  )
  t.equal(
    (
      await app.inject({
        method: 'OPTIONS',
        url,
        headers: { origin: 'https://app.example', 'access-control-request-method': 'GET' }
      })
    ).statusCode,
    204
  )
  t.equal((await app.inject(`/again${ENTRY}/format/applehttp/a.m3u8`)).statusCode, 200)
})

t.test('who asks is what its own trustProxy says', async (t) => {
  const clients: unknown[] = []
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      const { client } = JSON.parse(chunk.toString()) as { client?: string }
      if (client !== undefined) clients.push(client)
      done()
    }
  })
  const { app, options } = await host(t, { trustProxy: true, logger: { stream } })
  await app.register(playManifest, { ...options(), prefix: '/trusting-nobody' })
  await app.register(playManifest, { ...options({ trustProxy: ['127.0.0.1'] }), prefix: '/trusting-one' })
  const headers = { 'x-forwarded-proto': 'https', 'x-forwarded-for': '203.0.113.9, 192.0.2.1' }
  for (const prefix of ['/trusting-nobody', '/trusting-one']) {
    await app.inject({ url: `${prefix}${ENTRY}/format/url`, headers })
  }
  t.strictSame(clients, ['127.0.0.1', '192.0.2.1'], 'though the server itself believes anybody')
})

t.test("a session stands in none of the server's lines", async (t) => {
  let log = ''
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      log += chunk.toString()
      done()
    }
  })
  const { app, options } = await host(t, { logger: { stream } })
  await app.register(playManifest, { ...options(), prefix: '/video' })
  const secret = DEMO_SECRETS.main.adminSecret
  const ks = makeKsV2({ partnerId: 101, secret, userId: 'u', type: 0, expiry: 4_000_000_000, privileges: '' })
  await app.inject(`/video${ENTRY}/format/url?ks=${ks}`)
  await app.inject(`/video${ENTRY}/ks/${ks}/format/url`)
  await app.inject({ url: `/video${ENTRY}/format/url`, headers: { 'x-kaltura-ks': ks } })
  t.match(log, /incoming request/)
  t.match(log, /"entry":"0_public01"/)
  t.notMatch(log, ks.slice(0, 30))
  t.notMatch(log, secret)
})

t.test('signed links are signed without the prefix', async (t) => {
  const { app, options } = await host(t)
  const key = new Uint8Array(KEY.key)
  const partners = [{ id: 101, signedLinks: 'required' as const }]
  await app.register(playManifest, { ...options({ partners, signingKeys: [{ id: KEY.id, key }] }), prefix: '/video' })
  const path = `${ENTRY}/format/url`
  t.equal((await app.inject(`/video${path}`)).statusCode, 403)
  t.equal((await app.inject(`/video${sign(path)}`)).statusCode, 302)
})

t.test('API calls pass under the prefix', async (t) => {
  const { app, options } = await host(t)
  const partners = [{ id: 101, sharePublic: true, apiPassthrough: 'player' as const }]
  await app.register(playManifest, { ...options({ partners }), prefix: '/video' })
  const url = '/video/api_v3/service/session/action/startWidgetSession?widgetId=_101&format=1'
  const answer = await app.inject(url)
  t.match(answer, { statusCode: 200 })
  t.match(answer.json(), { partnerId: 101, ks: /./ })
})

t.test('options that are not usable end the start, by their own names and without secrets', async (t) => {
  const good: PlayManifestOptions = { serviceUrl: 'https://www.kaltura.com', partners: [{ id: 101 }] }
  for (const [given, expected] of [
    [{ ...good, serviceUrl: undefined }, /^serviceUrl is not set/],
    [{ ...good, serviceUrl: 'ftp://x' }, /^\/serviceUrl is "ftp:\/\/x"/],
    [{ ...good, partners: [] }, /^partners is not set/],
    [{ serviceUrl: good.serviceUrl }, /^partners is not set/],
    [{ ...good, partners: 'x' }, /^\/partners /],
    [{ ...good, delivery: 'teleport' }, /^\/delivery must be one of/],
    [{ ...good, servceUrl: 'x' }, /^\/servceUrl is not a known key/],
    [{ ...good, partners: [{ id: 101, adminSecrt: 'x' }] }, /^\/partners\/0\/adminSecrt is not a known key/],
    [{ ...good, cacheTtl: -1 }, /^cacheTtl is "-1"/],
    [{ ...good, trustProxy: ['nowhere'] }, /^trustProxy is "nowhere"/],
    [{ ...good, signingKeys: [{ id: 'k1', key: 'c2VjcmV0' }] }, /^signingKeys cannot be read/],
    [
      { ...good, publicUrl: 'https://www.kaltura.com' },
      /^publicUrl names www.kaltura.com, which is also the host of serviceUrl/
    ],
    [{ ...good, prefix: '/:tenant' }, /^The prefix is/]
  ] as [PlayManifestOptions, RegExp][]) {
    const app = Fastify()
    try {
      await app.register(playManifest, given)
      await app.ready()
      t.fail(JSON.stringify(given))
    } catch (error) {
      t.ok(error instanceof ConfigError, String(error))
      t.match((error as ConfigError).problems, [expected], String(error))
      t.notMatch(String(error), /c2VjcmV0|KALTURA_|SIGNING_KEYS/)
    }
    await app.close()
  }
})
