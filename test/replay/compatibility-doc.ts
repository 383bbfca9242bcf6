import { vectors } from '../helpers/vectors.js'
import { DIFFERENCES } from './differences.js'
import type { CaseResult } from './harness.js'

/** Vector groups and the tests that run every case of them. */
const VECTORS: readonly (readonly [group: string, test: string])[] = [
  ['request-parsing', 'test/playmanifest/vectors.test.ts'],
  ['error-codes', 'test/playmanifest/vectors.test.ts'],
  ['flavor-selection', 'test/flavors/select-vectors.test.ts'],
  ['hls-flavor-order', 'test/flavors/hls-order-vectors.test.ts, test/demo/kaltura/play-manifest-vectors.test.ts'],
  ['play-manifest', 'test/demo/kaltura/play-manifest-vectors.test.ts'],
  ['m3u8-master', 'test/demo/kaltura/render/m3u8.test.ts'],
  ['renderers', 'test/demo/kaltura/render/renderers.test.ts'],
  ['audio-info', 'test/flavors/audio-info.test.ts'],
  ['codec-string', 'test/flavors/codec-string.test.ts'],
  ['errors', 'test/demo/kaltura/errors-vectors.test.ts'],
  ['ks', 'test/viewer/ks.vectors.test.ts'],
  ['url-tokenizers', 'test/demo/kaltura/tokenizers/vectors.test.ts']
]

/** What the replay showed, in both runs. */
export interface ReplayResults {
  off: readonly CaseResult[]
  on: readonly CaseResult[]
}

const percent = (part: number, whole: number) => `${((100 * part) / whole).toFixed(1)} %`
const same = (results: readonly CaseResult[]) => results.filter(({ differs }) => differs.length === 0).length
const here = (results: readonly CaseResult[]) => results.filter(({ redirected }) => !redirected).length

/** docs/compatibility.md, made from the replay and from the table of differences. */
export function compatibilityDoc({ off, on }: ReplayResults): string {
  const row = (name: string, results: readonly CaseResult[]) =>
    `| ${name} | ${same(results)} of ${results.length} (${percent(same(results), results.length)}) | ${percent(here(results), results.length)} |`
  const table = (when: 'always' | 'sharing') =>
    DIFFERENCES.filter((difference) => difference.when === when).map(({ what, instead, reason, cases, ofViewer }) => {
      const count = (when === 'always' ? off : on).filter(({ name }) => cases.test(name)).length
      return `| ${what}${ofViewer === true ? ' *' : ''} | ${instead} | ${reason} | ${count} |`
    })
  const ofViewer = DIFFERENCES.filter((difference) => difference.ofViewer === true)
  const everybodys = on.filter(({ name }) => !ofViewer.some(({ cases }) => cases.test(name)))
  return `${[
    '# Compatibility',
    '',
    '<!-- Made by `npm run docs` from the replay in test/replay: change the table there, not this page. -->',
    '',
    `${off.length} requests and the answers of a real Kaltura server are replayed through the gateway, and what a client finally gets`,
    'is compared with what Kaltura gave: status, Location or body, content type, CORS, the headers of errors.',
    '',
    '| run | identical | answered without sending the client to Kaltura |',
    '|---|---|---|',
    row('sharing off: redirects only', off),
    row("sharing on, and Kaltura's playManifest answers clients only if they carry a KS", on),
    row('the same, without what Kaltura has to decide for the viewer (marked * below)', everybodys),
    '',
    'In the second run a redirect cannot hide what the gateway did not do: whatever has to be decided for the viewer, and so is',
    'redirected, counts as different there, although the viewer of a real Kaltura gets the same.',
    "The goal of nine of ten identical is reached in the first run, and in the second one only for what may be everybody's:",
    'answering the rest from here would break the rules of [sharing](sharing.md).',
    '',
    'Errors carry a problem body and CORS headers, where Kaltura sends an empty body and none; a redirect has an empty body,',
    "where Kaltura sends a line feed. `Cache-Control` is the gateway's own ([sharing](sharing.md)).",
    '',
    '## Different in both runs, on purpose',
    '',
    '| request | answer here | why | cases |',
    '|---|---|---|---|',
    ...table('always'),
    '',
    '## Not answered by the gateway itself',
    '',
    '| request | answer here | why | cases |',
    '|---|---|---|---|',
    ...table('sharing'),
    '',
    '`cdnHost`, which Kaltura reads and ignores, is ignored here too.',
    '',
    "## Vectors: Kaltura's own logic as input and output",
    '',
    'Every case of these groups passes, but for those whose order follows from an inconsistent comparison in the reference',
    'itself; the test named runs them all.',
    '',
    '| group | cases | test |',
    '|---|---|---|',
    ...VECTORS.map(([group, test]) => `| ${group} | ${vectors(group).length} | ${test} |`)
  ].join('\n')}\n`
}
