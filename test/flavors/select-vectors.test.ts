import t from 'tap'
import { selectFlavors } from '../../src/flavors/select.js'
import { vectors } from '../helpers/vectors.js'
import { type FlavorFixture, flavorAsset, longNames } from './flavor-fixtures.js'

interface Input {
  flavors: FlavorFixture[]
  request: Record<string, string>
  partnerPermissions?: string[]
  msDuration?: number
  entry?: { msDuration?: number }
}

type Expected =
  | { flavorIds: string[]; format: string; mediaProtocol: string; responseFormat?: string }
  | { error: number }

const cases = vectors<Input, Expected>('flavor-selection')
t.ok(cases.length > 0)

for (const { name, input, expected } of cases) {
  t.test(name, async (t) => {
    const all = input.flavors.map(flavorAsset)
    const { trace, ...answer } = selectFlavors({
      flavors: all,
      params: longNames(input.request),
      partnerPermissions: input.partnerPermissions ?? [],
      msDuration: input.msDuration ?? input.entry?.msDuration ?? 60_000
    })
    if (answer.ok) {
      const { ok: _, flavors, ...rest } = answer
      t.strictSame({ flavorIds: flavors.map(({ id }) => id), ...rest }, expected)
    } else {
      t.strictSame({ error: answer.error }, expected)
    }
    t.strictSame(trace.map(({ flavorId }) => flavorId).sort(), all.map(({ id }) => id).sort(), 'one row a flavor')
    const kept = trace.filter((row) => row.kept).map(({ flavorId }) => flavorId)
    t.strictSame(kept, answer.ok ? answer.flavors.map(({ id }) => id) : [], 'kept rows in the order of the answer')
  })
}
