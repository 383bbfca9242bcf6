import fc from 'fast-check'
import t from 'tap'
import { type DecideInput, decide } from '../../src/rules/decide.js'
import { askShadow } from '../../src/rules/shadow.js'
import { rulesOf, someRules } from '../helpers/rules.js'

const input = (over: Partial<DecideInput> = {}): DecideInput => ({
  parameters: { format: 'auto', protocol: 'http', entryId: '0_a' },
  device: { class: 'ipad', reason: 'test' },
  scheme: 'http',
  partner: { id: 101, delivery: 'mirror', upgradeInsecure: false },
  now: 1_700_000_000_000,
  session: () => 'one',
  ...over
})
const FILED = { tags: ['kids'], categories: [], categoryIds: [] }
const rule = (then: string, name = 'it') => `  - { name: ${name}, when: { device: ipad }, then: ${then} }\n`
const ask = (old: string, shadow: string) => {
  const given = input()
  return askShadow({ rules: rulesOf(shadow) }, given, decide(rulesOf(old), given))
}

t.test('what differs is named, with what is answered and what would have been', async (t) => {
  t.match(ask(rule('{ format: url }'), rule('{ format: url }')), { result: 'same', differences: [] })
  t.match(ask(rule('{ format: url }'), rule('{ format: url }', 'other')), { result: 'other-rule', differences: [] })
  for (const [old, other, difference] of [
    ['{ format: url }', '{ format: applehttp }', { aspect: 'format', answered: 'url', shadow: 'applehttp' }],
    ['{}', '{ tags: [[a]] }', { aspect: 'flavors', answered: null, shadow: { levels: [['a']] } }],
    ['{}', '{ delivery: proxy }', { aspect: 'delivery', answered: 'mirror', shadow: 'proxy' }],
    [
      '{}',
      '{ deliveryHosts: [a.example] }',
      {
        aspect: 'hosts',
        answered: { cdnUrl: null, deliveryHosts: null },
        shadow: { cdnUrl: null, deliveryHosts: ['a.example'] }
      }
    ],
    ['{}', '{ caching: 5s }', { aspect: 'caching', answered: null, shadow: 5000 }]
  ] as const) {
    const outcome = ask(rule(old), rule(other))
    t.match(outcome, { result: 'different', differences: [difference] }, other)
    t.equal(outcome.differences.length, 1)
  }
  const trial = ask(rule('{}'), '  - { name: it, when: { device: ipad, percent: 50 }, then: {} }\n')
  t.match(trial.differences, [{ aspect: 'caching', answered: null, shadow: 'one viewer' }])
})

t.test('what a preset adds is a difference', async (t) => {
  const given = input({ presets: new Map([['low', { maxBitrate: '900' }]]) })
  const rules = [{ name: 'it', when: {}, then: { preset: 'low' } }]
  const { differences } = askShadow({ rules }, given, decide(rulesOf(rule('{}')), given))
  t.strictSame(differences, [{ aspect: 'parameters', answered: {}, shadow: { maxBitrate: '900' } }])
})

t.test('the same rules never differ, and the plan that is answered is left as it is', async (t) => {
  fc.assert(
    fc.property(someRules, someRules, fc.constantFrom(null, FILED), (rules, shadow, entry) => {
      // Looked up: of an entry that nobody looked up, rules that go by it say nothing.
      const given = input({ entry })
      const plan = decide(rules, given)
      const before = structuredClone(plan)
      askShadow({ rules: shadow }, given, plan)
      t.strictSame(plan, before)
      t.match(askShadow({ rules }, given, plan), { result: 'same', differences: [] })
      return t.passing()
    })
  )
})

t.test('the first rule that matches decides: what stands behind it changes nothing', async (t) => {
  fc.assert(
    fc.property(someRules, someRules, (some, more) => {
      const rules = [...some, { name: 'all', when: {}, then: {} }]
      const plan = decide(rules, input())
      const longer = [...rules, ...more.map((rule) => ({ ...rule, name: `more ${rule.name}` }))]
      t.strictSame(decide(longer, input()), plan)
      const at = rules.findIndex(({ name }) => name === plan.rule)
      t.strictSame(decide(rules.slice(0, at + 1), input()), plan, 'nor what it would have come to')
      return t.passing()
    })
  )
})
