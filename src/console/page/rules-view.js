import { badge, card, el, facts, plain } from './dom.js'

/** The rules that were looked at, in order: which one matched, what the others failed at. */
export function rulesCard({ rules }) {
  if (rules === null) return null
  const { tried, notReached, plan, matched } = rules
  return card(
    'Why this rule',
    { wide: true },
    el('ol', { class: 'rules' }, tried.map(trial)),
    notReached.length === 0 ? null : el('p', { class: 'hint' }, `Not looked at any more: ${notReached.join(', ')}.`),
    matched === null ? el('p', {}, 'No rule matched: the request goes on as it came.') : null,
    el('h3', {}, 'What follows'),
    facts([
      ['format', plan.format],
      ['protocol', plan.protocol],
      ['delivery', plan.delivery],
      ['redirects to', plan.cdnUrl],
      ['hands out what is at', plan.deliveryHosts?.join(', ') ?? null],
      ['tags, first level that is there', plan.narrowing?.levels?.map((level) => level.join('+')).join(' → ') ?? null],
      ['audio only', plan.narrowing?.excludeAudioOnly ? 'left out' : null],
      ['one rendition', plan.narrowing?.single ?? null],
      ['highest bitrate', plan.narrowing?.maxBitrate == null ? null : `${plan.narrowing.maxBitrate} kbps`],
      ['sets', Object.keys(plan.sets ?? {}).length === 0 ? null : plain(plan.sets)],
      ['rules looked at', plain(plan.reads)]
    ])
  )
}

function trial({ rule, matched, nearly, held, failed }) {
  const mark = matched ? badge('matched', 'good') : nearly ? badge('nearly', 'warn') : badge('no')
  const heldWords = held.length === 0 ? '' : `${held.join(', ')} ${held.length === 1 ? 'fits' : 'fit'}`
  const words = matched
    ? heldWords || 'fits everything'
    : [heldWords, `${failed.condition} wants ${wanted(failed.wants)}, is ${plain(failed.given)}`]
        .filter(Boolean)
        .join('; ')
  return el(
    'li',
    { class: matched ? 'matched' : nearly ? 'nearly' : '' },
    mark,
    el('strong', {}, rule),
    el('span', {}, words)
  )
}

function wanted(wants) {
  return Array.isArray(wants) ? wants.map(plain).join(' or ') : plain(wants)
}
