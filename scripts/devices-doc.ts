import { predict } from '../src/commands/predict.js'
import { SHIPPED_RULE_SET } from '../src/config/rule-set.js'
import { type Device, deviceFromUserAgent } from '../src/viewer/device.js'
import { DEVICE_HINTS, deviceFromHint } from '../src/viewer/device-hint.js'
import { identifyDevice } from '../src/viewer/identify-device.js'
import { USER_AGENT_TABLE } from '../src/viewer/user-agent-table.js'
import { HEADER_EXAMPLES, USER_AGENT_EXAMPLES } from './device-examples.js'

const INTRO = `# Devices

<!-- Made by \`npm run docs\` from src/viewer and scripts/device-examples.ts: change these, not this page. -->

What the gateway takes a device for, and what the [rules that ship](rules.md#what-ships) make of it. \`device\`, \`form\`, \`player\` and \`os\`
are what [rules](rules.md#your-own) may ask for; an empty cell is unknown, and a condition on it does not hold. Beside it
stands what \`format/auto\` becomes, and the rule that says so.

The class comes from \`device=\` in the URL, else from a CDN's headers when the proxy is in \`TRUST_PROXY\`, else from Client Hints, else
from the User-Agent. A vague answer is made sharper by a later one: "tablet" of a CDN and an iPad in the User-Agent are an iPad.
\`explain\` says of a request which row or header decided.

Android tablets, phones and sets look alike in apps, so their form is often unknown. An iPad that asks for desktop pages (the
default since iPadOS 13) sends what Safari on a Mac sends: \`mac-safari\`.`

/** docs/devices.md: the tables of src/viewer, each row with an example and what the shipped rules decide about it. */
export function devicesDoc(): string {
  const agents = USER_AGENT_TABLE.flatMap(({ device: { reason } }) =>
    (USER_AGENT_EXAMPLES[reason] ?? []).map((agent) => {
      const device = deviceFromUserAgent(agent)
      return row([`\`${reason}\``, ...cellsOf(device), decided({ 'user-agent': agent }), `\`${agent}\``])
    })
  )
  const unknown = row(['none of them', 'unknown', '', '', '', decided({}), ''])
  const hints = [...DEVICE_HINTS, 'android-2', 'ipad/12.5'].map((word) =>
    row([`\`${word}\``, ...cellsOf(deviceFromHint(word)!), decided({}, `?device=${word}`)])
  )
  const headers = HEADER_EXAMPLES.map(({ of, headers: named }) => {
    const lower = Object.fromEntries(Object.entries(named).map(([name, value]) => [name.toLowerCase(), value]))
    const { device } = identifyDevice({ headers: lower, cdnHeaders: lower })
    const text = Object.entries(named).map(([name, value]) => `\`${name}: ${value}\``)
    return row([of, text.join(' '), ...cellsOf(device), decided(lower)])
  })
  return `${[
    INTRO,
    '',
    '## User-Agents',
    '',
    'In this order; the first row that fits decides.',
    '',
    head(['row', 'device', 'form', 'player', 'os', '`format/auto` becomes', 'example']),
    ...agents,
    unknown,
    '',
    '## Words for `device=`',
    '',
    'In any case. Where the system is known, a version may follow behind `-` or `/`. Any other word is refused (400 `BAD_DEVICE`).',
    '',
    head(['word', 'device', 'form', 'player', 'os', '`format/auto` becomes']),
    ...hints,
    '',
    '## Headers',
    '',
    'Examples. What only says "tablet" or "mobile" leaves the class to the User-Agent.',
    '',
    head(['of', 'headers', 'device', 'form', 'player', 'os', '`format/auto` becomes']),
    ...headers
  ].join('\n')}\n`
}

function cellsOf({ class: name, form, player, os, osVersion }: Device): string[] {
  const version =
    osVersion === undefined ? [] : [[osVersion.major, osVersion.minor].filter((part) => part !== undefined).join('.')]
  return [name, form ?? '', player ?? '', os === undefined ? '' : [os, ...version].join(' ')]
}

/** What the rules that ship decide for `format/auto`. */
function decided(headers: Record<string, string>, query = ''): string {
  const target = `/p/101/sp/10100/playManifest/entryId/0_abc/format/auto${query}`
  const { decided: found } = predict(SHIPPED_RULE_SET, { target, headers, trusted: true, scheme: 'https', now: 0 })!
  if (found.problem !== null) throw new Error(`an example is refused: ${found.problem}`)
  return `\`${found.format}\` (${found.rule})`
}

function head(cells: readonly string[]): string {
  return `${row(cells)}\n|${cells.map(() => '---|').join('')}`
}

function row(cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`.replace(/ {2,}/g, ' ')
}
