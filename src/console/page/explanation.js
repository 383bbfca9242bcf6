import { answerCard, answerWords } from './answer-view.js'
import { diffCard } from './diff-view.js'
import { el } from './dom.js'
import { cachesCard, parametersCard, sharingCard, viewerCard } from './facts-view.js'
import { fateOf, ladderCard } from './ladder.js'
import { rulesCard } from './rules-view.js'
import { timelineCard } from './timeline.js'

/** An explanation in a few sentences. */
export function summaryOf(said) {
  const parts = [answerWords(said.answer)]
  const { rules, flavors, sharing } = said
  if (rules?.matched && rules.untouched === null) parts.push(`Rule “${rules.matched}” matched.`)
  if (flavors !== null && flavors.rows.length > 0) {
    const kept = flavors.rows.filter((row) => fateOf(row).kept).length
    parts.push(`${kept} of ${flavors.rows.length} renditions kept.`)
  }
  if (sharing?.class) parts.push(SHARING_WORDS[sharing.class] ?? '')
  return parts.filter((part) => part !== '').join(' ')
}

const SHARING_WORDS = {
  public: 'The same for everybody.',
  'per-identity': 'For this viewer alone.',
  never: 'Never shared.'
}

/**
 * Shows an explanation (docs/explain.md), part by part.
 *
 * @param link an address that asks the same again; null when it would hold a session
 */
export function showExplanation(root, said, link) {
  const parts = [
    answerCard(said),
    rulesCard(said),
    ladderCard(said),
    diffCard(said),
    parametersCard(said),
    viewerCard(said),
    sharingCard(said),
    cachesCard(said),
    timelineCard(said),
    rawCard(said, link)
  ]
  root.replaceChildren(...parts.filter((part) => part !== null))
}

function rawCard(said, link) {
  const text = JSON.stringify(said, null, 2)
  const again = link === null ? null : el('a', { href: link }, 'Link to this question')
  return el(
    'details',
    { class: 'card wide raw' },
    el('summary', {}, 'The whole explanation as JSON'),
    again === null ? null : el('p', {}, again),
    el('pre', { tabindex: '0' }, text)
  )
}
