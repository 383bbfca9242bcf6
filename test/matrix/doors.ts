import { Agent } from 'node:http'
import type { FastifyInstance } from 'fastify'
import { askRaw } from '../helpers/gateway.js'
import type { ModelCdn } from './model-cdn.js'
import type { Sent, Viewer } from './viewers.js'
import { inject, type Reply } from './world.js'

/** Where a viewer's request goes in: at the gateway itself, or at something in front of it. */
export type Door = (viewer: Viewer, sent: Sent, path: string) => Promise<Reply>

/** How a trusted peer tells who asked and how. */
const told = (viewer: Viewer) => ({
  'x-forwarded-proto': viewer.https ? 'https' : 'http',
  'x-forwarded-for': viewer.address
})

/** Straight at the gateway, which sees the viewer's own address; https viewers come through a trusted proxy. */
export function atGateway(app: FastifyInstance): Door {
  return (viewer, { headers }, path) =>
    viewer.https
      ? inject(app, { path, headers: { ...headers, ...told(viewer) }, address: '127.0.0.1' })
      : inject(app, { path, headers, address: viewer.address })
}

/** Through a trusted proxy that appends the address it sees to whatever the viewer made up, as most do. */
export function atProxy(app: FastifyInstance): Door {
  return (viewer, { headers }, path) => {
    const { 'x-forwarded-for': claim, ...rest } = headers
    const chain = claim === undefined ? viewer.address : `${claim}, ${viewer.address}`
    return inject(app, { path, headers: { ...rest, ...told(viewer), 'x-forwarded-for': chain }, address: '127.0.0.1' })
  }
}

/** At a model of a CDN: it is the gateway's trusted peer, and overwrites what the viewer says of himself. */
export function atModelCdn(app: FastifyInstance, cdn: ModelCdn): Door {
  return (viewer, sent, path) => {
    const { host: _host, 'x-forwarded-host': _named, 'x-kaltura-remote-addr': _stated, ...headers } = sent.headers
    const asked = { path, headers: { ...headers, ...told(viewer) }, address: '127.0.0.1' }
    return cdn.ask(asked, () => inject(app, asked))
  }
}

/** What came from the store of a real CDN, and what should not have. */
export interface CdnCounts {
  hits: number
  privateHits: string[]
}

/**
 * At a real CDN over sockets. https viewers come through its TLS terminator, which is at 127.0.0.1; all others from
 * another address of the machine, so that nothing they say of themselves is believed.
 */
export function atCdn(base: string, counts: CdnCounts): { door: Door; close: () => void } {
  const agents = { terminator: new Agent({ keepAlive: true }), viewer: new Agent({ keepAlive: true }) }
  const door: Door = async (viewer, sent, path) => {
    const reply = viewer.https
      ? await askRaw(base, path, {
          headers: { ...sent.headers, ...told(viewer) },
          localAddress: '127.0.0.1',
          agent: agents.terminator
        })
      : await askRaw(base, path, { headers: sent.headers, localAddress: '127.0.0.2', agent: agents.viewer })
    if (['HIT', 'STALE', 'UPDATING', 'REVALIDATED'].includes(reply.headers['x-cache'] ?? '')) {
      counts.hits++
      const caching = reply.headers['cache-control'] ?? ''
      if (!/public/.test(caching) || /private|no-store/.test(caching)) counts.privateHits.push(`${caching} ${path}`)
    }
    return reply
  }
  const close = (): void => {
    for (const agent of Object.values(agents)) agent.destroy()
  }
  return { door, close }
}
