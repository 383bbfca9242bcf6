import { readFileSync } from 'node:fs'
import t from 'tap'
import { kalturaProblem, PROBLEMS, type ProblemCode, problem, problemBody } from '../../src/answer/problem.js'
import { errorName } from '../../src/playmanifest/errors.js'

const page = readFileSync(new URL('../../docs/errors.md', import.meta.url), 'utf8')
/** Cells of each row of a table that begins with a number. */
const rows = page
  .split('\n')
  .filter((line) => /^\| \d+ \|/.test(line))
  .map((line) => line.slice(2, -2).split(' | '))

/** The row of a code, found as a reader of a problem would: by the anchor that the end of its type names. */
function rowOf(body: string): string[] | undefined {
  const { type } = JSON.parse(body) as { type: string }
  const anchor = `<a id="${type.slice(type.lastIndexOf(':') + 1)}"></a>`
  return rows.find(([, code]) => code?.startsWith(anchor))
}

t.test('the type of every problem leads to its row, with status, cause and remedy', async (t) => {
  for (const [code, [status]] of Object.entries(PROBLEMS)) {
    const row = rowOf(problemBody(problem(code as ProblemCode, 'It was so.')))
    t.match(row, [`${status}`, `\`${code}\``, /.{10,}/, /.{6,}/], code)
    t.equal(row?.length, 4, code)
  }
})

t.test("every number of Kaltura's has a row, and there is no other", async (t) => {
  const numbers = Array.from({ length: 100 }, (_, index) => index).filter((number) => errorName(number) !== null)
  t.ok(numbers.length > 50)
  for (const number of numbers) {
    const row = rowOf(problemBody(kalturaProblem(number)))
    t.match(row, [`${number}`, `\`${errorName(number)}\``, /.{10,}/, /.{5,}/], `${number}`)
    t.equal(row?.length, 4, `${number}`)
  }
  t.equal(rows.length, numbers.length + Object.keys(PROBLEMS).length)
})

t.test('what playManifest itself raises is told in the body too', async (t) => {
  const heading = page.indexOf("These are of Kaltura's other services")
  const first = page
    .slice(0, heading)
    .split('\n')
    .flatMap((line) => /^\| (\d+) \|/.exec(line)?.[1] ?? [])
  t.ok(first.length > 20)
  for (const number of first) t.notMatch(kalturaProblem(Number(number)).detail, 'Kaltura refuses this request')
})

t.test('the example is what the gateway writes', async (t) => {
  const example = JSON.parse(/^ {4}\{\n[\s\S]*?^ {4}\}$/m.exec(page)?.[0] ?? 'null')
  const { detail, ...real } = JSON.parse(problemBody(kalturaProblem(6)))
  const { detail: shortened, ...rest } = example
  t.same(rest, real)
  t.ok(detail.startsWith(shortened.replace(/ \.\.\.$/, '')))
})
