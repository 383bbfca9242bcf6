/**
 * The attack: many connections ask for a large manifest, again and again, and read nothing of it. What is waiting for them
 * must not be a copy for each.
 */
import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import { KEEP, PATH, withHostileKaltura } from '../helpers/hostile-kaltura.js'

const MANIFEST = `${PATH}/format/applehttp/protocol/http/a.m3u8`
const CONNECTIONS = 30
const SEGMENT = `#EXTINF:10,\nhttp://cdn.example.com/p/101/a-${'x'.repeat(80)}.ts\n`
const PLAYLIST = `#EXTM3U\n${SEGMENT.repeat(20_000)}#EXT-X-ENDLIST\n`
const HEAD = 'HTTP/1.1\r\nHost: a\r\n\r\n'

t.test('a manifest that nobody reads is in memory once', async (t) => {
  const { app } = await withHostileKaltura(
    t,
    (_request, response) =>
      void response.writeHead(200, { ...KEEP, 'content-type': 'application/x-mpegurl' }).end(PLAYLIST),
    { env: { UPSTREAM_TIMEOUT_MS: '20000' } }
  )
  const base = await app.listen({ host: '127.0.0.1', port: 0 })
  let size = 0
  for (let i = 0; i < 100 && size < 2e6; i++)
    size = (await (await fetch(base + MANIFEST, { redirect: 'manual' })).text()).length
  t.ok(size > 2e6, 'the gateway answers with the manifest')

  const before = process.memoryUsage().arrayBuffers
  const sockets = Array.from({ length: CONNECTIONS }, () => {
    const socket = connect(Number(new URL(base).port), '127.0.0.1')
    socket.on('error', () => undefined)
    socket.pause()
    socket.write(`GET ${MANIFEST} ${HEAD}`.repeat(20))
    return socket
  })
  t.teardown(() => {
    for (const socket of sockets) socket.destroy()
  })
  let most = 0
  for (let i = 0; i < 30; i++) {
    await sleep(50)
    most = Math.max(most, process.memoryUsage().arrayBuffers - before)
  }
  t.ok(most < 8 * size, `${Math.round(most / size)} copies for ${CONNECTIONS} readers`)
})
