import { parseArgs } from 'node:util'
import type { Environment } from '../config/load.js'
import { type RuleSet, readRuleSet } from '../config/rule-set.js'
import { redactUrl } from '../playmanifest/redact.js'
import { factsOf } from '../rules/conditions.js'
import type { EntryWords } from '../rules/entry-words.js'
import { linesOf, readLogLine } from './access-log.js'
import { CommandError, type CommandIo, inWords, readNamed } from './command.js'
import { type Decided, predict, type Refused } from './predict.js'
import { readEntriesFile } from './test-file.js'
import { clipped, count, json, painter, printable, table } from './text.js'

export const DIFF_HELP = `playmanifest-gateway diff: which real requests would be decided differently by another configuration

Usage:
  playmanifest-gateway diff OLD NEW --requests access.log [options]

Options:
  --requests FILE    a log in combined format (nginx, Apache), also gzipped (.gz); - reads standard input
  --scheme https     how these requests were asked, which the log does not say: https (the default) or http
  --entries FILE     how entries are filed, which the log does not say (docs/cli.md#diff): for rules on tags and categories
  --examples 3       examples of each kind of difference
  --json

Only GET and HEAD of playManifest URLs count. Neither the environment nor the network is used; the log may be of any size.
Exit status: 0 when everything is decided alike, 1 when something is not, or when nothing was compared
or a file cannot be read.

Examples:
  playmanifest-gateway diff gateway.yaml new.yaml --requests /var/log/nginx/access.log
  zcat access.log.*.gz | playmanifest-gateway diff gateway.yaml new.yaml --requests -
  playmanifest-gateway diff gateway.yaml new.yaml --requests access.log.gz --json | jq .differences
`

type Decision = Decided | Refused

/** What can differ, in the order in which it is told. Another rule that decides the same is no difference. */
const KINDS = {
  problem: ['problem', 'untouched'],
  format: ['format'],
  protocol: ['protocol'],
  parameters: ['adds'],
  flavors: ['tags', 'filters', 'excludeAudioOnly', 'single', 'maxBitrate'],
  manifest: ['manifest'],
  delivery: ['delivery'],
  caching: ['caching'],
  // A base by another name is the same base.
  hosts: ['cdnBase', 'deliveryHosts']
} as const satisfies Record<string, readonly (keyof Decided)[]>

type Kind = keyof typeof KINDS

interface Example {
  url: string
  userAgent: string
  changes: { key: string; old: unknown; new: unknown }[]
}

interface Tally {
  lines: number
  /** Lines that are no line of a log in combined format. */
  unreadable: number
  compared: number
  /** Links with grants, about which rules have no say. */
  notDecided: number
  different: number
  /** Decided alike, by a rule of another name. */
  otherRule: number
  differences: Partial<Record<Kind, { count: number; examples: Example[] }>>
}

/** The command `diff`. */
export async function runDiff(args: readonly string[], _env: Environment, io: CommandIo): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      help: { type: 'boolean', short: 'h' },
      json: { type: 'boolean' },
      requests: { type: 'string' },
      scheme: { type: 'string' },
      entries: { type: 'string' },
      examples: { type: 'string' }
    }
  })
  if (values.help === true) {
    io.out(DIFF_HELP)
    return 0
  }
  const [old, changed] = positionals
  if (old === undefined || changed === undefined || positionals.length > 2) {
    throw new CommandError('diff takes two configuration files; see diff --help.')
  }
  const { requests, scheme = 'https', examples = '3' } = values
  if (requests === undefined) throw new CommandError('diff needs --requests with a log; see diff --help.')
  if (scheme !== 'http' && scheme !== 'https') {
    throw new CommandError(`--scheme is "${scheme}"; right would be http or https.`)
  }
  if (!/^\d{1,3}$/.test(examples)) throw new CommandError(`--examples is "${examples}"; right would be 0 to 999.`)
  const [before, after] = [old, changed].map((path) => inWords(() => readRuleSet(path, readNamed(path, io.read))))
  const entries = inWords(() =>
    values.entries === undefined ? null : readEntriesFile(values.entries, readNamed(values.entries, io.read))
  )
  if (entries === null && [before!, after!].some(({ rules }) => factsOf(rules).includes('entry'))) {
    io.err('Rules look at tags or categories, which no log says: without --entries they match no request.\n')
  }
  const tally = await compareLog(io.stream(requests), before!, after!, { scheme, entries }, Number(examples))
  if (values.json === true)
    io.out(json({ ok: tally.different === 0 && tally.compared > 0, old, new: changed, ...tally }))
  else io.out(describe(tally, io.colours))
  // A log of something else must not pass for proof that nothing changes.
  const nothing = tally.compared === 0 && tally.different === 0
  if (nothing) io.err('No request of the log is a playManifest request: nothing was compared.\n')
  return tally.different === 0 && !nothing ? 0 : 1
}

