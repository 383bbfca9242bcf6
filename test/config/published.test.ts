import { readdirSync, readFileSync } from 'node:fs'
import t from 'tap'
import { Compile } from 'typebox/schema'
import { parse } from 'yaml'
import { configSchema } from '../../scripts/config-schema.js'
import { readConfigFile } from '../../src/config/file.js'
import { SHIPPED_RULES } from '../../src/rules/shipped.js'

const root = new URL('../../', import.meta.url)
const text = (name: string) => readFileSync(new URL(name, root), 'utf8')

t.test('the published schema is the one that a start checks by (npm run schema)', async (t) => {
  t.equal(text('schema/config.schema.json'), configSchema())
})

t.test('rules/default.yaml holds the rules that ship', async (t) => {
  t.strictSame(readConfigFile('rules/default.yaml', text('rules/default.yaml')).rules, SHIPPED_RULES)
})

t.test('an editor that completes by the schema sees what a start sees', async (t) => {
  const validator = Compile(JSON.parse(text('schema/config.schema.json')))
  t.ok(validator.Check(parse(text('rules/default.yaml'))))
  for (const wrong of [
    'rules: [{ name: x, when: { device: ipadd }, then: {} }]',
    'patrners: []',
    'delivery: teleport'
  ]) {
    t.notOk(validator.Check(parse(wrong)), wrong)
    t.throws(() => readConfigFile('x.yaml', wrong), wrong)
  }
})

t.test('each key of a rule is explained where an editor shows it', async (t) => {
  const { rules } = JSON.parse(text('schema/config.schema.json')).properties
  const { when, then } = rules.items.properties
  for (const part of [rules.items, when, then]) {
    for (const [name, { description }] of Object.entries<{ description?: string }>(part.properties)) {
      t.match(description, /^[A-Z].{10,}/, name)
    }
  }
})

t.test('both go into the package', async (t) => {
  const { files } = JSON.parse(text('package.json')) as { files: string[] }
  for (const folder of ['schema', 'rules']) {
    t.ok(files.includes(folder), folder)
    t.not(readdirSync(new URL(folder, root)).length, 0)
  }
})
