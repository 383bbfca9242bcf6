import { createHash } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Test } from 'tap'
import type { PartnerConfig } from '../../src/config/config.js'
import { KalturaApi } from '../../src/kaltura/api.js'
import { Breaker } from '../../src/kaltura/breaker.js'
import { CatalogClient } from '../../src/kaltura/catalog-client.js'
import { Fetcher } from '../../src/kaltura/fetcher.js'
import { AllowedHosts } from '../../src/kaltura/hosts.js'
import { OwnSessions } from '../../src/kaltura/session.js'

export type Call = Record<string, unknown> & { service: string; action: string }

/** An API that answers each multirequest with what the test says, and our client for it. */
export async function fakeApi(t: Test, answer: (calls: Call[]) => unknown) {
  const asked: Call[][] = []
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const body = JSON.parse(Buffer.concat(chunks).toString()) as Record<string, Call>
      const calls = Object.keys(body)
        .filter((key) => /^\d+$/.test(key))
        .map((key) => body[key]!)
      asked.push(calls)
      const result = answer(calls)
      response.setHeader('content-type', 'application/json')
      response.end(typeof result === 'string' ? result : JSON.stringify(result))
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const fetcher = new Fetcher(new AllowedHosts([base], []))
  t.teardown(async () => {
    await fetcher.close()
    server.close()
  })
  const clock = { now: 1_700_000_000_000 }
  const api = new KalturaApi(fetcher, base, new Breaker())
  const warnings: string[] = []
  const sessions = new OwnSessions(
    api,
    () => clock.now,
    (text) => warnings.push(text)
  )
  return { asked, clock, warnings, api, sessions, catalogs: new CatalogClient(api, sessions) }
}

export function partnerOf(over: Partial<PartnerConfig> = {}): PartnerConfig {
  return {
    id: 101,
    adminSecrets: ['secret'],
    appToken: null,
    sharePublic: true,
    ksUriRestrict: 'possible',
    upgradeInsecure: false,
    otherPartnersEntries: 'refuse',
    apiPassthrough: [],
    forwardedFor: 'ignored',
    presetsOnly: false,
    delivery: 'mirror',
    signedLinks: 'off',
    grants: false,
    viewerProxy: false,
    aliases: new Map(),
    ...over
  }
}

export const error = (code: string) => ({ code, message: 'x', objectType: 'KalturaAPIException', args: [] })
export const sha = (type: string, text: string) => createHash(type).update(text).digest('hex')
export const soon = () => AbortSignal.timeout(5_000)
