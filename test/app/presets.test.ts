import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { ConfigError } from '../../src/config/config.js'
import { readConfigFile } from '../../src/config/file.js'
import { DEMO_ENTRIES } from '../../src/demo/kaltura/index.js'
import { BASE, USER_AGENTS, withGateway } from '../helpers/gateway.js'
import { KEY_ENV, sign } from '../helpers/signing.js'

const ENTRY = `${BASE}/entryId/${DEMO_ENTRIES.public}`
const PRESETS = `presets:
  mobile-low: { format: applehttp, maxBitrate: 900, protocol: http }
  apple: { format: auto, device: ipad, protocol: http }
`

function gateway(t: Test, file: string, env: Record<string, string> = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'presets-'))
  t.teardown(() => rmSync(folder, { recursive: true }))
  const configFile = join(folder, 'gateway.yaml')
  writeFileSync(configFile, PRESETS + file)
  return withGateway(t, { configFile, env })
}

t.test('a preset is answered as its parameters are, and shares their answer', async (t) => {
  for (const share of ['true', 'false']) {
    const { ask, state } = await gateway(t, '', { KALTURA_SHARE_PUBLIC: share })
    const long = await ask(`${ENTRY}/a.m3u8?format=applehttp&maxBitrate=900&protocol=http`)
    const before = state.calls.playManifest
    const short = await ask(`${ENTRY}/preset/mobile-low/a.m3u8`)
    t.same([short.status, short.location, short.body], [long.status, long.location, long.body])
    t.notMatch(short.location, /preset/)
    t.equal(state.calls.playManifest, before, 'nothing more was asked: the key holds the values')
    const other = await ask(`${ENTRY}/preset/mobile-low/maxBitrate/400/a.m3u8`)
    t.not(other.location + other.body, short.location + short.body, 'a parameter of the URL wins')
  }
})

t.test('a preset may name format/auto and a device', async (t) => {
  const { ask } = await gateway(t, '', { KALTURA_SHARE_PUBLIC: 'false' })
  const apple = await ask(`${ENTRY}/preset/apple/a.m3u8`, { 'user-agent': USER_AGENTS.desktop })
  const ipad = await ask(`${ENTRY}/format/auto/device/ipad/protocol/http/a.m3u8`)
  t.equal(new URL(apple.headers.location!).search, '?protocol=http')
  t.match(apple.location, /format\/applehttp/)
  t.match(apple.location, /flavorIds\/([^/]+)/.exec(ipad.location)![0])
})

t.test('an unknown preset is refused and not repeated', async (t) => {
  const { ask } = await gateway(t, '')
  for (const path of ['/preset/nope/a.m3u8', '/a.m3u8?preset=', '/a.m3u8?preset=__proto__', '/preset']) {
    const answer = await ask(ENTRY + path)
    t.equal(answer.status, 400, path)
    t.equal(JSON.parse(answer.body).code, 'BAD_PRESET')
    t.notMatch(answer.body, 'nope')
  }
})

t.test('presetsOnly: an entry and a preset, and nothing that chooses', async (t) => {
  const { ask } = await gateway(t, 'partners: [{ id: 101, presetsOnly: true }]\n')
  t.equal((await ask(`${ENTRY}/preset/mobile-low/a.m3u8`)).status, 200)
  t.equal((await ask(`${ENTRY}/preset/mobile-low/a.m3u8?playSessionId=x&clientTag=y&ks=z&device=ipad`)).status, 302)
  for (const rest of [
    '/a.m3u8',
    '/preset/mobile-low/format/url/a.mp4',
    '/preset/mobile-low/a.m3u8?f=url',
    '/preset/mobile-low/flavorId/0_x/a.mp4',
    '/preset/mobile-low/seekFrom/1/a.mp4',
    '/preset/mobile-low/usePlayServer/1/a.mp4',
    `/preset/mobile-low/a.m3u8?kt=${'a'.repeat(40)}`
  ]) {
    const answer = await ask(ENTRY + rest)
    t.equal(answer.status, 403, rest)
    t.equal(JSON.parse(answer.body).code, 'PRESETS_ONLY')
  }
  t.equal((await ask(`${ENTRY}/preset/mobile-low/a.m3u8`, {}, 'POST')).status, 403, 'a body may say anything')
})

t.test('a signature is of the name: it holds with the preset, and not with its parameters or another', async (t) => {
  const { ask } = await gateway(t, 'partners: [{ id: 101, signedLinks: required, presetsOnly: true }]\n', KEY_ENV)
  const signed = sign(`${ENTRY}/preset/mobile-low/a.m3u8`)
  t.equal((await ask(signed)).status, 200)
  const changed = await ask(signed.replace('mobile-low', 'apple'))
  t.equal(JSON.parse(changed.body).code, 'SIGNATURE_WRONG')
  const added = await ask(`${signed}&maxBitrate=100`)
  t.equal(JSON.parse(added.body).code, 'SIGNATURE_WRONG')
})

t.test('a mistake in a preset stops the start with its line', async (t) => {
  for (const [text, message] of [
    [
      'presets:\n  low: { maxBitrat: 1 }\n',
      /^p\.yaml:2: \/presets\/low\/maxBitrat is not a known key; right would be one of format, /
    ],
    ['presets:\n  low: { ks: x }\n', /ks is not a known key/],
    ['presets:\n  low: { entryId: x }\n', /entryId is not a known key/],
    ['presets:\n  low: { format: hsl }\n', /format must be one of url/],
    ['presets:\n  "a b": { format: url }\n', /^p\.yaml:2: \/presets\/a b is not a known key/],
    ['presets:\n  low: {}\n', /^p\.yaml:2: /]
  ] as const) {
    const error = t.throws(() => readConfigFile('p.yaml', text), ConfigError) as unknown as ConfigError
    t.match(error.problems?.[0], message, text)
  }
})
