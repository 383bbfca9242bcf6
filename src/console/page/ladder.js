import { badge, card, el, svg, table } from './dom.js'

const LEFT = 62
const RIGHT = 22
const TOP = 20
const BOTTOM = 44
const RADIUS = 11

/**
 * What became of a rendition: whether it is in the answer, and the word that decided.
 *
 * @param row of `flavors.rows`: what the rule said, then what Kaltura's own selection says
 */
export function fateOf({ rule, kaltura, cutFromManifest }) {
  if (cutFromManifest) {
    const why = rule?.kept === false ? rule : kaltura
    return { kept: false, by: 'cut from the manifest', step: why?.step ?? '', reason: why?.reason ?? '' }
  }
  const kept = kaltura === null ? rule?.kept === true : kaltura.kept
  if (kept && kaltura !== null && rule?.kept === false) return { kept, by: 'added by Kaltura', ...words(kaltura) }
  if (kept) return { kept, by: 'kept', ...words(rule ?? kaltura) }
  if (rule?.kept === false) return { kept, by: 'dropped by the rule', ...words(rule) }
  if (kaltura !== null) return { kept, by: 'dropped by Kaltura', ...words(kaltura) }
  return { kept, by: 'not looked at', step: '', reason: '' }
}

function words(row) {
  return { step: row?.step ?? '', reason: row?.reason ?? '' }
}

/** The renditions as a picture and as a table. */
export function ladderCard({ flavors }) {
  if (flavors === null || flavors.rows.length === 0) return null
  const rows = flavors.rows.map((row, at) => ({ ...row, number: at + 1, fate: fateOf(row) }))
  const picture = el('div', { class: 'ladder' })
  const draw = () => picture.replaceChildren(ladderPicture(rows, Math.max(260, picture.clientWidth || 640)))
  new ResizeObserver(draw).observe(picture)
  draw()
  return card(
    'Renditions',
    { wide: true },
    el(
      'p',
      { class: 'legend', 'aria-hidden': 'true' },
      key('kept'),
      'kept',
      key('dropped'),
      'dropped; the numbers are those of the table'
    ),
    picture,
    table(
      'Renditions in the order of the steps',
      ['#', 'rendition', 'kbps', 'what became of it', 'why', 'flavor', 'tags'],
      rows.map(({ number, fate, ...row }) => [
        String(number),
        nameOf(row),
        String(row.kbps),
        badge(fate.by, fate.kept ? 'good' : ''),
        `${fate.step === '' ? '' : `${fate.step}: `}${fate.reason}`,
        el('span', {}, el('code', {}, row.id), ` params ${row.flavorParamsId}`),
        row.tags.join(', ')
      ]),
      { broad: true }
    )
  )
}

function key(kind) {
  return svg(
    'svg',
    { width: 18, height: 18, viewBox: '0 0 18 18' },
    svg('circle', { class: `mark ${kind}`, cx: 9, cy: 9, r: 7 })
  )
}

function nameOf({ height, width, language, codec }) {
  if (height > 0) return `${height}p${codec ? `, ${codec}` : ''}`
  return width > 0 ? `${width} wide` : `sound${language ? `, ${language}` : ''}`
}

