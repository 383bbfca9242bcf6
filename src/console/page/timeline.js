import { card, el, svg } from './dom.js'

const NAMES = {
  parse: 'read the URL',
  signature: 'signature, presets',
  name: 'name of the entry',
  viewer: 'viewer and device',
  rules: 'rules',
  catalog: 'catalog',
  flavors: 'renditions',
  target: 'target',
  'for-the-viewer': 'for this viewer',
  render: 'answer'
}

/** The steps one after another, each a bar as long as it took, where it began. */
export function timelineCard({ steps }) {
  if (steps.length === 0) return null
  const total = steps.reduce((sum, { ms }) => sum + ms, 0)
  let at = 0
  const rows = steps.map(({ step, ms }) => {
    const bar = svg('rect', {
      x: `${(at / total) * 100}%`,
      width: `${Math.max(0.6, (ms / total) * 100)}%`,
      y: 3,
      height: 10,
      rx: 2
    })
    at += ms
    return el(
      'tr',
      {},
      el('th', { scope: 'row' }, NAMES[step] ?? step),
      el('td', { class: 'bar' }, svg('svg', { 'aria-hidden': 'true', height: 16, width: '100%' }, bar)),
      el('td', { class: 'number' }, `${ms.toFixed(2)} ms`)
    )
  })
  return card(
    'Timeline',
    { wide: true },
    el('p', { class: 'hint' }, `${total.toFixed(2)} ms in all, asked within the process.`),
    el(
      'table',
      { class: 'timeline' },
      el('caption', { class: 'unseen' }, 'Steps and how long each took'),
      el('tbody', {}, rows)
    )
  )
}
