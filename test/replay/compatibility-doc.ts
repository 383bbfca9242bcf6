import { DIFFERENCES } from './differences.js'
import type { CaseResult } from './harness.js'

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
    DIFFERENCES.filter((difference) => difference.when === when).map(({ what, instead, reason, cases }) => {
      const count = (when === 'always' ? off : on).filter(({ name }) => cases.test(name)).length
      return `| ${what} | ${instead} | ${reason} | ${count} |`
    })
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
    '',
    'In the second run a redirect cannot hide what the gateway did not do: whatever has to be decided for the viewer, and so is',
    'redirected, counts as different there, although the viewer of a real Kaltura gets the same.',
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
    '`cdnHost`, which Kaltura reads and ignores, is ignored here too.'
  ].join('\n')}\n`
}
