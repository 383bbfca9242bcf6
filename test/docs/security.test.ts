import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import t from 'tap'

const root = fileURLToPath(new URL('../..', import.meta.url))
const text = readFileSync(`${root}SECURITY.md`, 'utf8')

t.test('each protection names the tests that hold it, and they are there', async (t) => {
  const rows = text.split('\n').filter((line) => /^\| (?!protection|-)/.test(line))
  t.ok(rows.length > 15, 'the table was read')
  for (const row of rows) {
    const files = [...row.matchAll(/`(test\/[^`]+)`/g)].map((match) => match[1]!)
    t.not(files.length, 0, row)
    for (const file of files) t.ok(existsSync(root + file), file)
  }
  for (const [, page] of text.matchAll(/\]\((docs\/[^)#]+)/g)) t.ok(existsSync(root + page), String(page))
})

t.test('it says how to report', async (t) => {
  t.match(text, /## How to report\n\n.{100,}/s)
})
