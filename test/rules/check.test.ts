import t from 'tap'
import { ConfigError } from '../../src/config/config.js'
import { readConfigFile } from '../../src/config/file.js'
import { checkRules } from '../../src/rules/check.js'
import { SHIPPED_RULES } from '../../src/rules/shipped.js'

function read(rules: string): { problems: readonly string[]; warnings: readonly string[] } {
  try {
    return { problems: [], warnings: readConfigFile('r.yaml', `rules:\n${rules}`).warnings ?? [] }
  } catch (error) {
    if (error instanceof ConfigError) return { problems: error.problems, warnings: [] }
    throw error
  }
}

const rule = (when: string, then = '{}') => `  - name: it\n    when: ${when}\n    then: ${then}\n`

t.test('what ships has no fault', async (t) => {
  t.same(checkRules(SHIPPED_RULES), [])
})

t.test('a mistake is told with its line, what is wrong and what would be right', async (t) => {
  for (const [text, message] of [
    [rule('{ devic: ipad }'), /^r\.yaml:3: \/rules\/0\/when\/devic is not a known key; right would be one of device, /],
    [rule('{ os: iOS, osFrom: 15.4 }'), /^r\.yaml:3: .*osFrom must be a version such as 17, or "17\.4" in quotes/],
    [rule('{ os: ios }'), /^r\.yaml:3: .*os must be one of Android, .*iOS/],
    [rule('{ osFrom: 15 }'), /^r\.yaml:3: rule "it" compares versions of different systems; right would be one os/],
    [rule('{ os: [iOS, tvOS], osFrom: 15 }'), /different systems/],
    [rule('{ os: iOS, osFrom: 16, osBelow: "15.4" }'), /never matches: osBelow is not above osFrom/],
    [rule('{ device: android, androidFrom: 4, androidBelow: 4 }'), /never matches: androidBelow is not above/],
    [rule('{ device: ipad, androidFrom: 4 }'), /never matches: androidFrom is about Android, and device is not/],
    [rule('{ os: iOS, androidFrom: 4 }'), /never matches: androidFrom is about Android, and os is not/],
    [rule('{ country: de }'), /country must be a country such as DE/],
    [rule('{ entry: "a/b" }'), /entry must be an entry id such as 0_abc/],
    [rule('{ parameters: { ks: true } }'), /ks is not a known key/],
    [rule('{ parameters: { signature: true } }'), /signature is not a known key/],
    [rule('{ parameters: { expiry: true } }'), /expiry is not a known key/],
    [rule('{ time: { from: "24:00", until: "08:00" } }'), /from must be a time such as "18:00"/],
    [
      rule('{ time: { from: "08:00", until: "08:00" } }'),
      /^r\.yaml:3: rule "it" has a time of no length; right would be/
    ],
    [
      rule('{ time: { from: "08:00", until: "09:00", zone: Berlin } }'),
      /zone "Berlin"; right would be .*Europe\/Berlin/
    ],
    [rule('{ percent: 100 }'), /^r\.yaml:3: .*percent must be a number above 0 and below 100/],
    [rule('{}', '{ single: largest }'), /^r\.yaml:4: rule "it" has single without tags, .*; right would be tags/],
    [rule('{}', '{ tags: [[a]], maxBitrate: 900 }'), /right would be single: largest beside it/],
    [
      rule('{ format: applehttp }', '{ format: mpegdash }'),
      /^r\.yaml:4: .*replaces auto only; right would be auto in when/
    ],
    [rule('{}', '{ caching: soon }'), /^r\.yaml:4: .*caching is "soon"; right would be a duration/],
    [rule('{ device: ipad }') + rule('{ device: iphone }'), /^r\.yaml:5: rule "it" stands twice/]
  ] as const) {
    t.match(read(text).problems[0], message, text)
  }
})

t.test('what is odd and works is a warning', async (t) => {
  t.match(read(rule('{ androidBelow: 4 }')), {
    problems: [],
    warnings: [/^r\.yaml:3: .*right would be device: android/]
  })
})

t.test('a rule that is never reached names the one before it', async (t) => {
  const two = (first: string, second: string) =>
    read(`  - { name: first, when: ${first}, then: {} }\n  - { name: second, when: ${second}, then: {} }\n`).problems
  for (const [first, second] of [
    ['{}', '{ device: ipad }'],
    ['{}', '{}'],
    ['{ device: [ipad, iphone] }', '{ device: ipad, format: url }'],
    ['{ device: android, androidFrom: 4 }', '{ device: android, androidFrom: 5 }'],
    ['{ os: iOS, osBelow: 16 }', '{ os: iOS, osBelow: "15.4" }'],
    ['{ parameters: { tracks: true } }', '{ parameters: { tracks: true }, percent: 5 }']
  ] as const) {
    t.match(
      two(first, second),
      [/^r\.yaml:3: rule "second" is never reached: "first" before it .*; right would be/],
      second
    )
  }
  for (const [first, second] of [
    ['{ device: ipad }', '{}'],
    ['{ device: ipad }', '{ device: [ipad, iphone] }'],
    ['{ device: android, androidFrom: 5 }', '{ device: android, androidFrom: 4 }'],
    ['{ os: iOS, osBelow: "15.4" }', '{ os: iOS, osBelow: 16 }'],
    ['{ percent: 5 }', '{ percent: 5 }'],
    ['{ partner: 1 }', '{ partner: 2 }']
  ] as const) {
    t.same(two(first, second), [], `${first} ${second}`)
  }
})
