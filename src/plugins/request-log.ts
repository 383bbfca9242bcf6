import { isIP } from 'node:net'
import type { FastifyInstance } from 'fastify'
import type { Logger } from 'pino'
import { isExplained } from '../answer/explained.js'
import { targetOf } from '../answer/request-target.js'
import { redactUrl, redactValue } from '../playmanifest/redact.js'
import { isApiUrl, redactApiUrl } from '../playmanifest/redact-api.js'

/**
 * One line a request, after the answer: what was asked (credentials masked), what was decided and why. Fastify's own
 * two lines are off, since they hold the URL as it came.
 */
export function registerRequestLog(app: FastifyInstance): void {
  app.addHook('onResponse', (request, reply, done) => {
    if (isExplained(request)) return done()
    const { decision } = request
    const failed = decision !== null && decision.failure !== null
    // Masking costs more than a line does: not for a line that nobody wants.
    if (!(request.log as unknown as Logger).isLevelEnabled(failed ? 'warn' : 'info')) return done()
    const url = request.raw.url ?? ''
    const fields = {
      method: request.method,
      url: isApiUrl(targetOf(request)) ? redactApiUrl(url) : redactUrl(url),
      status: reply.statusCode,
      ms: Math.round(reply.elapsedTime * 10) / 10,
      client: clientOf(request.ip),
      ...(decision === null
        ? {}
        : {
            partner: decision.partnerId,
            // As the request gave them: a session may stand in the wrong place.
            entry: decision.entryId === null ? null : redactValue(decision.entryId),
            ...(decision.reference === null ? {} : { reference: decision.reference }),
            format: redactValue(decision.format),
            device: decision.device,
            rule: decision.rule,
            catalog: decision.catalog,
            target: decision.target,
            class: decision.sharingClass,
            sharing: decision.sharing,
            ks: decision.ks,
            ...(decision.session === null ? {} : { session: decision.session }),
            ...(decision.viewer === null ? {} : { viewer: decision.viewer }),
            signature: decision.signature,
            ...(decision.signatureKey === null ? {} : { signatureKey: decision.signatureKey }),
            ...(decision.grant === null ? {} : { grant: decision.grant }),
            ...(decision.failure === null ? {} : { failure: decision.failure })
          })
    }
    if (failed) request.log.warn(fields, 'answered without upstream')
    else request.log.info(fields, decision?.grant != null && reply.statusCode === 302 ? 'granted' : 'answered')
    done()
  })
}

/** An address as it is; what a proxy gave instead of one may be any text, and is not told. */
function clientOf(ip: string | undefined): string {
  const bare = ip?.replace(/^\[(.*)\](?::\d+)?$/, '$1').replace(/^([\d.]+):\d+$/, '$1') ?? ''
  // A zone behind a percent sign may be any text too.
  return ip !== undefined && isIP(bare) !== 0 && !bare.includes('%') ? ip : 'unknown'
}
