import fc from 'fast-check'
import { type Config, ConfigError } from '../../src/config/config.js'
import { readConfigFile } from '../../src/config/file.js'
import { loadConfig } from '../../src/config/load.js'
import type { Demo } from '../../src/demo/start.js'
import type { Rule } from '../../src/rules/schema.js'
import { USER_AGENTS } from './gateway.js'

/** Rules from a file's text; what is wrong with it is thrown. */
export function rulesOf(text: string): readonly Rule[] {
  return readConfigFile('r.yaml', `rules:\n${text}`).rules ?? []
}

/** What is wrong with a file, and what is probably not meant. */
export function readingOf(text: string): { problems: readonly string[]; warnings: readonly string[] } {
  try {
    return { problems: [], warnings: readConfigFile('r.yaml', text).warnings ?? [] }
  } catch (error) {
    if (error instanceof ConfigError) return { problems: error.problems, warnings: [] }
    throw error
  }
}

/** A gateway's configuration before a running demo that waits for upstream as long as that takes. */
export function patientConfig(demo: Demo, file = '', env: Record<string, string> = {}): Config {
  const config = loadConfig(
    {
      KALTURA_SERVICE_URL: demo.kalturaUrl,
      KALTURA_PARTNER_ID: '101',
      KALTURA_ADMIN_SECRET: demo.catalog.partners.get(101)!.adminSecret,
      KALTURA_SHARE_PUBLIC: 'true',
      ALLOWED_HOSTS: new URL(demo.cdnUrl).host,
      RATE_LIMIT: '0',
      TRUST_PROXY: 'loopback',
      CONFIG_FILE: 'gateway.yaml',
      ...env
    },
    () => file
  )
  return { ...config, catalogPatience: 30_000, targetPatience: 30_000, upstreamTimeout: 30_000 }
}

const when: fc.Arbitrary<Rule['when']> = fc.record(
  {
    device: fc.constantFrom('ipad', 'iphone', 'android', 'desktop'),
    format: fc.constantFrom(['auto'], ['applehttp', 'auto'], ['url', 'auto']),
    country: fc.constantFrom('DE', 'FR'),
    userAgent: fc.constantFrom('Mozilla', 'OurApp/'),
    entryTags: fc.constantFrom('kids', 'demo'),
    time: fc.constant({ from: '00:00', until: '12:00' }),
    percent: fc.constantFrom(20, 80)
  },
  { requiredKeys: [] }
) as fc.Arbitrary<Rule['when']>

const then: fc.Arbitrary<Rule['then']> = fc.record(
  {
    format: fc.constantFrom('applehttp', 'mpegdash', 'url'),
    tags: fc.constantFrom([['ipadnew'], ['iphonenew']], [['nothing']], [['iphonenew']]),
    delivery: fc.constantFrom('mirror', 'redirect', 'proxy'),
    filters: fc.constantFrom({ maxHeight: 360 }, { codecs: 'h264' as const, maxBitrate: 700 }),
    manifest: fc.constantFrom({ maxHeight: 360 }, { order: 'descending' as const }),
    cdnUrl: fc.constantFrom('one', 'other'),
    deliveryHosts: fc.constantFrom(['127.0.0.1'], ['nowhere.example', '*.example.com']),
    caching: fc.constantFrom(0, 5000)
  },
  { requiredKeys: [] }
) as fc.Arbitrary<Rule['then']>

/** Any set of rules; mostly something matches in the end. */
export const someRules: fc.Arbitrary<Rule[]> = fc
  .tuple(fc.array(fc.record({ when, then }), { minLength: 1, maxLength: 3 }), fc.option(then))
  .map(([some, last]) => (last === null ? some : [...some, { when: {}, then: last }]))
  .map((rules) => rules.map((rule, index) => ({ ...rule, name: `rule ${index}` })))

/** Any request of an entry, as path and headers. */
export const someRequest = (entries: readonly string[]) =>
  fc
    .record({
      entry: fc.constantFrom(...entries),
      format: fc.constantFrom('auto', 'auto', 'applehttp', 'url', 'mpegdash', ''),
      tail: fc.constantFrom('', '/a.m3u8', '/maxBitrate/900', '/tags/ipad', '?playSessionId=1', '?ks=rubbish'),
      agent: fc.constantFrom('', 'OurApp/2', ...Object.values(USER_AGENTS)),
      country: fc.constantFrom('', 'DE', 'FR')
    })
    .map(({ entry, format, tail, agent, country }) => ({
      url: `/p/101/sp/10100/playManifest/entryId/${entry}${format === '' ? '' : `/format/${format}`}/protocol/http${tail}`,
      headers: { 'user-agent': agent, ...(country && { 'cf-ipcountry': country }) }
    }))
