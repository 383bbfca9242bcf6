import { fileURLToPath } from 'node:url'
import t from 'tap'
import ts from 'typescript'
import { proven, verdictOf, withheld } from '../../src/resolve/sharing-class.js'

const file = fileURLToPath(new URL('./sharing-class-snippet.ts', import.meta.url))
const BEGIN = `import { StaleCache, type Loaded } from '../../src/cache/stale-cache.js'
import { proven, withheld, verdictOf, type Shareable, type Public, type Verdict } from '../../src/resolve/sharing-class.js'
import type { Target } from '../../src/resolve/target.js'
declare const target: Target
declare const verdict: Verdict
declare const cache: StaleCache<Shareable<Target>>
const keep = (value: Shareable<Target>): Loaded<Shareable<Target>> =>
  ({ value, fresh: 1, staleWhileRevalidate: 0, staleIfError: 0, bytes: 1 })
`

/** What the compiler says about a few lines behind the declarations above. */
function compile(lines: string): string[] {
  const options: ts.CompilerOptions = {
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    types: ['node']
  }
  const host = ts.createCompilerHost(options)
  const { getSourceFile, fileExists } = host
  host.getSourceFile = (name, ...rest) =>
    name === file ? ts.createSourceFile(name, BEGIN + lines, ts.ScriptTarget.ES2022) : getSourceFile(name, ...rest)
  host.fileExists = (name) => name === file || fileExists(name)
  const program = ts.createProgram([file], options, host)
  return ts
    .getPreEmitDiagnostics(program)
    .filter((found) => found.file?.fileName === file)
    .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, ' '))
}

t.test('only what a verdict calls public fits into a shared cache', async (t) => {
  const good = `
if (verdict.class === 'public') cache.get('k', async () => keep(proven(target, verdict)), 1)
else cache.get('k', async () => keep(withheld(verdict)), 1)`
  t.strictSame(compile(good), [])
  for (const [what, lines] of [
    ['a bare target', "cache.get('k', async () => keep(target), 1)"],
    ['one without a verdict', "cache.get('k', async () => keep(proven(target)), 1)"],
    ['one whose verdict was not looked at', "cache.get('k', async () => keep(proven(target, verdict)), 1)"],
    ['one with a verdict made by hand', "cache.get('k', async () => keep(proven(target, { class: 'public' })), 1)"],
    ['one that only says so', "const made: Public<Target> = { kind: 'public', value: target }; keep(made)"],
    ['a private verdict', "keep(proven(target, { class: 'never', reasons: [] }))"],
    ['a reason that carries the value', "if (verdict.class === 'never') keep({ ...withheld(verdict), value: target })"]
  ] as const) {
    t.not(compile(lines).length, 0, what)
  }
})

t.test('the strictest objection is the class; none is the proof', async (t) => {
  const mine = { class: 'per-identity', reason: 'a' } as const
  const nobodys = { class: 'never', reason: 'b' } as const
  const verdict = verdictOf([])
  t.equal(verdict.class, 'public')
  if (verdict.class === 'public') t.strictSame(proven(1, verdict), { kind: 'public', value: 1 })
  t.strictSame(verdictOf([mine]), { class: 'per-identity', reasons: ['a'] })
  const both = verdictOf([mine, nobodys])
  t.strictSame(both, { class: 'never', reasons: ['a', 'b'] })
  if (both.class !== 'public') t.strictSame(withheld(both), { kind: 'withheld', class: 'never', reasons: ['a', 'b'] })
})
