import type { Test } from 'tap'
import type { DemoOptions } from '../../src/demo/start.js'
import { parsePlayManifestUrl } from '../../src/playmanifest/parse.js'
import { signGrant, signLink } from '../../src/signing/sign.js'
import { type LinkUser, type Verdict, verifyRequest } from '../../src/signing/verify.js'
import { type Gateway, withGateway } from './gateway.js'

export const KEY = { id: 'k1', key: Buffer.alloc(32, 1) }
export const OLD_KEY = { id: 'k0', key: Buffer.alloc(32, 2) }
export const GRANT_KEY = { id: 'g1', key: Buffer.alloc(32, 3) }

/** Some time in 2029, Unix ms. */
export const NOW = 1_870_000_000_000

const variable = (keys: readonly { id: string; key: Buffer }[]) =>
  keys.map(({ id, key }) => `${id}:${key.toString('base64')}`).join(',')

export const KEY_ENV = { SIGNING_KEYS: variable([KEY, OLD_KEY]), GRANT_KEYS: variable([GRANT_KEY]) }

/** A gateway whose partner 101 treats signatures as the test says. */
export function withSignedLinks(
  t: Test,
  partner: { signedLinks?: 'off' | 'optional' | 'required'; grants?: boolean; ksUriRestrict?: string },
  options: DemoOptions = {}
): Promise<Gateway> {
  const lines = Object.entries(partner).map(([name, value]) => `    ${name}: ${value}\n`)
  const folder = t.testdir({ 'gateway.yaml': `partners:\n  - id: 101\n${lines.join('')}` })
  return withGateway(t, { ...options, configFile: `${folder}/gateway.yaml`, env: { ...KEY_ENV, ...options.env } })
}

const NOBODY: LinkUser = { device: () => 'unknown', address: () => undefined }

/** What the verifier says to a path. */
export function verify(
  path: string,
  { kind = 'link' as 'link' | 'grant', keys = [KEY, OLD_KEY, GRANT_KEY], now = NOW, user = NOBODY } = {}
): Verdict {
  const parsed = parsePlayManifestUrl(path)
  if (!parsed.ok) throw new Error(`${path}: ${parsed.detail}`)
  return verifyRequest(kind, parsed.request, keys, now, user)
}

/** `valid`, the fault, or the parser's refusal. */
export function outcome(path: string, options: Parameters<typeof verify>[1] = {}): string {
  if (!parsePlayManifestUrl(path).ok) return 'no URL'
  const verdict = verify(path, options)
  return verdict.ok ? 'valid' : verdict.fault
}

export const sign = (path: string, terms: Parameters<typeof signLink>[2] = {}) => signLink(path, KEY, terms)

export const grant = (path: string, terms: Partial<Parameters<typeof signGrant>[2]> = {}) =>
  signGrant(path, GRANT_KEY, { purpose: 'transcription', expires: NOW / 1000 + 3600, ...terms })

/** The `name=value` that signing a path adds. */
export function carrierOf(path: string, terms: Parameters<typeof signLink>[2] = {}): string {
  return sign(path, terms).slice(path.length + 1)
}
