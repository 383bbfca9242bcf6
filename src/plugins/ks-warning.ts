import type { FastifyInstance } from 'fastify'
import type { PartnerConfig } from '../config/config.js'

/** ms in which a partner is warned of once. */
const PAUSE = 60_000

/**
 * Says in the log when sessions come that no known secret verifies although one is configured: usually the secret was
 * rotated at Kaltura and not here. At most once a minute for each partner, since anybody can send rubbish; never what
 * came.
 */
export function registerKsWarning(
  app: FastifyInstance,
  partners: ReadonlyMap<number, Pick<PartnerConfig, 'adminSecrets'>>,
  now: () => number = Date.now
): void {
  const seen = new Map<number, { since: number; count: number }>()
  app.addHook('onResponse', (request, _reply, done) => {
    const { decision } = request
    if (decision === null || decision.ks !== 'unverified' || decision.record !== null) return done()
    const { partnerId } = decision
    if ((partners.get(partnerId)?.adminSecrets.length ?? 0) === 0) return done()
    const last = seen.get(partnerId)
    if (last !== undefined && now() - last.since < PAUSE) {
      last.count++
      return done()
    }
    app.log.warn(
      { partner: partnerId, requests: (last?.count ?? 0) + 1 },
      'KS that no configured admin secret verifies: redirected to Kaltura, which decides; after a rotation the new secret ' +
        'has to be configured too'
    )
    seen.set(partnerId, { since: now(), count: 0 })
    done()
  })
}
