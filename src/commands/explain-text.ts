import type { Explanation } from '../explain/report.js'
import { clipped, type Paint, painter, printable, table } from './text.js'

type Row = readonly [name: string, text: string]
type Part<K extends keyof Explanation> = NonNullable<Explanation[K]>
type Flavor = Part<'flavors'>['rows'][number]

/** Headers that every answer has alike, and that explain nothing; the JSON has them all. */
const COMMON = /^(?:access-control-|timing-allow-origin$|referrer-policy$|content-length$)/
/** Characters of a value of somebody else's. */
const MAX_VALUE = 120

/** An explanation as a person reads it, from the answer back to what it comes from. Ends with a line feed. */
export function describeExplanation(said: Explanation, colours: boolean): string {
  const paint = painter(colours)
  const parts = [
    answerPart(said, paint),
    section('Viewer', viewerRows(said), paint),
    parameterPart(said, paint),
    section('Rules', rulesRows(said), paint),
    flavorPart(said, paint),
    section('Sharing', sharingRows(said), paint),
    section('Caches', cacheRows(said), paint),
    section('Life', lifeRows(said), paint),
    section('Steps', [['ms', said.steps.map(({ step, ms }) => `${step} ${ms}`).join(', ') || 'none']], paint)
  ]
  return parts.filter((part) => part !== '').join('\n')
}

function section(title: string, rows: readonly Row[], paint: Paint): string {
  if (rows.length === 0) return ''
  const width = Math.max(...rows.map(([name]) => name.length))
  const lines = rows.map(([name, text]) => `  ${paint('dim', name.padEnd(width))}  ${printable(text)}`)
  return `${[paint('bold', title), ...lines].join('\n')}\n`
}

function show(value: unknown): string {
  return clipped(typeof value === 'string' ? value : (JSON.stringify(value) ?? 'nothing'), MAX_VALUE)
}

/** Members of an object in words, without those that are not there. */
function listed(value: string | object): string {
  if (typeof value === 'string') return value
  const members = Object.entries(value).filter(([, inner]) => inner !== null && inner !== '')
  return members.map(([name, inner]) => `${name} ${inner}`).join(', ')
}

function answerPart({ asked, answer }: Explanation, paint: Paint): string {
  const { status, kind, headers, problem, kalturaError, failure, body } = answer
  const colour = status < 400 ? 'green' : status < 500 ? 'yellow' : 'red'
  const rows: Row[] = Object.entries(headers).filter(([name]) => !COMMON.test(name))
  if (problem !== null) rows.push(['problem', `${problem.code}: ${problem.detail}`])
  if (kalturaError !== null) {
    rows.push(["Kaltura's error", [kalturaError.code, kalturaError.name, kalturaError.text].filter(Boolean).join(' ')])
  }
  if (failure !== null) rows.push(['upstream failed', failure])
  const title = `${printable(`${asked.method} ${asked.url}`)}\n`
  return `${title}${paint(colour, `${status} ${kind}`)}, ${body.bytes} bytes\n${section('Answer', rows, paint)}`
}

function viewerRows({ viewer, signature, grant }: Explanation): Row[] {
  const rows: Row[] = []
  if (viewer !== null) {
    if ('device' in viewer && viewer.device !== undefined) {
      const { class: name, os, osVersion, form, player, source, reason } = viewer.device
      const version =
        osVersion === undefined ? undefined : [osVersion.major, osVersion.minor].filter((n) => n !== undefined)
      const about = [[os, version?.join('.')].filter(Boolean).join(' '), form, player].filter(Boolean)
      rows.push(['device', [name, ...about].join(', ')], ['known by', `${source} (${reason})`])
      rows.push(['comes by', `${viewer.scheme ?? 'unknown scheme'} from ${viewer.address ?? 'an unknown address'}`])
    }
    const { ks } = viewer
    rows.push(['KS', [ks.state ?? 'not read', 'place' in ks && ks.place ? `(${ks.place})` : ''].join(' ').trim()])
  }
  if (signature !== null && signature.state !== 'none') {
    rows.push(['signature', [signature.state, signature.key && `key ${signature.key}`].filter(Boolean).join(', ')])
  }
  if (grant !== null) rows.push(['grant', show(grant)])
  return rows
}

function parameterPart({ parameters, unknownParameters }: Explanation, paint: Paint): string {
  if (parameters === null || parameters.length === 0) return ''
  const rows = parameters.map(({ name, value, from, class: kind }) => [
    name,
    value === false ? '(no value)' : clipped(value, MAX_VALUE),
    from,
    kind
  ])
  const list = table(['name', 'value', 'from', 'class'], rows).replace(/^(?=.)/gm, '  ')
  const more = unknownParameters?.length ? `  unknown: ${printable(unknownParameters.join(', '))}\n` : ''
  return `${paint('bold', 'Parameters')}\n${list}${more}`
}

