import t from 'tap'
import { packages, program } from './require-program.js'

/** Stands in for the test that asks, and writes down what it was told. */
function listener() {
  const told: unknown[] = []
  const teller = {
    pass: (_name: unknown, extra: unknown) => told.push(['pass', extra]) > 0,
    fail: (name: unknown) => told.push(['fail', name]) > 0
  }
  return { told, teller: teller as unknown as Parameters<typeof program>[0] }
}
const reason = 'no-such-program is not installed (Debian: apt-get install a-package)'

t.test('finds what is there and says nothing', async (t) => {
  const { told, teller } = listener()
  t.match(program(teller, 'sh', 'dash'), /\/sh$/)
  t.same(told, [])
})

t.test('skips with the names of program and package', async (t) => {
  t.intercept(process, 'env', { value: { PATH: process.env.PATH } })
  const { told, teller } = listener()
  t.equal(program(teller, 'no-such-program', 'a-package'), null)
  t.same(told, [['pass', { skip: reason }]])
})

t.test('fails under REQUIRE_ALL=1', async (t) => {
  t.intercept(process, 'env', { value: { PATH: process.env.PATH, REQUIRE_ALL: '1' } })
  const { told, teller } = listener()
  t.equal(program(teller, 'no-such-program', 'a-package'), null)
  t.same(told, [['fail', reason]])
})

t.test('packages of a folder: found, or skipped with the command that installs them, or failed', async (t) => {
  const folder = t.testdir({
    installed: { node_modules: { '.package-lock.json': '{}' } },
    broken: { node_modules: {} }
  })
  const { told, teller } = listener()
  t.equal(packages(teller, `${folder}/installed`), `${folder}/installed/node_modules`)
  t.same(told, [])
  const env = t.intercept(process, 'env', { value: { PATH: process.env.PATH } })
  const reason = `the packages of ${folder}/broken are not installed (npm ci --prefix ${folder}/broken)`
  t.equal(packages(teller, `${folder}/broken`), null)
  t.same(told, [['pass', { skip: reason }]])
  env.restore()
  t.intercept(process, 'env', { value: { PATH: process.env.PATH, REQUIRE_ALL: '1' } })
  t.equal(packages(teller, `${folder}/broken`), null)
  t.same(told.at(-1), ['fail', reason])
})