async function compareLog(
  chunks: AsyncIterable<string>,
  before: RuleSet,
  after: RuleSet,
  { scheme, entries }: { scheme: 'http' | 'https'; entries: ReadonlyMap<string, EntryWords> | null },
  examples: number
): Promise<Tally> {
  const tally: Tally = {
    lines: 0,
    unreadable: 0,
    compared: 0,
    notDecided: 0,
    different: 0,
    otherRule: 0,
    differences: {}
  }
  for await (const line of linesOf(chunks)) {
    if (line === '') continue
    tally.lines++
    const request = line === null ? null : readLogLine(line)
    if (request === null) {
      tally.unreadable++
      continue
    }
    if (request.method !== 'GET' && request.method !== 'HEAD') continue
    const { target, userAgent, time } = request
    const asked = {
      target,
      headers: { 'user-agent': userAgent },
      trusted: false,
      scheme,
      now: time ?? Date.now(),
      entry: (id: string) => entries?.get(id) ?? null
    }
    const [one, other] = [before, after].map((ruleSet) => predict(ruleSet, asked)?.decided)
    if (one?.problem === 'NOT_PLAYMANIFEST') continue
    if (one === undefined || other === undefined) {
      // A grant is one for both, but for a partner that only one of them serves.
      if (one === other) tally.notDecided++
      else note(tally, 'problem', { url: target, userAgent, changes: grantChange(one, other) }, examples)
      continue
    }
    tally.compared++
    compare(tally, one, other, { target, userAgent }, examples)
  }
  return tally
}

function grantChange(one: Decision | undefined, other: Decision | undefined): Example['changes'] {
  return [{ key: 'problem', old: one?.problem ?? null, new: other?.problem ?? null }]
}

function compare(
  tally: Tally,
  one: Decision,
  other: Decision,
  { target, userAgent }: { target: string; userAgent: string },
  examples: number
): void {
  // A refusal has nothing else in it: that it is one is the whole difference.
  const keys: readonly (keyof Decided)[] =
    one.problem === null && other.problem === null ? Object.values(KINDS).flat() : ['problem']
  const changes = keys.flatMap((key) => {
    const [from, to] = [one, other].map((decision) => (decision as Decided)[key] ?? null)
    return JSON.stringify(from) === JSON.stringify(to) ? [] : [{ key, old: from, new: to }]
  })
  if (changes.length === 0) {
    if ((one as Decided).rule !== (other as Decided).rule) tally.otherRule++
    return
  }
  const kinds = (Object.keys(KINDS) as Kind[]).filter((kind) =>
    changes.some(({ key }) => (KINDS[kind] as readonly string[]).includes(key))
  )
  note(tally, kinds, { url: target, userAgent, changes }, examples)
}

/** One request, counted once and under each kind in which it differs. */
function note(tally: Tally, kinds: Kind | readonly Kind[], example: Example, examples: number): void {
  tally.different++
  for (const kind of [kinds].flat() as Kind[]) {
    tally.differences[kind] ??= { count: 0, examples: [] }
    const found = tally.differences[kind]
    found.count++
    if (found.examples.length < examples) {
      const { url, userAgent, changes } = example
      // A log may hold sessions; what is shown does not.
      found.examples.push({ url: redactUrl(url), userAgent: redactUrl(userAgent), changes })
    }
  }
}

function describe(tally: Tally, colours: boolean): string {
  const paint = painter(colours)
  const lines = (Object.keys(KINDS) as Kind[]).flatMap((kind) => {
    const found = tally.differences[kind]
    if (found === undefined) return []
    return [
      `${paint('bold', kind)}: ${count(found.count, 'request')} decided differently`,
      ...found.examples.flatMap(({ url, userAgent, changes }) => [
        `  ${printable(clipped(url, 200))}`,
        `    ${paint('dim', printable(clipped(userAgent || 'no User-Agent', 160)))}`,
        ...changes.map(
          ({ key, old, new: to }) => `    ${key}: ${paint('red', show(old))} -> ${paint('green', show(to))}`
        )
      ])
    ]
  })
  const rows = [
    ['lines read', tally.lines],
    ['no line of a combined log', tally.unreadable],
    ['grants, not decided by rules', tally.notDecided],
    ['requests compared', tally.compared],
    ['decided alike by another rule', tally.otherRule],
    ['decided differently', tally.different]
  ] as const
  const [, ...numbers] = table(
    ['', ' '],
    rows.map(([name, number]) => [name, String(number)]),
    [' ']
  ).split('\n')
  return `${[...lines, ...(lines.length > 0 ? [''] : []), ...numbers].join('\n')}`
}

function show(value: unknown): string {
  return printable(value === null ? 'none' : typeof value === 'string' ? value : JSON.stringify(value))
}
