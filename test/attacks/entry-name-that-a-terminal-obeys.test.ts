/**
 * Whoever may upload gives an entry its name, and whoever writes to a log its lines; an operator sees both in a terminal.
 * A terminal obeys control characters, those above 127 too, and turns the writing at marks that say so.
 */
import fc from 'fast-check'
import t from 'tap'
import { runFlavors } from '../../src/commands/flavors.js'
import { json, printable, table } from '../../src/commands/text.js'
import { DEMO_ENTRIES } from '../../src/demo/kaltura/index.js'
import { runHere } from '../helpers/command.js'
import { withDemo } from '../helpers/demo.js'

const OBEYED = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/
const NAME = 'harmless\u009b2J\u001b[2J\u202egnp.exe\u200f\u007f\u0085'

t.test('the name of an entry, as a table and as JSON', async (t) => {
  const demo = await withDemo(t)
  demo.catalog.entries.get(DEMO_ENTRIES.public)!.name = NAME
  const env = { KALTURA_SERVICE_URL: demo.kalturaUrl, KALTURA_PARTNER_ID: '101' }
  for (const more of [[], ['--json']]) {
    const { status, out } = await runHere(runFlavors, [DEMO_ENTRIES.public, ...more], env)
    t.equal(status, 0)
    t.match(out, 'harmless')
    t.notMatch(out, OBEYED, more.join())
    if (more.length > 0) t.equal(JSON.parse(out).entry.name, NAME, 'a program reads what it is')
  }
})

t.test('any text', async (t) => {
  const text = fc.string({ unit: 'binary' })
  fc.assert(
    fc.property(text, text, (one, other) => {
      const value = { [one]: [other, { x: one }] }
      const written = json(value)
      t.strictSame(Object.entries(JSON.parse(written)), Object.entries(value))
      return ![written, printable(one + other), table(['a', 'b'], [[one, other]])].some((out) => OBEYED.test(out))
    })
  )
})
