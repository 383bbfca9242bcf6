import { readdirSync, readFileSync } from 'node:fs'
import t from 'tap'
import { parametersDoc } from '../../scripts/parameters-doc.js'
import { PROBLEMS } from '../../src/answer/problem.js'
import { PARAMETER_NAMES } from '../../src/playmanifest/parameters.js'

const page = (name: string) => readFileSync(new URL(`../../docs/${name}`, import.meta.url), 'utf8')

t.test('docs/parameters.md says what the table says (npm run docs)', async (t) => {
  t.equal(page('parameters.md'), parametersDoc())
  for (const name of PARAMETER_NAMES) t.match(page('parameters.md'), `\`${name}\``)
})

t.test('every problem is explained in docs/errors.md, with its status', async (t) => {
  const errors = page('errors.md')
  for (const [code, [status]] of Object.entries(PROBLEMS)) {
    const row = errors.split('\n').find((line) => line.includes(`\`${code}\``))
    t.ok(row, `${code} is explained`)
    t.match(row, `| ${status} |`)
  }
})

t.test('pages link to pages that exist', async (t) => {
  const pages = readdirSync(new URL('../../docs', import.meta.url)).filter((name) => name.endsWith('.md'))
  const files = ['../README.md', ...pages]
  for (const file of files) {
    for (const [, target] of page(file).matchAll(/\]\((?!https?:)([^)#]+)\)/g)) {
      const from = new URL(`../../docs/${file}`, import.meta.url)
      t.doesNotThrow(() => readFileSync(new URL(target!, from)), `${file} -> ${target}`)
    }
  }
})
