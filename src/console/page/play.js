import { say } from './dom.js'
import { Player } from './player.js'

/** Content types by the beginning of a format's name; what is not here no browser plays. */
const TYPES = [
  [/^(?:applehttp|hls)/, 'application/vnd.apple.mpegurl'],
  [/^mpegdash/, 'application/dash+xml'],
  [/^(?:url|download)$/, 'video/mp4']
]
const LOOPBACK = /^(?:localhost|127(?:\.\d+){3}|\[::1\])$/

/** Plays what was explained, from the gateway that viewers ask. */
export class PlayPart {
  #settings
  #form
  #card = document.querySelector('#play-card')
  #video = document.querySelector('video')
  #state = document.querySelector('#play-state')
  #player = new Player(this.#video, (text, isError) => say(this.#state, text, isError))
  #offered = null

  constructor(settings, form) {
    this.#settings = settings
    this.#form = form
    document.querySelector('#play').addEventListener('click', () => this.#play())
    document.querySelector('#stop').addEventListener('click', () => this.stop())
  }

  /** @param url as it was asked; @param said its explanation */
  offer(url, said) {
    const format = said.rules?.plan.format ?? ''
    const type = TYPES.find(([names]) => names.test(format))?.[1] ?? null
    const reason = this.#reasonAgainst(said, type, format)
    this.#card.hidden = false
    document.querySelector('#play').disabled = reason !== null
    say(document.querySelector('#play-hint'), reason ?? this.#hint(url))
    say(this.#state, '')
    this.#offered = reason === null ? { url: this.#urlOf(url), type } : null
  }

  hide() {
    this.#card.hidden = true
    this.#offered = null
  }

  async stop() {
    this.#video.hidden = true
    say(this.#state, '')
    await this.#player.stop()
  }

  async #play() {
    if (this.#offered === null) return
    this.#video.hidden = false
    say(this.#state, 'Loading …')
    await this.#player.play(this.#offered.url, this.#offered.type)
  }

  #reasonAgainst({ asked, answer }, type, format) {
    const { gatewayUrl } = this.#settings
    if (answer.status >= 400) return 'There is nothing to play: the answer is an error.'
    if (asked.method !== 'GET') return 'Only a GET is played.'
    if (type === null) return format === '' ? 'There is nothing to play.' : `No browser plays the format ${format}.`
    if (gatewayUrl === null) return 'Where viewers reach the gateway is not known here: set PUBLIC_URL.'
    const { hostname, protocol } = new URL(gatewayUrl)
    if (LOOPBACK.test(hostname) && !LOOPBACK.test(location.hostname))
      return `The gateway listens on ${hostname} of its own machine: set PUBLIC_URL to play from here.`
    if (location.protocol === 'https:' && protocol === 'http:' && !LOOPBACK.test(hostname))
      return 'A page by https may not play from a gateway by http: set PUBLIC_URL to its https address.'
    return null
  }

  /** As a player would ask; the device by the parameter for that, since no page may change its browser's User-Agent. */
  #urlOf(url) {
    const { hint, ks } = this.#form.player
    const path = url.replace(/^https?:\/\/[^/?#]*/i, '')
    const more = [
      ...(this.#hints(url) ? [`device=${hint}`] : []),
      ...(ks === '' ? [] : [`ks=${encodeURIComponent(ks)}`])
    ]
    const mark = path.includes('?') ? '&' : '?'
    return this.#settings.gatewayUrl + path + (more.length === 0 ? '' : mark + more.join('&'))
  }

  /** Whether the URL takes the device: one that is signed would not hold any more, and one device is enough. */
  #hints(url) {
    return this.#form.player.hint !== null && !/[?&/](?:signature|grant|device)[=/]/.test(url)
  }

  #hint(url) {
    const { hint, own, ks } = this.#form.player
    const { host } = new URL(this.#settings.gatewayUrl)
    const as = this.#hints(url)
      ? `as device=${hint}`
      : hint === null && !own
        ? 'as this browser'
        : 'as this browser, whose User-Agent no page can change'
    return `From ${host}, ${as}.${ks === '' ? '' : ' The session goes into the address that is asked, as every player does it.'}`
  }
}
