import { badge, card, el } from './dom.js'
import { load } from './scripts.js'

/** Lines around a change that are shown with it. */
const AROUND = 3
/** Characters of a line in which words are not compared any more. */
const LONG = 2000
/** Changes and ms after which the two are only put one below the other. */
const BOUNDS = { maxEditLength: 4000, timeout: 1500 }

/** The manifest as upstream wrote it and as it is answered, line by line. */
export function diffCard({ manifest }) {
  if (manifest === null) return null
  const { kind, edited, before, after, note } = manifest
  const body = el('div', { class: 'diff-body' })
  const part = card(
    'Manifest, before and after',
    { wide: true },
    el(
      'p',
      { class: 'lead' },
      badge(kind === 'hls' ? 'HLS' : 'DASH'),
      ' ',
      edited === null
        ? `Only what is answered is known: ${note}.`
        : edited
          ? 'Lines that were taken out and put in here.'
          : 'Answered byte for byte as upstream wrote it.'
    ),
    note !== null && edited !== null ? el('p', { class: 'hint' }, `Not shown: ${note}.`) : null,
    body
  )
  if (after === null) return part
  if (before === null || before === after) body.append(listing([{ sign: ' ', lines: linesOf(after) }], false))
  else showDiff(body, before, after)
  return part
}

async function showDiff(body, before, after) {
  try {
    await load('diff.min.js')
    const changes = window.Diff.diffLines(before, after, BOUNDS)
    const parts = (
      changes ?? [
        { removed: true, value: before },
        { added: true, value: after }
      ]
    ).map(({ added, removed, value }) => ({ sign: added ? '+' : removed ? '−' : ' ', lines: linesOf(value) }))
    for (const [at, part] of parts.entries()) {
      const next = parts[at + 1]
      if (part.sign === '−' && next?.sign === '+') markChanges(part, next)
    }
    body.replaceChildren(listing(parts, true))
  } catch (error) {
    body.replaceChildren(el('p', { class: 'bad' }, `${error.message}.`))
  }
}

/** Where a line was put in for another, the words in which they differ: in a long line nobody would find them. */
function markChanges(removed, added) {
  const shift = removed.lines.length - added.lines.length
  if (shift < 0) return
  // What was taken out whole stands before what was changed.
  for (const [at, line] of added.lines.entries()) {
    const was = removed.lines[at + shift]
    if (was.length > LONG || line.length > LONG) continue
    const words = window.Diff.diffWordsWithSpace(was, line)
    const same = words.reduce((sum, word) => sum + (word.added || word.removed ? 0 : word.value.length), 0)
    if (same < line.length / 2) continue
    removed.lines[at + shift] = words.filter((word) => !word.added).map((word) => marked(word.removed, word.value))
    added.lines[at] = words.filter((word) => !word.removed).map((word) => marked(word.added, word.value))
  }
}

function marked(isChange, text) {
  return isChange ? el('mark', {}, text) : text
}

function linesOf(text) {
  return text.replace(/\r?\n$/, '').split(/\r?\n/)
}

const TAGS = { '+': 'ins', '−': 'del', ' ': 'span' }
const SAID = { '+': 'put in: ', '−': 'taken out: ', ' ': '' }

function listing(parts, folded) {
  const list = el('div', { class: 'diff', tabindex: '0', role: 'group', 'aria-label': 'Lines of the manifest' })
  for (const [at, { sign, lines }] of parts.entries()) {
    if (sign !== ' ' || !folded) {
      list.append(...lines.map((line) => lineOf(sign, line)))
      continue
    }
    const first = at === 0 ? 0 : AROUND
    const last = at === parts.length - 1 ? 0 : AROUND
    if (lines.length <= first + last + 1) {
      list.append(...lines.map((line) => lineOf(sign, line)))
      continue
    }
    const hidden = lines.slice(first, lines.length - last)
    const more = el('button', { type: 'button', class: 'fold' }, `${hidden.length} lines that are the same`)
    more.addEventListener('click', () => {
      const shown = hidden.map((line) => lineOf(' ', line))
      more.replaceWith(...shown)
      list.focus()
    })
    list.append(
      ...lines.slice(0, first).map((line) => lineOf(' ', line)),
      more,
      ...lines.slice(lines.length - last).map((line) => lineOf(' ', line))
    )
  }
  return list
}

function lineOf(sign, line) {
  const mark = el('span', { class: 'sign', 'aria-hidden': 'true' }, sign)
  const said = SAID[sign] === '' ? null : el('span', { class: 'unseen' }, SAID[sign])
  return el(TAGS[sign], { class: 'line' }, mark, said, el('span', { class: 'text' }, line))
}
