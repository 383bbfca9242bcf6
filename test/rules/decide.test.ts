import t from 'tap'
import type { EffectiveParameters } from '../../src/playmanifest/parameters.js'
import { decide, type Trial } from '../../src/rules/decide.js'
import { SHIPPED_RULES } from '../../src/rules/shipped.js'
import { type Device, deviceFromUserAgent } from '../../src/viewer/device.js'

const UA = {
  ipad: 'Mozilla/5.0 (iPad; CPU OS 12_5_7 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/12.1.2 Mobile/15E148 Safari/604.1',
  iphone:
    'Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1',
  android:
    'Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Mobile Safari/537.36',
  oldAndroid:
    'Mozilla/5.0 (Linux; U; Android 2.3.6; en-us; GT-S5830 Build/GINGERBREAD) AppleWebKit/533.1 (KHTML, like Gecko) Version/4.0 Mobile Safari/533.1',
  desktop:
    'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36'
}

function plan(
  ua: string,
  parameters: EffectiveParameters,
  over: { scheme?: 'http' | 'https'; upgradeInsecure?: boolean } = {}
) {
  return decide(SHIPPED_RULES, {
    parameters,
    device: deviceFromUserAgent(ua),
    scheme: over.scheme ?? 'http',
    partner: { id: 101, delivery: 'mirror', upgradeInsecure: over.upgradeInsecure ?? false }
  })
}

t.test('the documented rules apply to the formats the design names, and to no other', async (t) => {
  for (const [ua, format, rule] of [
    ['ipad', 'applehttp', 'iPad'],
    ['ipad', 'auto', 'iPad'],
    ['ipad', 'mpegdash', null],
    ['ipad', 'url', null],
    ['iphone', 'applehttp', 'iPhone'],
    ['android', 'applehttp', 'Android with HLS'],
    ['android', 'url', null],
    ['oldAndroid', 'applehttp', null],
    ['oldAndroid', 'url', 'Android without HLS'],
    ['oldAndroid', 'auto', 'Android without HLS'],
    ['desktop', 'applehttp', null],
    ['desktop', 'auto', 'Everything else'],
    ['ipad', 'AppleHTTP', null]
  ] as const) {
    t.equal(plan(UA[ua], { entryId: '0_a', format }).rule, rule, `${ua} ${format}`)
  }
})

t.test('a missing format is url, which old Androids have a rule for', async (t) => {
  t.match(plan(UA.desktop, { entryId: '0_a' }), { format: 'url', set: { format: 'url' }, narrowing: null })
  t.match(plan(UA.oldAndroid, { entryId: '0_a' }), {
    rule: 'Android without HLS',
    format: 'url',
    set: { format: 'url' }
  })
})

t.test('auto is translated, an explicit format is never touched', async (t) => {
  t.match(plan(UA.ipad, { format: 'auto' }), { format: 'applehttp', set: { format: 'applehttp' } })
  t.match(plan(UA.oldAndroid, { format: 'auto' }), { format: 'url', set: { format: 'url' } })
  t.strictSame(plan(UA.ipad, { format: 'applehttp' }).set, {})
})

t.test('explicit flavors and tags are never overridden, whatever their value', async (t) => {
  for (const name of ['flavorIds', 'flavorId', 'flavorParamIds', 'flavorParamId', 'tags'] as const) {
    for (const value of ['0_x', '', false] as const) {
      t.equal(plan(UA.ipad, { format: 'applehttp', [name]: value }).narrowing, null, `${name}=${value}`)
    }
  }
  t.not(plan(UA.ipad, { format: 'applehttp', maxBitrate: '900' }).narrowing, null, 'a bitrate window goes with a rule')
})

