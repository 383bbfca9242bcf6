/** Headers worth showing, in the order of the page. */
const SHOWN = [
  'location',
  'content-type',
  'cache-control',
  'vary',
  'etag',
  'retry-after',
  'x-kaltura',
  'x-kaltura-app',
  'x-kaltura-acp'
]

const NAMES = { gateway: 'Gateway', kaltura: 'Kaltura', cdn: 'CDN' }

const REASONS = {
  200: 'OK',
  302: 'Found',
  400: 'Bad Request',
  403: 'Forbidden',
  404: 'Not Found',
  429: 'Too Many Requests',
  500: 'Internal Server Error',
  502: 'Bad Gateway',
  503: 'Service Unavailable',
  504: 'Gateway Timeout'
}

/** What Kaltura's own error numbers mean, for answers that come from Kaltura itself and bring no text. */
const KALTURA_ERRORS = {
  1: 'the entry does not exist',
  2: 'the entry is outside its schedule',
  3: 'an access control rule blocks this viewer',
  6: 'no rendition is ready',
  7: 'the session (ks) is not valid',
  13: 'the entry is not approved by moderation',
  25: 'the entry is not delivered in this format',
  31: 'the session (ks) has expired',
  36: 'the live stream is not on air'
}

/**
 * What the answer means in a sentence.
 *
 * @param asked the answer of `/ask`
 * @returns `playable`: the way ended in something that a player can read; `type`: its content type
 */
export function judge({ hops, leadsTo }) {
  const first = hops[0]
  const last = hops.at(-1)
  const type = last.headers['content-type'] ?? ''
  if (last.status >= 400) return { playable: false, type, text: refusal(last) }
  if (leadsTo !== null) return { playable: true, type, text: `The gateway sends the viewer to ${leadsTo}.` }
  if (first.status === 200) return { playable: true, type, text: 'The gateway answered with the manifest itself.' }
  const to = hops[1]?.by
  const text =
    to === 'cdn'
      ? 'The gateway sends the viewer straight to the CDN.'
      : 'The gateway sends the viewer to Kaltura, which decides for this viewer.'
  return { playable: true, type, text }
}

function refusal({ by, status, headers, body }) {
  const number = /error-(\d+)/.exec(headers['x-kaltura'] ?? '')?.[1]
  const detail = problemDetail(headers, body) ?? (number && KALTURA_ERRORS[number])
  const code = number ? `, error ${number}` : ''
  return `${NAMES[by]} refused (${status}${code})${detail ? `: ${detail.replace(/\.$/, '')}` : ''}.`
}

function problemDetail(headers, body) {
  if (!headers['content-type']?.startsWith('application/problem+json')) return null
  try {
    return JSON.parse(body).detail ?? null
  } catch {
    return null
  }
}

/** Shows an answer: the sentence, what it took, and every hop with its headers and first lines. */
export function showAnswer(asked) {
  const { playable, text } = judge(asked)
  say(document.querySelector('#summary'), `${text} ${effort(asked)}`, !playable)
  document.querySelector('#hops').replaceChildren(...asked.hops.map(hopItem))
}

/** Empties the answer and says why. */
export function clearAnswer(text, isError = false) {
  say(document.querySelector('#summary'), text, isError)
  document.querySelector('#hops').replaceChildren()
}

/** Writes a sentence, as an error or not. */
export function say(element, text, isError = false) {
  element.textContent = text
  element.classList.toggle('bad', isError)
}

function effort({ ms, calls }) {
  const kinds = [
    [calls.api, 'API'],
    [calls.playManifest, 'playManifest']
  ]
  const parts = kinds
    .filter(([count]) => count > 0)
    .map(([count, kind]) => `${count} ${kind} ${count === 1 ? 'request' : 'requests'}`)
  const asked = parts.length === 0 ? 'Kaltura was not asked' : `Kaltura got ${parts.join(' and ')}`
  return `It took ${ms < 10 ? ms.toFixed(1) : Math.round(ms)} ms; ${asked}.`
}

function hopItem({ by, url, status, headers, body }) {
  const item = document.createElement('li')
  const title = element('h3', `${NAMES[by]}: `)
  title.append(element('span', `${status} ${REASONS[status] ?? ''}`.trim(), status < 400 ? 'ok' : 'refused'))
  const list = document.createElement('dl')
  list.append(element('dt', 'URL'), element('dd', url))
  for (const name of SHOWN) {
    if (headers[name] !== undefined) list.append(element('dt', titleCase(name)), element('dd', headers[name]))
  }
  item.append(title, list)
  if (body.trim() !== '') {
    const lines = element('pre', readable(headers, body))
    lines.tabIndex = 0
    lines.setAttribute('role', 'group')
    lines.setAttribute('aria-label', `First lines of the answer of ${NAMES[by]}`)
    item.append(lines)
  }
  return item
}

function readable(headers, body) {
  if (!headers['content-type']?.includes('json')) return body
  try {
    return JSON.stringify(JSON.parse(body), null, 2)
  } catch {
    return body
  }
}

function titleCase(name) {
  const words = { etag: 'ETag', acp: 'ACP' }
  return name
    .split('-')
    .map((word) => words[word] ?? word.charAt(0).toUpperCase() + word.slice(1))
    .join('-')
}

function element(name, text, className = '') {
  const made = document.createElement(name)
  made.textContent = text
  if (className !== '') made.className = className
  return made
}
