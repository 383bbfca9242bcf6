import t from 'tap'
import { ConfigError } from '../../src/config/config.js'
import { readConfigFile } from '../../src/config/file.js'
import { readingOf } from '../helpers/rules.js'

const ruleOf = (when: string, then = '{}') => `rules:\n  - name: it\n    when: ${when}\n    then: ${then}\n`

t.test('what YAML makes of a text is never taken for something else in silence', async (t) => {
  for (const [text, ...problems] of [
    ['partners:\n  - { id: 101, adminSecretFile: !secret kaltura }\n', /^r\.yaml:2: Unresolved tag: !secret/],
    ['presets: !include presets.yaml\n', /^r\.yaml:1: Unresolved tag: !include/],
    [ruleOf('{ os: iOS, osFrom: 17.10 }'), /^r\.yaml:3: .*osFrom must be a version such as 17, or "17.4" in quotes/],
    [ruleOf('{ percent: .nan }'), /^r\.yaml:3: .*percent must be a number above 0 and below 100/],
    [ruleOf('{ percent: 50% }'), /percent must be a number above 0/],
    [
      ruleOf('{ parameters: { seekFrom: 10 } }'),
      /seekFrom must be true \(given\), false \(not given\), a value in quotes/
    ],
    [ruleOf('{}', '{ caching: .inf }'), /caching must be a duration such as 10s/],
    [ruleOf('{}', '{ tags: ipadnew }'), /tags must be a list of levels, each a list of tags/],
    [ruleOf('{}', '{ tags: [ipadnew] }'), /tags\/0 must be a list of levels/],
    ['presets:\n  a:\n    flavorParamIds: 12345678901234567890\n', /^r\.yaml:3: \/presets\/a\/flavorParamIds must be/],
    ['presets: { a: { disableCaptions: yes, maxBitrate: true } }\n', /maxBitrate must be string or number/],
    ['rules: []\nrules: []\n', /^r\.yaml:2: Map keys must be unique/],
    ['rules: []\n---\nrules: []\n', /^r\.yaml:2: /],
    [
      'rules:\n  - &one { name: a, when: {}, then: {} }\n  - { <<: *one, name: b }\n',
      /^r\.yaml:3: \/rules\/1 must have/,
      /^r\.yaml:3: \/rules\/1\/<< is not a known key/
    ],
    ['rules: &a [*a]\n', /^r\.yaml:1: \/rules\/0 must be object/],
    ['rules: *none\n', /^r\.yaml:1: Unresolved alias/],
    [
      `${['a', 'b', 'c', 'd', 'e']
        .map(
          (name, at, all) =>
            `${name}: &${name} [${Array(9)
              .fill(at === 0 ? 'x' : `*${all[at - 1]}`)
              .join(', ')}]`
        )
        .join('\n')}\n`,
      /^r\.yaml:1: Excessive alias count/
    ],
    ['__proto__: { rules: [] }\n', /\/__proto__ is not a known key/],
    ['presets: { __proto__: { maxBitrate: 5 } }\n', /\/presets\/__proto__ is not a known key/],
    ['presets: { a: { constructor: 5 } }\n', /\/presets\/a\/constructor is not a known key/],
    [ruleOf('{ __proto__: { device: ipad } }'), /\/when\/__proto__ is not a known key/]
  ] as const) {
    const found = readingOf(text).problems
    t.equal(found.length, problems.length, `${text}: ${found.join('; ')}`)
    for (const [at, problem] of problems.entries()) t.match(found[at], problem, text)
  }
  t.equal(readConfigFile('r.yaml', ruleOf('{ country: NO }')).rules?.[0]?.when.country, 'NO')
  t.equal(({} as { device?: string }).device, undefined, 'nothing reaches a prototype')
})

t.test('words that Kaltura can never have are told, with what would be right', async (t) => {
  for (const [text, problem] of [
    [
      ruleOf('{}', '{ tags: [[ipadnew], ["iphonenew,ipad"]] }'),
      /^r\.yaml:4: rule "it" has the tag "iphonenew,ipad", which no flavor has; right would be iphonenew and ipad\./
    ],
    [ruleOf('{}', '{ tags: [["ipadnew "]] }'), /has the tag "ipadnew ".* right would be ipadnew\./],
    [ruleOf('{ entryTags: [a, " b"] }'), /^r\.yaml:3: rule "it" has " b", which no entry has; right would be b\./],
    [ruleOf('{ category: " News" }'), /has " News", which no entry has/]
  ] as const) {
    const { problems } = readingOf(text)
    t.equal(problems.length, 1, text)
    t.match(problems[0], problem)
  }
  t.match(readingOf(ruleOf('{ category: [3, "12"] }')), {
    problems: [],
    warnings: [/^r\.yaml:3: rule "it" looks for a category of the name "12"; right would be 12 without quotes/]
  })
})

t.test('a name with a slash is found at its line', async (t) => {
  const lines = (text: string) => {
    try {
      readConfigFile('r.yaml', text)
      return []
    } catch (error) {
      return (error as ConfigError).problems.map((problem) => Number(/^r\.yaml:(\d+):/.exec(problem)?.[1]))
    }
  }
  t.strictSame(lines('presets:\n  ok: { tags: a }\n  a/b: { tags: a }\n  c~d: { tags: a }\n'), [3, 4])
  t.strictSame(lines('partners:\n  - id: 1\n    aliases:\n      ok: 0_a\n      "a/b": 7\n      "c/d": "0 a"\n'), [5])
  t.strictSame(lines('partners:\n  - id: 1\n    aliases:\n      ok: 0_a\n      "a/b": 0_a\n      "c/d": "0 a"\n'), [6])
  const header =
    'trustedHeaders: [x]\nrules:\n  - name: it\n    when:\n      header:\n        x: "1"\n        a/b: "1"\n    then: {}\n'
  t.strictSame(lines(header), [7])
  t.ok(new ConfigError(['x']) instanceof Error)
})
