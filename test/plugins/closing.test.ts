import { EventEmitter, once } from 'node:events'
import { type AddressInfo, connect, type Socket } from 'node:net'
import Fastify from 'fastify'
import t, { type Test } from 'tap'
import { registerClosing } from '../../src/plugins/closing.js'

async function listening(t: Pick<Test, 'teardown'>, patience: number, answer: () => Promise<string>) {
  const app = Fastify({ forceCloseConnections: 'idle' })
  registerClosing(app, patience)
  app.get('/', answer)
  await app.listen({ host: '127.0.0.1', port: 0 })
  t.teardown(() => app.server.closeAllConnections())
  const { port } = app.server.address() as AddressInfo
  const open = async (): Promise<Socket> => {
    const socket = connect(port, '127.0.0.1').on('error', () => {})
    t.teardown(() => socket.destroy())
    await once(socket, 'connect')
    return socket
  }
  const closing = async () => {
    const began = performance.now()
    await app.close()
    return performance.now() - began
  }
  return { open, closing }
}

const GET = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n'

t.test('a connection over which nothing was asked does not hold up the end', async (t) => {
  const { open, closing } = await listening(t, 10_000, async () => 'ok')
  await open()
  const half = await open()
  half.write('GET / HTT')
  t.ok((await closing()) < 2000)
})

t.test('an answer under way is given', async (t) => {
  const given = new EventEmitter()
  const answer = async () => ((await once(given, 'answer')) as [string])[0]
  const { open, closing } = await listening(t, 10_000, answer)
  const socket = await open()
  let text = ''
  socket.setEncoding('utf8').on('data', (chunk) => {
    text += chunk
  })
  socket.write(GET)
  await new Promise((resolve) => setTimeout(resolve, 100))
  const closed = closing()
  setTimeout(() => given.emit('answer', 'here it is'), 200)
  const [took] = await Promise.all([closed, once(socket, 'close')])
  t.ok(took >= 150 && took < 3000, `it took ${Math.round(took)} ms`)
  t.match(text, /connection: close\r\n/i)
  t.match(text, /here it is$/)
})

t.test('an answer that never comes is cut', async (t) => {
  const { open, closing } = await listening(t, 300, () => new Promise<string>(() => {}))
  const socket = await open()
  socket.write(GET)
  await new Promise((resolve) => setTimeout(resolve, 100))
  const took = await closing()
  t.ok(took >= 250 && took < 3000, `it took ${Math.round(took)} ms`)
})
