import { readFileSync } from 'node:fs'
import t from 'tap'
import { parse } from 'yaml'
import { runCheck } from '../../src/commands/check.js'
import { predict } from '../../src/commands/predict.js'
import { runTest } from '../../src/commands/test.js'
import { readTestFile } from '../../src/commands/test-file.js'
import { readRuleSet } from '../../src/config/rule-set.js'
import { runHere } from '../helpers/command.js'

const read = (name: string) => readFileSync(new URL(`../../${name}`, import.meta.url), 'utf8')
const page = read('docs/rules-cookbook.md')
const shipped = read('rules/default.yaml').split(/^rules:\n/m)[1]!
const ENV = { KALTURA_SERVICE_URL: 'https://kaltura.example', KALTURA_PARTNER_ID: '101' }

const recipes = page
  .split(/^## (?=\d+\. )/m)
  .slice(1)
  .map((text) => ({ name: text.split('\n', 1)[0]!, text }))

/** The file that a reader would have: what stands on the page, in front of what ships. */
function fileOf(block: string): string {
  if (!block.startsWith('- ')) return `${block}\nrules:\n${shipped}`
  return `rules:\n${block.replace(/^(?=.)/gm, '  ')}\n${shipped}`
}

t.test('there are ten, in order', async (t) => {
  t.same(
    recipes.map(({ name }) => Number.parseInt(name, 10)),
    Array.from({ length: 10 }, (_, index) => index + 1)
  )
})

for (const { name, text } of recipes) {
  t.test(name, async (t) => {
    const [recipe = '', tests = '', ...more] = [...text.matchAll(/```yaml\n([\s\S]*?)```/g)].map((match) => match[1]!)
    t.same(more, [])
    const files = { 'gateway.yaml': fileOf(recipe), 'shipped.yaml': `rules:\n${shipped}`, 'x.test.yaml': tests }
    t.match(await runHere(runCheck, ['gateway.yaml'], ENV, { files }), { status: 0, out: /\nUsable\.\n$/ })

    const test = (config: string) => runHere(runTest, ['x.test.yaml', '--config', config, '--json'], {}, { files })
    const result = JSON.parse((await test('gateway.yaml')).out)
    t.match(result, { ok: true, failed: 0 }, JSON.stringify(result.cases, null, 1))
    const given = parse(recipe)
    const own: string[] = Array.isArray(given) ? given.map((rule: { name: string }) => rule.name) : []
    for (const rule of own) t.notOk(result.untestedRules.includes(rule), `${rule} decides a case`)
    t.equal((await test('shipped.yaml')).status, 1, 'without the recipe its cases fail')

    t.match(text, /^\*".+?"\*/m, 'the problem in the words of who has it')
    const caching = /^\*\*Caching:\*\* ([\s\S]+)$/m.exec(text)?.[1] ?? ''
    const [asked] = readTestFile('x.test.yaml', tests).cases
    const found = predict(readRuleSet('gateway.yaml', files['gateway.yaml']), {
      ...asked!,
      entry: () => asked!.entry,
      now: 0
    })
    const plan = found !== null && 'plan' in found ? found.plan : null
    t.ok(plan)
    const { reads, longest, private: isPrivate } = plan!
    const varies = reads.some((fact) => ['device', 'country', 'user-agent'].includes(fact)) && own.length > 0
    t.equal(caching.includes('`private, no-store`'), isPrivate, 'says when it is for one viewer')
    t.equal(caching.includes('`max-age`'), longest !== null, 'says when it bounds the life')
    t.equal(caching.includes('nothing is needed'), !isPrivate && longest === null && !varies)
    if (varies && !isPrivate) t.match(caching, '`Vary`')
    if (reads.includes('country')) t.match(caching, 'country header')
  })
}
