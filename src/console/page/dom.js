const SVG = 'http://www.w3.org/2000/svg'

/**
 * An element. Children that are texts become texts: nothing that was answered ever becomes markup.
 *
 * @param attributes by name; `undefined`, `null` and `false` are left out
 */
export function el(name, attributes = {}, ...children) {
  return fill(document.createElement(name), attributes, children)
}

/** The same for a part of a picture. */
export function svg(name, attributes = {}, ...children) {
  return fill(document.createElementNS(SVG, name), attributes, children)
}

function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue
    element.setAttribute(name, value === true ? '' : String(value))
  }
  element.append(
    ...children
      .flat(Number.POSITIVE_INFINITY)
      .filter((child) => child !== null && child !== undefined && child !== false)
  )
  return element
}

/** A part of an explanation with its heading. */
export function card(title, options, ...children) {
  const id = `part-${title.toLowerCase().replace(/[^a-z]+/g, '-')}`
  const heading = el('h2', { id }, title)
  return el(
    'section',
    { class: `card ${options.wide ? 'wide' : ''}`.trim(), 'aria-labelledby': id },
    heading,
    ...children
  )
}

/** Names and values; values that are null are left out. */
export function facts(pairs) {
  const rows = pairs
    .filter(([, value]) => value !== null && value !== undefined && value !== '')
    .map(([name, value]) =>
      el('div', {}, el('dt', {}, name), el('dd', {}, value instanceof Node ? value : plain(value)))
    )
  return el('dl', {}, rows)
}

/** A table that scrolls by itself where it is too wide, by keyboard too. */
export function table(caption, head, rows, options = {}) {
  const body = rows.map((cells) =>
    el(
      'tr',
      {},
      cells.map((cell, at) => el(at === 0 ? 'th' : 'td', at === 0 ? { scope: 'row' } : {}, cell ?? ''))
    )
  )
  const headings = head.map((text) => el('th', { scope: 'col' }, text))
  return el(
    'div',
    { class: 'scroll', tabindex: '0', role: 'group', 'aria-label': caption },
    el(
      'table',
      { class: options.broad ? 'broad' : null },
      el('caption', { class: 'unseen' }, caption),
      el('thead', {}, el('tr', {}, headings)),
      el('tbody', {}, body)
    )
  )
}

/** A word with a colour that means something; the word says it too. */
export function badge(text, kind = '') {
  return el('span', { class: `badge ${kind}`.trim() }, text)
}

/** Any value in words. */
export function plain(value) {
  if (value === true) return 'yes'
  if (value === false) return 'no'
  if (Array.isArray(value)) return value.length === 0 ? 'none' : value.map(plain).join(', ')
  if (value === null) return 'none'
  if (typeof value === 'object') {
    const pairs = Object.entries(value).filter(([, inner]) => inner !== null)
    return pairs.length === 0 ? 'nothing' : pairs.map(([name, inner]) => `${name}: ${plain(inner)}`).join('; ')
  }
  return String(value)
}

/** Writes a sentence, as an error or not. */
export function say(element, text, isError = false) {
  element.textContent = text
  element.classList.toggle('bad', isError)
}
