import type { Socket } from 'node:net'
import type { FastifyInstance } from 'fastify'

/** ms that answers under way may take once the server closes; less than the process itself is given to end. */
const PATIENCE = 5_000

/** ms between looks at connections that have become idle meanwhile. */
const LOOK = 100

/**
 * Lets the server close while clients hold connections. Node closes those that are idle at that moment, but takes one
 * over which nothing was ever asked for busy (browsers and load balancers open such ahead), and keeps one whose last
 * answer was under way. Here the former are closed at once, the latter after their answer, and whatever is left after the
 * patience is cut.
 */
export function registerClosing(app: FastifyInstance, patience = PATIENCE): void {
  const unused = new Set<Socket>()
  let closing = false
  app.server.on('connection', (socket: Socket) => {
    unused.add(socket)
    socket.once('close', () => unused.delete(socket))
  })
  app.server.on('request', ({ socket }: { socket: Socket }) => unused.delete(socket))
  app.addHook('onSend', (_request, reply, payload, done) => {
    if (closing) reply.header('connection', 'close')
    done(null, payload)
  })
  app.addHook('preClose', (done) => {
    closing = true
    for (const socket of unused) socket.destroy()
    // Only injected into: there is nothing to wait for, and no event to end the timers.
    if (!app.server.listening) return done()
    const look = setInterval(() => app.server.closeIdleConnections(), LOOK)
    const cut = setTimeout(() => app.server.closeAllConnections(), patience)
    app.server.once('close', () => {
      clearInterval(look)
      clearTimeout(cut)
    })
    done()
  })
}
