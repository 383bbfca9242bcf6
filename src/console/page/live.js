import { ask } from './ask.js'
import { figure } from './chart.js'
import { say } from './dom.js'
import { countsBy, readMetrics } from './metrics.js'

const EVERY = 2000
/** Readings that are shown: two minutes. */
const KEPT = 60

const KINDS = {
  template: 'Redirects to Kaltura',
  target: 'Redirects to delivery',
  manifest: 'Manifests',
  document: 'Documents',
  viewer: 'Fetched for a viewer',
  grant: 'Grants',
  error: 'Kaltura’s errors',
  problem: 'Refusals',
  post: 'POST sent on',
  api: 'API calls'
}
/** Found without waiting for Kaltura. */
const HITS = ['hit', 'stale', 'stale-error']

/** What goes on, from `/metrics`: asked for only while it is looked at. */
export class Live {
  #onRefused
  #readings = []
  #isShown = false
  #isPaused = false
  #timer = null
  #button = document.querySelector('#pause')

  /** @param onRefused called when the admin side wants a token */
  constructor(onRefused) {
    this.#onRefused = onRefused
    this.#button.addEventListener('click', () => {
      this.#isPaused = !this.#isPaused
      this.#button.textContent = this.#isPaused ? 'Go on' : 'Pause'
      this.#schedule(0)
    })
    document.addEventListener('visibilitychange', () => this.#schedule(0))
  }

  show(isShown) {
    this.#isShown = isShown
    this.#schedule(0)
  }

  get #isWatched() {
    return this.#isShown && !this.#isPaused && !document.hidden
  }

  #schedule(ms) {
    clearTimeout(this.#timer)
    if (!this.#isWatched) return
    this.#timer = setTimeout(async () => {
      await this.#read()
      this.#schedule(EVERY)
    }, ms)
  }

  async #read() {
    try {
      const samples = readMetrics(await (await ask('/metrics')).text())
      this.#readings.push(readingOf(samples))
      if (this.#readings.length > KEPT + 1) this.#readings.shift()
      this.#draw()
    } catch (error) {
      if (error.status === 401) return this.#onRefused(error)
      say(document.querySelector('#health'), error.message, true)
    }
  }

  #draw() {
    const readings = this.#readings
    const failing = deltas(readings, ({ failures }) => total(failures))
    const figures = [
      figure(
        'Answers a second',
        rates(readings, ({ answers }) => total(answers)),
        perSecond,
        'strong'
      ),
      figure('Targets known', ratios(readings, 'target'), percent),
      figure('Catalogs known', ratios(readings, 'catalog'), percent),
      figure(
        'Without upstream, a second',
        rates(readings, ({ failures }) => total(failures)),
        perSecond,
        'bad'
      ),
      figure(
        'Refused for a limit, a second',
        rates(readings, ({ limited }) => limited),
        perSecond,
        'bad'
      )
    ]
    const latest = readings.at(-1).answers
    for (const [kind, name] of Object.entries(KINDS)) {
      if (latest[kind] > 0)
        figures.push(
          figure(
            `${name}, a second`,
            rates(readings, ({ answers }) => answers[kind] ?? 0),
            perSecond
          )
        )
    }
    document.querySelector('#charts').replaceChildren(...figures)
    say(
      document.querySelector('#health'),
      healthWords(readings),
      failing.some((count) => count > 0)
    )
    const answered = total(latest).toLocaleString('en')
    say(
      document.querySelector('#live-hint'),
      `Since it started: ${answered} answers to viewers. What is asked here is not among them.`
    )
  }
}

function readingOf(samples) {
  const { health: _health, preflight: _preflight, ...answers } = countsBy(samples, 'answers', 'kind')
  const lookups = (cache) => countsBy(samples, 'cache_lookups', 'state', (labels) => labels.cache === cache)
  return {
    at: performance.now(),
    answers,
    target: lookups('target'),
    catalog: lookups('catalog'),
    failures: countsBy(samples, 'upstream_failures', 'kind'),
    limited: countsBy(samples, 'rate_limited', null).all ?? 0
  }
}

/** How Kaltura does, in a sentence. */
function healthWords(readings) {
  const first = readings[0].failures
  const last = readings.at(-1).failures
  const kinds = Object.keys(last).filter((kind) => last[kind] > (first[kind] ?? 0))
  const seconds = Math.round((readings.at(-1).at - readings[0].at) / 1000)
  if (kinds.length === 0)
    return `Upstream is well: no answer had to be made without it${seconds > 0 ? ` in ${seconds} s` : ''}.`
  const told = kinds.map((kind) => `${kind} (${last[kind] - (first[kind] ?? 0)})`).join(', ')
  const breaker = kinds.includes('breaker-open') ? ' The breaker is open: Kaltura is left alone for a while.' : ''
  return `Upstream fails: ${told} in ${seconds} s.${breaker}`
}

/** Growth between readings; a gateway that started again counts from 0. */
function deltas(readings, value) {
  return readings.slice(1).map((reading, at) => {
    const grown = value(reading) - value(readings[at])
    return grown < 0 ? value(reading) : grown
  })
}

function rates(readings, value) {
  return deltas(readings, value).map((grown, at) => grown / ((readings[at + 1].at - readings[at].at) / 1000))
}

/** Of the lookups between two readings, which share was found; null where there were none. */
function ratios(readings, cache) {
  const all = deltas(readings, (reading) => total(reading[cache]))
  const found = deltas(readings, (reading) => HITS.reduce((sum, state) => sum + (reading[cache][state] ?? 0), 0))
  return all.map((count, at) => (count === 0 ? null : found[at] / count))
}

function total(counts) {
  return Object.values(counts).reduce((sum, count) => sum + count, 0)
}

function perSecond(value) {
  return value >= 100 ? Math.round(value).toLocaleString('en') : value.toFixed(1)
}

function percent(value) {
  return `${Math.round(value * 100)} %`
}
