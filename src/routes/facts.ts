import type { FastifyRequest } from 'fastify'
import type { EffectiveParameters } from '../playmanifest/parameters.js'
import type { DecideInput, Plan } from '../rules/decide.js'
import { countryFromCdnHeaders } from '../viewer/country.js'
import { MAX_USER_AGENT } from '../viewer/device.js'
import { deviceFromHint } from '../viewer/device-hint.js'
import { type IdentifiedDevice, identifyDevice } from '../viewer/identify-device.js'
import { readHeader } from '../viewer/request-headers.js'
import type { TrustedProxies } from '../viewer/trusted-proxies.js'
import { viewerAddress } from '../viewer/viewer-address.js'

/** What is known of a request for the rules to look at. */
export interface RequestFacts {
  identified: IdentifiedDevice
  circumstances: Omit<DecideInput, 'partner'>
  /** Lower-case names of the headers that a plan was made by. */
  varyOf(plan: Pick<Plan, 'reads'>): string[]
}

/** Gathers what rules may look at. A CDN's headers count from trusted peers only. `now`: Unix ms. */
export function factsOfRequest(
  request: FastifyRequest,
  parameters: EffectiveParameters,
  proxies: TrustedProxies,
  now: number
): RequestFacts {
  const { headers, socket } = request
  const trusted = proxies.has(socket.remoteAddress)
  const hint = typeof parameters.device === 'string' ? deviceFromHint(parameters.device) : null
  const identified = identifyDevice({
    headers,
    ...(trusted ? { cdnHeaders: headers } : {}),
    ...(hint === null ? {} : { hint })
  })
  const countryRead = new Set<string>()
  const country = trusted ? countryFromCdnHeaders(headers, countryRead) : null
  const userAgent = readHeader(headers, 'user-agent')?.slice(0, MAX_USER_AGENT)
  const scheme = request.protocol.toLowerCase() === 'https' ? 'https' : 'http'
  const { playSessionId } = parameters
  const session = () =>
    playSessionId
      ? JSON.stringify({ playSessionId })
      : JSON.stringify([viewerAddress({ ip: request.ip, peer: socket.remoteAddress, headers }, proxies), userAgent])
  return {
    identified,
    circumstances: {
      parameters,
      device: identified.device,
      scheme,
      userAgent,
      country,
      ...(trusted ? { header: (name) => readHeader(headers, name) ?? null } : {}),
      now,
      session
    },
    varyOf: ({ reads }) => {
      const names = [
        ...(reads.includes('device') ? identified.headersRead : []),
        ...(reads.includes('user-agent') ? ['user-agent'] : []),
        ...(reads.includes('country') ? countryRead : []),
        ...(trusted ? reads.flatMap((fact) => (fact.startsWith('header:') ? [fact.slice('header:'.length)] : [])) : []),
        // Without a `protocol` the scheme is the viewer's, which a proxy tells in a header.
        ...(reads.includes('scheme') && !proxies.empty ? ['x-forwarded-proto'] : [])
      ]
      return [...new Set(names)]
    }
  }
}
