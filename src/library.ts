/**
 * What other programs import as `playmanifest-gateway`: the gateway as a plugin of their own Fastify server
 * (docs/library.md). No environment is read, and nothing of the server as a whole is changed.
 */
import type { FastifyInstance, FastifyPluginAsync, FastifyRequest } from 'fastify'
import fastifyPlugin from 'fastify-plugin'
import { ConfigError } from './config/config.js'
import { configFromOptions, type PlayManifestOptions } from './config/options.js'
import { registerGateway } from './gateway.js'
import { redactUrl } from './playmanifest/redact.js'
import { nearestStranger, strangersScheme } from './viewer/nearest-stranger.js'
import { TrustedProxies } from './viewer/trusted-proxies.js'

export { ConfigError } from './config/config.js'
export type { KeyOptions, PartnerOptions, PlayManifestOptions } from './config/options.js'
export type { Rule } from './rules/schema.js'

/** A server's own lines about requests hold the URL as it came, and a session may stand in it. */
const logSerializers = {
  req: (request: FastifyRequest) => `${request.method} ${redactUrl(request.url ?? '')}`
}

async function register(app: FastifyInstance, options: PlayManifestOptions & { prefix?: string }): Promise<void> {
  // Fastify's own options of `register`; the prefix has been applied already.
  const {
    prefix: _,
    logLevel: __,
    logSerializers: ___,
    ...own
  } = options as PlayManifestOptions & Record<string, unknown>
  const config = configFromOptions(own as PlayManifestOptions)
  if (/[:*()]/.test(app.prefix)) {
    throw new ConfigError([`The prefix is "${app.prefix}"; right would be one without parameters and wildcards.`])
  }
  for (const warning of config.warnings) app.log.warn(warning)
  const proxies = new TrustedProxies(config.trustProxy)
  await app.register(
    async (scope) => {
      scope.addHook('onRequest', (request, _reply, done) => {
        ownWord(request, proxies)
        done()
      })
      await registerGateway(scope, config)
    },
    { logSerializers }
  )
}

/** Who asks and how is what the gateway's own `trustProxy` says: the server may trust others, or everybody. */
function ownWord(request: FastifyRequest, proxies: TrustedProxies): void {
  const { socket, headers } = request.raw
  const peer = socket.remoteAddress
  const encrypted = (socket as { encrypted?: boolean }).encrypted === true
  Object.defineProperties(request, {
    ip: { value: nearestStranger(peer, headers, proxies) },
    protocol: { value: strangersScheme(peer, encrypted, headers, proxies) }
  })
}

/**
 * The gateway as a Fastify plugin, encapsulated: its hooks, error handler and body parsers are for its own routes only.
 *
 *     await app.register(playManifest, { prefix: '/video', serviceUrl: 'https://www.kaltura.com', partners: [{ id: 101 }] })
 *
 * @throws ConfigError (at `ready`) with everything that is wrong with the options
 */
export const playManifest: FastifyPluginAsync<PlayManifestOptions> = fastifyPlugin(register, {
  name: 'playmanifest-gateway',
  fastify: '5.x',
  encapsulate: true
}) as FastifyPluginAsync<PlayManifestOptions>
