import { dirname, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import type { Environment } from '../config/load.js'
import { type RuleSet, readRuleSet, SHIPPED_RULE_SET } from '../config/rule-set.js'
import { CommandError, type CommandIo, inWords, readNamed } from './command.js'
import { type ChosenFlavors, type Decided, predict, predictFlavors, type Refused } from './predict.js'
import { type Expectation, readTestFile, type TestCase } from './test-file.js'
import { count, json, painter, printable } from './text.js'

export const TEST_HELP = `playmanifest-gateway test: tests rules by requests and what has to be decided about them

Usage:
  playmanifest-gateway test RULES.test.yaml [--config FILE] [--json]

The rules are those of --config, else of the file that the tests name under config: (beside the tests), else those that
ship. Neither the environment nor the network is used. docs/cli.md describes the file of tests.
Exit status: 0 when every case passes, 1 when one fails or the file is not right.

Examples:
  playmanifest-gateway test rules.test.yaml
  playmanifest-gateway test rules.test.yaml --config gateway.yaml
  playmanifest-gateway test rules.test.yaml --json | jq '.cases[] | select(.passed | not)'
`

interface Difference {
  key: string
  expected: unknown
  actual: unknown
}

interface Outcome {
  name: string
  line: number
  passed: boolean
  differences: readonly Difference[]
  decision: Refused | (Decided & Partial<ChosenFlavors>)
}

/** The command `test`. */
export function runTest(args: readonly string[], _env: Environment, io: CommandIo): number {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { help: { type: 'boolean', short: 'h' }, json: { type: 'boolean' }, config: { type: 'string' } }
  })
  if (values.help === true) {
    io.out(TEST_HELP)
    return 0
  }
  const [path] = positionals
  if (path === undefined || positionals.length > 1) throw new CommandError('test takes one file; see test --help.')
  const file = inWords(() => readTestFile(path, readNamed(path, io.read)))
  const config = values.config ?? (file.config === null ? null : resolve(dirname(path), file.config))
  const ruleSet = config === null ? SHIPPED_RULE_SET : inWords(() => readRuleSet(config, readNamed(config, io.read)))
  const outcomes = file.cases.map((testCase) => judge(testCase, ruleSet))
  const failed = outcomes.filter(({ passed }) => !passed).length
  const untested = untestedRules(outcomes, ruleSet)
  if (values.json === true) {
    const counts = { passed: outcomes.length - failed, failed }
    io.out(json({ ok: failed === 0, file: path, config, ...counts, untestedRules: untested, cases: outcomes }))
  } else io.out(describe(path, outcomes, untested, io.colours))
  return failed === 0 ? 0 : 1
}

function judge(testCase: TestCase, ruleSet: RuleSet): Outcome {
  const { name, line, time, flavors, expect } = testCase
  // The file of tests has no grants in it.
  const prediction = predict(ruleSet, { ...testCase, entry: () => testCase.entry, now: time ?? Date.now() })!
  const chosen = 'plan' in prediction && flavors !== null ? predictFlavors(prediction, flavors) : {}
  const decision = { ...prediction.decided, ...chosen }
  const differences = compare(expect, decision)
  return { name, line, passed: differences.length === 0, differences, decision }
}

/** Lists of ids are sets: the order is Kaltura's. */
const SETS: readonly string[] = ['flavorIds', 'gets']

function compare(expect: Expectation, decision: Outcome['decision']): Difference[] {
  // A refusal is no decision: whatever is expected of one, even that no rule matches, does not hold.
  if (decision.problem !== null && expect.problem === undefined) {
    return [{ key: 'problem', expected: null, actual: decision.problem }]
  }
  return Object.entries(expect).flatMap(([key, expected]) => {
    const found = (decision as unknown as Record<string, unknown>)[key]
    const actual = key === 'untouched' ? found !== null : found
    return spell(key, expected) === spell(key, actual) ? [] : [{ key, expected, actual }]
  })
}

function spell(key: string, value: unknown): string {
  if (SETS.includes(key) && Array.isArray(value)) return JSON.stringify(value.toSorted())
  // Names have no order, the values of parameters are text, and what is not set is not said.
  if ((key === 'adds' || key === 'filters' || key === 'manifest') && typeof value === 'object' && value !== null) {
    const set = Object.entries(value).filter(([, each]) => each !== null && each !== false)
    return JSON.stringify(set.map(String).sort())
  }
  return JSON.stringify(value) ?? 'undefined'
}

/** Rules that decided about no case. */
function untestedRules(outcomes: readonly Outcome[], { rules }: RuleSet): string[] {
  const seen = new Set(outcomes.map(({ decision }) => (decision.problem === null ? (decision as Decided).rule : null)))
  return rules.map(({ name }) => name).filter((name) => !seen.has(name))
}

function describe(path: string, outcomes: readonly Outcome[], untested: readonly string[], colours: boolean): string {
  const paint = painter(colours)
  const lines = outcomes.flatMap(({ name, line, passed, differences }) => [
    passed
      ? `${paint('green', 'ok')}      ${printable(name)}`
      : `${paint('red', 'FAILED')}  ${printable(`${path}:${line}: ${name}`)}`,
    ...differences.flatMap(({ key, expected, actual }) => [
      `          ${key}`,
      paint('green', `            expected  ${show(expected)}`),
      paint('red', `            decided   ${show(actual)}`)
    ])
  ])
  if (untested.length > 0) lines.push(paint('dim', `No case is decided by: ${printable(untested.join('; '))}`))
  const failed = outcomes.filter(({ passed }) => !passed).length
  const end =
    failed === 0
      ? paint('green', `${count(outcomes.length, 'case')} passed.`)
      : paint('red', `${failed} of ${count(outcomes.length, 'case')} failed.`)
  return `${[...lines, end].join('\n')}\n`
}

function show(value: unknown): string {
  return printable(
    value === null || value === undefined ? 'none' : typeof value === 'string' ? value : JSON.stringify(value)
  )
}