function rulesRows({ rules }: Explanation): Row[] {
  if (rules === null) return []
  const rows: Row[] = [['matched', rules.matched ?? "none: Kaltura's own choice"]]
  if (rules.untouched !== null) rows.push(['no say', `it goes to Kaltura as it came, since ${rules.untouched}`])
  const others: string[] = []
  for (const trial of rules.tried) {
    if (trial.matched || trial.failed === undefined) continue
    const { condition, wants, given } = trial.failed
    const why = `${trial.rule}: ${condition} wants ${show(wants)}, given ${show(given)}`
    if (trial.nearly) rows.push(['nearly', `${why}; held: ${trial.held.join(', ')}`])
    else others.push(why)
  }
  for (const why of others) rows.push(['not', why])
  if (rules.notReached.length > 0) rows.push(['not reached', rules.notReached.join('; ')])
  const { format, protocol, delivery, cdnUrl, deliveryHosts, narrowing, sets, adds, manifest } = rules.plan
  rows.push(['plan', `format ${format}, protocol ${protocol}, delivery ${delivery}`])
  if (cdnUrl !== null) rows.push(['redirects to', cdnUrl])
  if (deliveryHosts !== null) rows.push(['hands out', deliveryHosts.join(', ')])
  if (narrowing !== null) rows.push(['narrows by', JSON.stringify(narrowing)])
  if (Object.keys(sets).length > 0) rows.push(['writes', JSON.stringify(sets)])
  if (Object.keys(adds).length > 0) rows.push(['adds', JSON.stringify(adds)])
  if (manifest !== null) rows.push(['edits', JSON.stringify(manifest)])
  const { shadow } = rules
  if (shadow !== null) {
    const otherwise = shadow.differences.map(({ aspect }) => aspect).join(', ')
    rows.push([
      'shadow rules',
      `${shadow.result}${otherwise && ` in ${otherwise}`}; matched ${shadow.matched ?? 'none'}`
    ])
  }
  return rows
}

/** Whether the viewer gets it: what Kaltura adds whatever the rule wants is dropped only where it is cut here. */
const isGot = ({ rule, kaltura, cutFromManifest }: Flavor) =>
  !cutFromManifest && (kaltura === null ? rule?.kept === true : kaltura.kept)

/** The ladder, in the order of the steps: what is kept and what is dropped, and why. */
function flavorPart({ flavors }: Explanation, paint: Paint): string {
  if (flavors === null) return ''
  const rows = flavors.rows.map((flavor) => [
    flavor.id,
    String(flavor.kbps),
    flavor.width === 0 && flavor.height === 0 ? 'audio' : `${flavor.width}x${flavor.height}`,
    isGot(flavor) ? 'kept' : flavor.rule === null && flavor.kaltura === null ? 'not looked at' : 'dropped',
    reasonOf(flavor.rule),
    flavor.cutFromManifest ? 'cut from the manifest here' : reasonOf(flavor.kaltura)
  ])
  const [head = '', ...lines] = table(['id', 'kbps', 'size', '', 'the rule', 'Kaltura'], rows, ['kbps'])
    .trimEnd()
    .split('\n')
  const painted = lines.map((line, at) => paint(isGot(flavors.rows[at]!) ? 'green' : 'dim', line))
  const by = flavors.chosenByRule === null ? 'chosen by Kaltura' : 'chosen by the rule'
  const error = flavors.kalturaError === null ? '' : `  nothing fits: Kaltura's error ${flavors.kalturaError}\n`
  return `${paint('bold', `Flavors, ${by}`)}\n${[head, ...painted].map((line) => `  ${line}\n`).join('')}${error}`
}

function reasonOf(row: Flavor['rule']): string {
  if (row === null) return '-'
  return row.kept ? `kept: ${row.reason}` : `dropped at ${row.step}: ${row.reason}`
}

function sharingRows({ sharing, entry }: Explanation): Row[] {
  const rows: Row[] = []
  if (sharing !== null) {
    const { partner } = sharing
    rows.push(['class', sharing.class ?? 'not decided'])
    for (const reason of sharing.reasons) if (reason !== sharing.class) rows.push(['since', reason])
    if (partner !== null) {
      rows.push(['partner', `${partner.id}, sharePublic ${partner.sharePublic}, credential: ${partner.credential}`])
    }
  }
  if (entry !== null) {
    rows.push(['entry', listed(entry.entry)], ['access control', listed(entry.accessControl)], ['note', entry.note])
    if (entry.parent !== null) rows.push(['parent', JSON.stringify(entry.parent)])
  }
  return rows
}

function cacheRows({ caches }: Explanation): Row[] {
  if (caches === null) return []
  const { reference, catalog, target, forTheViewer } = caches
  const left = catalog.secondsLeft === null ? '' : `, ${catalog.secondsLeft} s left`
  const rows: Row[] = reference === null ? [] : [['name', reference]]
  rows.push(['catalog', `${catalog.state ?? 'not needed'}${left}`])
  const age = target.loaded === null ? '' : `, loaded ${target.loaded.secondsAgo} s ago`
  rows.push(['target', `${target.state ?? 'not needed'}${age}`])
  if (target.upstream !== null) {
    const { status, cacheControl, kalturaError } = target.upstream
    const error = kalturaError === null ? '' : `, Kaltura's error ${kalturaError.code} ${kalturaError.name ?? ''}`
    rows.push(['upstream said', `${status}, Cache-Control ${cacheControl ?? 'none'}${error}`])
  }
  if (forTheViewer !== null) rows.push(['for the viewer', forTheViewer])
  return rows
}

function lifeRows({ life, caches }: Explanation): Row[] {
  const rows: Row[] = [['Cache-Control', life.cacheControl ?? 'none']]
  for (const { by, seconds } of [...life.bounds, ...(caches?.target.loaded?.bounds ?? [])]) {
    if (seconds !== null) rows.push(['bounded by', `${by}: ${seconds} s`])
  }
  if (life.why !== null) rows.push(['why', life.why])
  if (life.linkEnds !== null) rows.push(['the link ends', life.linkEnds])
  return rows
}
