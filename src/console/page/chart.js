import { el, svg } from './dom.js'

const WIDTH = 240
const HEIGHT = 44

/**
 * A small figure: name, number, and how it went.
 *
 * @param values the newest last; null where there is none
 * @param text writes one of them
 * @param kind `bad`: anything but 0 is
 */
export function figure(name, values, text, kind = '') {
  const known = values.filter((value) => value !== null)
  const now = values.at(-1) ?? null
  const most = Math.max(...known, 0)
  return el(
    'div',
    { class: kind !== '' && most > 0 ? `figure ${kind}` : 'figure' },
    el('h3', {}, name),
    el('p', { class: 'value' }, now === null ? '–' : text(now)),
    line(values, most),
    el('p', { class: 'hint' }, known.length === 0 ? 'nothing yet' : `highest: ${text(most)}`)
  )
}

function line(values, most) {
  const step = WIDTH / Math.max(1, values.length - 1)
  const points = values
    .map((value, at) =>
      value === null
        ? null
        : `${(at * step).toFixed(1)},${(HEIGHT - 2 - (most === 0 ? 0 : (value / most) * (HEIGHT - 6))).toFixed(1)}`
    )
    .filter((point) => point !== null)
  const first = points[0]?.split(',')[0]
  const last = points.at(-1)?.split(',')[0]
  return svg(
    'svg',
    { 'aria-hidden': 'true', viewBox: `0 0 ${WIDTH} ${HEIGHT}`, preserveAspectRatio: 'none', class: 'spark' },
    points.length < 2 ? null : svg('polygon', { points: `${first},${HEIGHT} ${points.join(' ')} ${last},${HEIGHT}` }),
    points.length < 2 ? null : svg('polyline', { points: points.join(' '), 'vector-effect': 'non-scaling-stroke' })
  )
}
