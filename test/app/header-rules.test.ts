import fc from 'fast-check'
import { pino } from 'pino'
import t from 'tap'
import { buildApp } from '../../src/app.js'
import { readTrustedHeader } from '../../src/config/rules-of-file.js'
import { DEMO_ENTRIES } from '../../src/demo/kaltura/index.js'
import { factsOf } from '../../src/rules/conditions.js'
import { withDemo } from '../helpers/demo.js'
import { BASE } from '../helpers/gateway.js'
import { patientConfig, readingOf } from '../helpers/rules.js'

const URL = `${BASE}/entryId/${DEMO_ENTRIES.public}/format/auto/protocol/http/a`
const FILE = `trustedHeaders: [X-Network, X-Trial]
rules:
  - { name: slow, when: { format: auto, header: { X-Network: [2g, 3g] } }, then: { format: url } }
  - { name: trial, when: { format: auto, header: { x-trial: true, x-network: false } }, then: { format: mpegdash } }
  - { name: rest, when: { format: auto }, then: { format: applehttp } }
`

t.test('headers of a trusted proxy decide, and become Vary', async (t) => {
  const demo = await withDemo(t)
  const logger = pino({ level: 'silent' })
  const env = { KALTURA_SHARE_PUBLIC: 'false' }
  const trusting = await buildApp(patientConfig(demo, FILE, env), { logger })
  const wary = await buildApp(patientConfig(demo, FILE, { ...env, TRUST_PROXY: '' }), { logger })
  t.teardown(() => Promise.all([trusting.close(), wary.close()]))
  const ask = async (app: typeof wary, headers: Record<string, string>, url = URL) => {
    const answer = await app.inject({ url, headers })
    const format = /format\/(\w+)/.exec(String(answer.headers.location))?.[1]
    return { format, vary: answer.headers.vary, caching: answer.headers['cache-control'] }
  }
  t.match(await ask(trusting, { 'x-network': '3g' }), { format: 'url', vary: 'x-network', caching: /^public/ })
  t.match(await ask(trusting, { 'x-network': '5g' }), { format: 'applehttp', vary: 'x-network, x-trial' })
  t.match(await ask(trusting, { 'x-trial': 'b' }), { format: 'mpegdash', vary: 'x-network, x-trial' })
  t.match(await ask(trusting, {}), { format: 'applehttp', vary: 'x-network, x-trial' })
  t.equal((await ask(trusting, { 'x-network': '3g' }, URL.replace('auto', 'applehttp'))).vary, undefined)
  t.strictSame(await ask(wary, { 'x-network': '3g' }), await ask(wary, {}), 'anybody may send these names')
  t.equal((await ask(wary, { 'x-network': '3g' })).vary, undefined)
})

t.test('only what is listed, and never what says who somebody is', async (t) => {
  const listed = readingOf(FILE)
  t.strictSame(listed.problems, [])
  t.match(readingOf(FILE.replace('X-Network, ', '')).problems, [
    /^r\.yaml:3: rule "slow" looks at the header X-Network; right would be to list it under trustedHeaders/,
    /^r\.yaml:4: rule "trial" looks at the header x-network/
  ])
  t.match(readingOf(FILE.replace('{ x-trial: true,', '{ X-NETWORK: true,')).problems, [
    /two spellings/,
    /two spellings/
  ])
  for (const name of [
    'Cookie',
    'authorization',
    'Proxy-Authorization',
    'X-Kaltura-KS',
    'host',
    'X-Forwarded-For',
    'X-Api-Key',
    'x-session-id',
    'a b',
    '',
    'x\ny',
    '-x'
  ]) {
    t.throws(() => readTrustedHeader(name), name)
  }
  t.match(readingOf('trustedHeaders: [Cookie]\n').problems, [
    /^r\.yaml:1: \/trustedHeaders\/0 is "Cookie"; right would be a header that a CDN/
  ])
  fc.assert(
    fc.property(fc.string(), (name) => {
      try {
        t.match(readTrustedHeader(name), /^[a-z0-9][a-z0-9-]*$/)
      } catch (error) {
        t.match((error as Error).message, /header/)
      }
      return t.passing()
    })
  )
  t.strictSame(
    factsOf([{ name: 'it', when: { header: { 'X-Network': '3g' } }, then: {} }]),
    ['header:x-network'],
    'a rule set says what it reads'
  )
})
