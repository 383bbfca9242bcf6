/** What the published schema refuses, a start refuses; what it accepts is refused for what no schema can say alone. */
import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import t from 'tap'
import { Compile } from 'typebox/schema'
import { parse, stringify } from 'yaml'
import { readingOf } from '../helpers/rules.js'

interface Node {
  type?: string
  properties?: Record<string, Node>
  patternProperties?: Record<string, Node>
  required?: string[]
  additionalProperties?: boolean | Node
  items?: Node
  anyOf?: Node[]
  enum?: unknown[]
  const?: unknown
}

const TEXTS = [
  '',
  'x',
  '0_abc',
  'auto',
  'DE',
  'de',
  '18:00',
  '25:00',
  '17',
  '17.4',
  '10s',
  '1 h',
  'a,b',
  ' a',
  'a>b',
  'off',
  '__proto__'
]
const NUMBERS = [0, 1, 17, 17.5, -1, 60, 99.5, 100, 1e12, 1e21]
const junk = fc.constantFrom<unknown>(...TEXTS, ...NUMBERS, true, false, null, [], {}, [['a']], { a: 1 })
const NAMES = ['a', 'low', 'X-Network', 'a/b', 'constructor', '__proto__']

/** Mostly what a node of the schema asks for, sometimes anything. */
function someOf(node: Node, depth = 0): fc.Arbitrary<unknown> {
  return fc.oneof({ weight: 40, arbitrary: rightOf(node, depth) }, { weight: 1, arbitrary: junk })
}

function rightOf(node: Node, depth: number): fc.Arbitrary<unknown> {
  if (node.anyOf !== undefined) return fc.oneof(...node.anyOf.map((one) => someOf(one, depth)))
  if (node.enum !== undefined) return fc.constantFrom(...node.enum)
  if (node.const !== undefined) return fc.constant(node.const)
  if (node.type === 'boolean') return fc.boolean()
  if (node.type === 'string') return fc.constantFrom(...TEXTS)
  if (node.type === 'number' || node.type === 'integer') return fc.constantFrom(...NUMBERS)
  if (node.type === 'array') return fc.array(someOf(node.items ?? {}, depth + 1), { maxLength: 2 })
  if (node.type !== 'object') return junk
  const { properties = {}, patternProperties = {}, additionalProperties, required = [] } = node
  const named = Object.entries(properties).map(([name, child]) => [name, someOf(child, depth + 1)] as const)
  const free = [
    ...Object.values(patternProperties),
    ...(typeof additionalProperties === 'object' ? [additionalProperties] : [])
  ]
  return fc
    .tuple(
      fc.shuffledSubarray(
        named.map(([name]) => name),
        { maxLength: Math.min(named.length, depth === 0 ? 4 : 3) }
      ),
      fc.boolean(),
      fc.record(Object.fromEntries(named)),
      free.length === 0
        ? fc.constant([])
        : fc.array(fc.tuple(fc.constantFrom(...NAMES), someOf(free[0]!, depth + 1)), { maxLength: 2 }),
      fc.nat(40)
    )
    .map(([some, all, values, others, odd]) => {
      const names = new Set([...(all || odd > 2 ? required : []), ...some])
      const own = [...names].map((name) => [name, (values as Record<string, unknown>)[name]] as const)
      return Object.fromEntries([...own, ...others, ...(odd === 0 ? [['unheard', 1] as const] : [])])
    })
}

t.test('the published schema and the reader agree', async (t) => {
  const schema = JSON.parse(readFileSync(new URL('../../schema/config.schema.json', import.meta.url), 'utf8'))
  const validator = Compile(schema)
  const counts = { taken: 0, refusedByBoth: 0, refusedByReader: 0 }
  fc.assert(
    fc.property(rightOf(schema, 0), (value) => {
      const text = stringify(value)
      const right = validator.Check(parse(text))
      const { problems } = readingOf(text)
      if (!right && problems.length === 0) throw new Error(`the start takes what an editor marks:\n${text}`)
      // In words of its own the reader says what would be right, or that something has no effect.
      const odd = problems.filter((problem) => / must /.test(problem) || /is not a known key/.test(problem))
      if (right && odd.length > 0) throw new Error(`an editor takes what the start refuses (${odd[0]}):\n${text}`)
      if (problems.some((problem) => !/^r\.yaml:\d+: ./.test(problem))) throw new Error(problems.join())
      counts[problems.length === 0 ? 'taken' : right ? 'refusedByReader' : 'refusedByBoth']++
    }),
    { numRuns: 3000 }
  )
  t.comment(JSON.stringify(counts))
  for (const [name, count] of Object.entries(counts)) t.ok(count > 50, `${name}: ${count}`)
})
