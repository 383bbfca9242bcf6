import { once } from 'node:events'
import { connect } from 'node:net'
import Fastify from 'fastify'
import t, { type Test } from 'tap'
import { registerOverload } from '../../src/plugins/overload.js'
import { askRaw } from '../helpers/gateway.js'
import { until } from '../helpers/redis-server.js'

/** A server whose answers wait until they are let go. */
async function waiting(t: Test, maxInFlight: number) {
  const app = Fastify()
  const { inFlight } = registerOverload(app, maxInFlight)
  const held: (() => void)[] = []
  const letGo = () => {
    for (const go of held.splice(0)) go()
  }
  app.get('/wait', () => new Promise((resolve) => held.push(() => resolve('late'))))
  app.get('/big', async () => Buffer.alloc(64 * 1024 * 1024))
  app.post('/body', async () => 'ok')
  app.get('/livez', { config: { exempt: true } }, async () => 'ok')
  const base = await app.listen({ port: 0 })
  t.teardown(() => {
    letGo()
    app.server.closeAllConnections()
    return app.close()
  })
  return { base, port: Number(new URL(base).port), held, inFlight, letGo }
}

t.test('past the bound: 503 at once; health is answered; then all is well again', async (t) => {
  const { base, held, inFlight, letGo } = await waiting(t, 3)
  const first = [1, 2, 3].map(() => askRaw(base, '/wait', {}))
  await until('three wait', () => held.length === 3)
  for (let i = 0; i < 5; i++) {
    const refused = await askRaw(base, '/wait', {})
    t.match(refused, {
      status: 503,
      headers: {
        'retry-after': /^[1-9]\d*$/,
        'cache-control': 'no-store',
        'access-control-allow-origin': '*',
        'content-type': /problem\+json/
      }
    })
    t.equal(JSON.parse(refused.body).code, 'OVERLOADED')
  }
  t.equal((await askRaw(base, '/livez', {})).status, 200)
  letGo()
  for (const answer of await Promise.all(first)) t.equal(answer.body, 'late')
  t.equal(inFlight(), 0)
  t.equal((await askRaw(base, '/livez', {})).status, 200)
})

t.test('who leaves gives the place back', async (t) => {
  const { base, port, held, inFlight, letGo } = await waiting(t, 1)
  const socket = connect(port, '127.0.0.1')
  socket.write('GET /wait HTTP/1.1\r\nHost: a\r\n\r\n')
  await until('it waits', () => held.length === 1)
  t.equal((await askRaw(base, '/wait', {})).status, 503)
  socket.destroy()
  await until('the place is free', () => inFlight() === 0)
  letGo()
  const next = askRaw(base, '/wait', {})
  await until('the next one waits', () => held.length === 1)
  t.equal(inFlight(), 1, 'and no place was given back twice')
  letGo()
  t.equal((await next).status, 200)
})

t.test('neither a slow sender nor a slow reader takes a place', async (t) => {
  const { base, port, inFlight } = await waiting(t, 1)
  const sender = connect(port, '127.0.0.1')
  sender.write('POST /body HTTP/1.1\r\nHost: a\r\ncontent-type: text/plain\r\ncontent-length: 10\r\n\r\n1')
  const reader = connect(port, '127.0.0.1')
  reader.write('GET /big HTTP/1.1\r\nHost: a\r\n\r\n')
  await once(reader, 'readable')
  t.equal(inFlight(), 0)
  t.equal((await askRaw(base, '/livez', {})).status, 200)
  sender.destroy()
  reader.destroy()
})
