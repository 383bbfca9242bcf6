import { badge, card, el, facts } from './dom.js'

const KINDS = {
  template: 'sends the viewer to Kaltura, which decides for this viewer',
  target: 'sends the viewer straight to the delivery network',
  manifest: 'the manifest itself',
  document: 'a document of Kaltura’s',
  viewer: 'fetched from Kaltura for this viewer',
  grant: 'one flavor of a private entry, by a grant',
  post: 'a POST is sent on to Kaltura as it came'
}

/** What is answered, in a sentence. */
export function answerWords({ status, kind, problem, kalturaError, failure }) {
  const why = failure === null ? '' : ` Upstream failed: ${failure.replace(/\.$/, '')}.`
  if (problem !== null && kalturaError === null)
    return `${status}: ${problem.title ?? problem.code}. ${problem.detail ?? ''}${why}`
  if (kalturaError !== null)
    return `${status}: Kaltura’s error ${kalturaError.code}, ${kalturaError.name ?? 'unknown'}.${why}`
  return `${status}: ${KINDS[kind] ?? kind}.${why}`
}

/** Status, headers and what went wrong. */
export function answerCard({ answer, asked }) {
  const { status, headers, body, problem, kalturaError, failure } = answer
  const { location, ...others } = headers
  const kind = status >= 500 ? 'bad' : status >= 400 ? 'warn' : 'good'
  return card(
    'Answer',
    { wide: true },
    el('p', { class: 'lead' }, badge(String(status), kind), ' ', answerWords(answer).replace(/^\d+: /, '')),
    facts([
      ['asked', `${asked.method} ${asked.url}`],
      ['location', location ?? null],
      [
        'error of Kaltura',
        kalturaError === null ? null : `${kalturaError.code} ${kalturaError.name ?? ''}: ${kalturaError.text ?? ''}`
      ],
      ['problem', problem?.code ?? null],
      ['upstream failed', failure],
      ['body', body.bytes === 0 ? null : `${body.bytes.toLocaleString('en')} bytes`]
    ]),
    el('details', {}, el('summary', {}, 'Headers'), facts(Object.entries(others)))
  )
}
