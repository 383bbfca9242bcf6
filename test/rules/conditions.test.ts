import fc from 'fast-check'
import t from 'tap'
import { type Fact, factsOf } from '../../src/rules/conditions.js'
import { type DecideInput, decide } from '../../src/rules/decide.js'
import type { Rule } from '../../src/rules/schema.js'
import { shareOf } from '../../src/rules/share.js'
import { DEVICE_CLASSES, OPERATING_SYSTEMS } from '../../src/viewer/device-class.js'
import { USER_AGENT_TABLE } from '../../src/viewer/user-agent-table.js'

const INPUT: DecideInput = {
  parameters: { entryId: '0_a', format: 'url', protocol: 'http' },
  device: { class: 'unknown', reason: 'test' },
  scheme: 'http',
  partner: { id: 101, delivery: 'mirror', upgradeInsecure: false }
}

function matches(when: Rule['when'], over: Partial<DecideInput> = {}): boolean {
  return decide([{ name: 'it', when, then: {} }], { ...INPUT, ...over }).rule === 'it'
}

t.test('versions of any system: an unknown one is a new one', async (t) => {
  const ios = (major?: number, minor?: number) => ({
    device: {
      class: 'iphone' as const,
      os: 'iOS',
      reason: 'test',
      ...(major === undefined ? {} : { osVersion: { major, ...(minor === undefined ? {} : { minor }) } })
    }
  })
  const below: Rule['when'] = { os: 'iOS', osBelow: '15.4' }
  const from: Rule['when'] = { os: 'iOS', osFrom: '15.4' }
  for (const [device, isBelow] of [
    [ios(15, 3), true],
    [ios(14, 9), true],
    [ios(15, 4), false],
    [ios(15, 10), false],
    [ios(16), false],
    [ios(15), false],
    [ios(), false]
  ] as const) {
    t.equal(matches(below, device), isBelow, JSON.stringify(device))
    t.equal(matches(from, device), !isBelow, JSON.stringify(device))
  }
  t.notOk(matches(from, { device: { class: 'android', os: 'Android', reason: 'test' } }), 'another system')
  t.ok(matches({ os: 'iOS', osBelow: 16, osFrom: 15 }, ios(15)))
})

t.test('each system that a User-Agent can show has a name for rules', async (t) => {
  for (const { device } of USER_AGENT_TABLE) {
    if (device.os !== undefined) t.ok((OPERATING_SYSTEMS as readonly string[]).includes(device.os), device.os)
  }
})

t.test('form, player, User-Agent, clientTag, country, entry', async (t) => {
  const box = { device: { class: 'android', form: 'tv', player: 'exoplayer', reason: 'test' } } as const
  t.ok(matches({ form: ['tv', 'tablet'], player: 'exoplayer' }, box))
  t.notOk(matches({ form: 'tv' }), 'unknown matches nothing')
  t.notOk(matches({ player: 'vlc' }, box))
  t.ok(matches({ userAgent: ['Other/', 'OurApp/'] }, { userAgent: 'x OurApp/2 y' }))
  t.notOk(matches({ userAgent: 'OurApp/' }, { userAgent: 'ourapp/2' }))
  t.notOk(matches({ userAgent: 'OurApp/' }))
  const tagged = (clientTag: string | false) => ({ parameters: { ...INPUT.parameters, clientTag } })
  t.ok(matches({ clientTag: 'html5:' }, tagged('html5:v3.1')))
  t.notOk(matches({ clientTag: 'html5:' }, tagged('x html5:v3.1')))
  t.notOk(matches({ clientTag: 'html5:' }, tagged(false)))
  t.ok(matches({ country: ['DE', 'AT'] }, { country: 'AT' }))
  for (const country of ['FR', null, undefined]) t.notOk(matches({ country: 'DE' }, { country }))
  t.ok(matches({ entry: ['0_b', '0_a'] }))
  t.notOk(matches({ entry: '0_b' }))
})

t.test('parameters: given, not given, of a value', async (t) => {
  const given = { parameters: { ...INPUT.parameters, seekFrom: '10', tracks: false } } as const
  for (const [parameters, expected] of [
    [{ seekFrom: true }, true],
    [{ clipTo: true }, false],
    [{ clipTo: false }, true],
    [{ seekFrom: false }, false],
    [{ tracks: true }, true],
    [{ seekFrom: '10' }, true],
    [{ seekFrom: ['9', '10'], tracks: true }, true],
    [{ seekFrom: '9' }, false],
    [{ tracks: 'v1' }, false]
  ] as const) {
    t.equal(matches({ parameters } as never, given), expected, JSON.stringify(parameters))
  }
})