/** Bitrate to the right (logarithmic), height upwards; sound alone on the lowest line. */
function ladderPicture(rows, width) {
  const heights = [...new Set(rows.map(({ height }) => height))].sort((a, b) => a - b)
  const high = Math.min(380, Math.max(150, heights.length * 46 + TOP + BOTTOM))
  const kbps = rows.map((row) => Math.max(1, row.kbps))
  const low = Math.min(...kbps) * 0.75
  const top = Math.max(...kbps) * 1.35
  const x = (rate) => LEFT + (Math.log(Math.max(1, rate) / low) / Math.log(top / low)) * (width - LEFT - RIGHT)
  // Heights are as far apart as they differ, but never so near that their names touch.
  const places = spread(heights, high - TOP - BOTTOM)
  const y = (height) => high - BOTTOM - places.get(height)
  const marks = apart(rows.map((row) => ({ row, x: x(row.kbps), y: y(row.height) })))
  const kept = marks.filter(({ row }) => row.fate.kept && row.height > 0).sort((a, b) => a.row.kbps - b.row.kbps)
  const title = `${rows.filter(({ fate }) => fate.kept).length} of ${rows.length} renditions kept`
  const desc = rows.map((row) => `${row.number}: ${nameOf(row)}, ${row.kbps} kbps, ${row.fate.by}`).join('; ')
  return svg(
    'svg',
    {
      role: 'img',
      'aria-labelledby': 'ladder-title ladder-desc',
      viewBox: `0 0 ${width} ${high}`,
      width,
      height: high
    },
    svg('title', { id: 'ladder-title' }, title),
    svg('desc', { id: 'ladder-desc' }, desc),
    heights.map((height) => [
      svg('line', { class: 'grid', x1: LEFT, x2: width - RIGHT, y1: y(height), y2: y(height) }),
      svg(
        'text',
        { class: 'axis', x: LEFT - 10, y: y(height) + 4, 'text-anchor': 'end' },
        height > 0 ? `${height}p` : 'sound'
      )
    ]),
    ticks(low, top, width < 420).map((rate) => [
      svg('line', { class: 'tick', x1: x(rate), x2: x(rate), y1: high - BOTTOM + 12, y2: high - BOTTOM + 18 }),
      svg(
        'text',
        { class: 'axis', x: x(rate), y: high - 12, 'text-anchor': 'middle' },
        rate >= 1000 ? `${rate / 1000}M` : String(rate)
      )
    ]),
    svg('text', { class: 'axis', x: 4, y: high - 12 }, 'kbps'),
    kept.length > 1
      ? svg('polyline', { class: 'rungs', points: kept.map((mark) => `${mark.x},${mark.y}`).join(' ') })
      : null,
    // The kept ones over the others.
    [...marks]
      .sort((a, b) => Number(a.row.fate.kept) - Number(b.row.fate.kept))
      .map(markOf)
  )
}

function markOf({ row, x, y }) {
  const { kept, by, reason } = row.fate
  return svg(
    'g',
    { class: kept ? 'kept' : 'dropped' },
    svg('title', {}, `${nameOf(row)}, ${row.kbps} kbps: ${by}${reason ? ` (${reason})` : ''}`),
    svg('circle', { class: `mark ${kept ? 'kept' : 'dropped'}`, cx: x, cy: y, r: RADIUS }),
    svg(
      'text',
      { class: `count ${kept ? 'kept' : 'dropped'}`, x, y: y + 4, 'text-anchor': 'middle' },
      String(row.number)
    )
  )
}

function spread(heights, room) {
  const last = heights.at(-1) ?? 0
  const least = Math.min(34, heights.length > 1 ? room / (heights.length - 1) : room)
  const places = new Map()
  let at = 0
  for (const [index, height] of heights.entries()) {
    const wanted = last === 0 ? 0 : (height / last) * room
    const left = (heights.length - 1 - index) * least
    at = index === 0 ? Math.min(wanted, 0) : Math.min(Math.max(wanted, at + least), room - left)
    places.set(height, at)
  }
  return places
}

/** Marks that would lie on each other are put side by side. */
function apart(marks) {
  const placed = []
  for (const mark of marks) {
    while (placed.some((other) => Math.hypot(other.x - mark.x, other.y - mark.y) < 2 * RADIUS - 2)) mark.x += 2 * RADIUS
    placed.push(mark)
  }
  return placed
}

function ticks(low, top, few) {
  const all = []
  for (let power = 1; power <= 1e6; power *= 10) for (const digit of few ? [1, 3] : [1, 2, 5]) all.push(digit * power)
  return all.filter((rate) => rate >= low && rate <= top)
}