t.test(
  'without a protocol an https viewer gets https; an explicit http is honoured unless the partner upgrades',
  async (t) => {
    t.match(plan(UA.desktop, { format: 'url' }), { protocol: 'http' })
    t.equal(plan(UA.desktop, { format: 'url' }).set.protocol, undefined)
    t.match(plan(UA.desktop, { format: 'url' }, { scheme: 'https' }), { protocol: 'https', set: { protocol: 'https' } })
    t.match(plan(UA.desktop, { format: 'url', protocol: 'null' }, { scheme: 'https' }), { set: { protocol: 'https' } })
    t.equal(plan(UA.desktop, { format: 'url', protocol: 'http' }, { scheme: 'https' }).protocol, 'http')
    t.match(plan(UA.desktop, { format: 'url', protocol: 'http' }, { upgradeInsecure: true }), {
      protocol: 'https',
      set: { protocol: 'https' }
    })
  }
)

t.test('only what a rule could read is read', async (t) => {
  t.strictSame(plan(UA.desktop, { format: 'mpegdash', protocol: 'http' }).reads, [], 'no rule speaks of DASH')
  t.strictSame(
    plan(UA.desktop, { format: 'applehttp', protocol: 'http' }).reads,
    ['device'],
    'also when no rule matched in the end'
  )
  for (const protocol of [undefined, 'null', '', false] as const) {
    t.strictSame(
      plan(UA.desktop, { format: 'mpegdash', ...(protocol === undefined ? {} : { protocol }) }).reads,
      ['scheme'],
      String(protocol)
    )
  }
})

t.test('Android versions: unknown counts as modern', async (t) => {
  const unknown: Device = { class: 'android', reason: 'test' }
  const input = {
    parameters: { format: 'auto' },
    scheme: 'http',
    partner: { id: 1, delivery: 'mirror', upgradeInsecure: false }
  } as const
  t.equal(decide(SHIPPED_RULES, { ...input, device: unknown }).rule, 'Android with HLS')
  t.equal(
    decide(SHIPPED_RULES, { ...input, device: { ...unknown, osVersion: { major: 3 } } }).rule,
    'Android without HLS'
  )
  t.equal(decide(SHIPPED_RULES, { ...input, device: { ...unknown, osVersion: { major: 4 } } }).rule, 'Android with HLS')
})

t.test('the first match wins, and a rule may name partner and delivery', async (t) => {
  const rules = [
    { name: 'other partner', when: { partner: [7, 8] }, then: { delivery: 'proxy' } },
    { name: 'first', when: { format: 'applehttp' }, then: { delivery: 'redirect' } },
    { name: 'second', when: {}, then: {} }
  ] as const
  const input = { parameters: { format: 'applehttp' }, device: deviceFromUserAgent(UA.ipad), scheme: 'http' } as const
  const partner = { id: 1, delivery: 'mirror', upgradeInsecure: false } as const
  t.match(decide(rules as never, { ...input, partner }), { rule: 'first', delivery: 'redirect' })
  t.match(decide(rules as never, { ...input, partner: { ...partner, id: 8 } }), {
    rule: 'other partner',
    delivery: 'proxy'
  })
  t.match(decide(rules as never, { ...input, parameters: { format: 'url' }, partner }), {
    rule: 'second',
    delivery: 'mirror'
  })
})

t.test('the rules that were looked at, each with the condition that failed first', async (t) => {
  const trials: Trial[] = []
  const input = { device: deviceFromUserAgent(UA.oldAndroid), scheme: 'http', trials } as const
  const partner = { id: 101, delivery: 'mirror', upgradeInsecure: false } as const
  decide(SHIPPED_RULES, { ...input, partner, parameters: { format: 'url' } })
  t.strictSame(
    trials.map(({ rule, failed }) => [rule.name, failed]),
    [
      ['iPad', 'format'],
      ['iPhone', 'format'],
      ['Android with HLS', 'format'],
      ['Android without HLS', null]
    ]
  )
  const rules = [
    { name: 'a', when: { partner: 5, device: 'android' as const }, then: {} },
    { name: 'b', when: { device: 'android' as const, androidFrom: 4 }, then: {} },
    { name: 'c', when: { androidBelow: 2 }, then: {} },
    { name: 'd', when: { device: ['ipad' as const] }, then: {} }
  ]
  trials.length = 0
  t.equal(decide(rules, { ...input, partner, parameters: {} }).rule, null)
  t.strictSame(
    trials.map(({ failed }) => failed),
    ['partner', 'androidFrom', 'androidBelow', 'device']
  )
})