t.test('the time of day ends the plan, whether it matched or not', async (t) => {
  const rules: Rule[] = [{ name: 'evening', when: { time: { from: '18:00', until: '23:00' } }, then: {} }]
  const at = (text: string) => decide(rules, { ...INPUT, now: Date.parse(text) })
  t.match(at('2026-01-05T17:59:30Z'), { rule: null, reads: ['time'], until: Date.parse('2026-01-05T18:00:00Z') })
  t.match(at('2026-01-05T18:00:00Z'), { rule: 'evening', until: Date.parse('2026-01-05T23:00:00Z') })
  t.equal(decide(rules, { ...INPUT, now: undefined }).rule, null)
})

t.test('a share of the sessions: as many as said, always the same, and for one viewer', async (t) => {
  const rules: Rule[] = [{ name: 'trial', when: { percent: 20 }, then: {} }]
  const sessions = Array.from({ length: 5000 }, (_, number) => `session ${number}`)
  const plans = sessions.map((session) => decide(rules, { ...INPUT, session: () => session }))
  const share = plans.filter(({ rule }) => rule === 'trial').length / 50
  t.ok(share > 17 && share < 23, `${share} %`)
  t.ok(
    plans.every((plan) => plan.private),
    'those who are not in it too'
  )
  t.equal(decide(rules, INPUT).rule, null)
  fc.assert(
    fc.property(fc.string(), fc.string(), (rule, session) => {
      const first = shareOf(rule, session)
      return first === shareOf(rule, session) && first >= 0 && first < 100
    })
  )
})

t.test('caching is a bound of its own', async (t) => {
  t.equal(decide([{ name: 'short', when: {}, then: { caching: 10_000 } }], INPUT).longest, 10_000)
  t.match(decide([], INPUT), { longest: null, until: null, private: false })
})

const oneOf = fc.constantFrom
const when = fc.record(
  {
    format: oneOf('url', 'auto'),
    device: oneOf('ipad', 'iphone', 'android'),
    osFrom: oneOf(10, '15.4'),
    os: oneOf('iOS', 'Android'),
    androidBelow: oneOf(4, 10),
    userAgent: oneOf('A', 'B'),
    country: oneOf('DE', 'FR'),
    entry: oneOf('0_a', '0_b'),
    clientTag: oneOf('x', 'y'),
    time: fc.record({ from: oneOf('08:00', '18:00'), until: oneOf('12:00', '23:00') }),
    percent: oneOf(10, 50)
  },
  { requiredKeys: [] }
) as fc.Arbitrary<Rule['when']>
const ruleSet = fc
  .array(when, { maxLength: 5 })
  .map((list) => list.map((each, at): Rule => ({ name: `rule ${at}`, when: each, then: { caching: at } })))
const viewer = fc.record({
  device: fc.record({
    class: oneOf(...DEVICE_CLASSES),
    os: oneOf('iOS', 'Android'),
    osVersion: fc.record({ major: fc.nat(20), minor: fc.nat(9) }),
    reason: fc.constant('test')
  }),
  scheme: oneOf('http', 'https'),
  userAgent: oneOf('A', 'B', 'C'),
  country: oneOf('DE', 'FR', null),
  session: fc.string().map((text) => () => text),
  now: fc.nat(86_400_000 * 3)
})

t.test('viewers who differ in what was not read get the same plan: the facts are all that a cache needs', async () => {
  const MEMBERS: Partial<Record<Fact, string>> = {
    device: 'device',
    scheme: 'scheme',
    'user-agent': 'userAgent',
    country: 'country'
  }
  fc.assert(
    fc.property(ruleSet, viewer, viewer, fc.boolean(), (rules, one, other, asksScheme) => {
      const parameters = { entryId: '0_a', format: 'auto', clientTag: 'x', ...(asksScheme ? {} : { protocol: 'http' }) }
      const base = { ...INPUT, parameters }
      const plan = decide(rules, { ...base, ...one })
      for (const fact of plan.reads) {
        if (fact !== 'scheme' && !factsOf(rules).includes(fact)) throw new Error(`${fact} was not published`)
      }
      if (plan.private) return
      const shared: Record<string, unknown> = { ...other }
      for (const fact of plan.reads)
        if (fact in MEMBERS) shared[MEMBERS[fact]!] = one[MEMBERS[fact] as keyof typeof one]
      // What was made by the time of day may be kept until its end; all else for any time.
      if (plan.until !== null) shared.now = plan.until - 1
      else if (plan.reads.includes('time')) throw new Error('the time of day was read, and there is no end')
      const again = decide(rules, { ...base, ...(shared as typeof other) })
      if (JSON.stringify({ ...again, until: 0 }) !== JSON.stringify({ ...plan, until: 0 })) {
        throw new Error(`${JSON.stringify(plan)} was given for ${JSON.stringify(again)}`)
      }
    }),
    { numRuns: 3000 }
  )
})
