import { load } from './scripts.js'

/** What hls.js calls its errors, in words. */
const HLS_WORDS = {
  manifestLoadError: 'the manifest could not be loaded',
  manifestLoadTimeOut: 'the manifest did not come in time',
  manifestParsingError: 'the manifest could not be read',
  manifestIncompatibleCodecsError: 'this browser cannot play the codecs of the manifest',
  levelLoadError: 'the playlist of a rendition could not be loaded',
  levelEmptyError: 'the playlist of a rendition is empty',
  audioTrackLoadError: 'the playlist of a language could not be loaded',
  fragLoadError: 'a piece of media could not be loaded',
  fragLoadTimeOut: 'a piece of media did not come in time',
  fragParsingError: 'a piece of media could not be read',
  bufferAppendError: 'this browser refused a piece of media'
}

/** Numbers of shaka-player's errors, in words; a number that is missing here is told by its hundred. */
const SHAKA_WORDS = {
  1001: 'the server refused',
  1002: 'the server could not be reached',
  1003: 'the server did not answer in time',
  3016: 'this browser cannot play the media',
  4000: 'the manifest could not be understood',
  4001: 'the manifest could not be read',
  4032: 'this browser cannot play the codecs of the manifest',
  4036: 'the manifest holds no media'
}

const MEDIA_WORDS = {
  1: 'playing was stopped',
  2: 'the media could not be loaded',
  3: 'the media could not be decoded',
  4: 'the media could not be loaded, or this browser cannot play them'
}

/** Plays one URL at a time in a video element, with the player that its content type needs. */
export class Player {
  #video
  #report
  #stop = async () => {}
  /** Grows with every start: what an earlier one still has to say is not of interest. */
  #turn = 0

  /** @param report called with a sentence and whether it is an error */
  constructor(video, report) {
    this.#video = video
    this.#report = report
    video.addEventListener('error', () => {
      const { error } = video
      if (error !== null && video.hasAttribute('src')) this.#fail('The browser', MEDIA_WORDS[error.code], error.message)
    })
    for (const event of ['playing', 'resize']) video.addEventListener(event, () => this.#tellPlaying())
  }

  #name = ''

  /** Starts a URL. `type` is the content type at its end. */
  async play(url, type) {
    await this.stop()
    const turn = ++this.#turn
    try {
      if (/mpegurl/i.test(type)) await this.#playHls(url, turn)
      else if (/dash\+xml/i.test(type)) await this.#playDash(url, turn)
      else this.#playFile(url, 'The browser itself')
    } catch (error) {
      if (turn === this.#turn) this.#fail(this.#name || 'The player', error.message)
    }
  }

  async stop() {
    this.#turn++
    const stop = this.#stop
    this.#stop = async () => {}
    this.#name = ''
    await stop()
    this.#video.removeAttribute('src')
    this.#video.load()
  }

  async #playHls(url, turn) {
    await load('hls.min.js')
    const { Hls } = window
    if (turn !== this.#turn) return
    // Where there is no Media Source (iPhone), the browser plays HLS by itself.
    if (!Hls.isSupported()) return this.#playFile(url, 'The browser itself')
    this.#name = `hls.js ${Hls.version}`
    const hls = new Hls()
    this.#stop = async () => hls.destroy()
    hls.on(Hls.Events.ERROR, (_event, { fatal, details, response, url: failed }) => {
      if (!fatal || turn !== this.#turn) return
      const status = response?.code ? `status ${response.code}${failed ? ` at ${new URL(failed).host}` : ''}` : ''
      this.#fail(this.#name, HLS_WORDS[details] ?? details, status)
      hls.destroy()
    })
    hls.loadSource(url)
    hls.attachMedia(this.#video)
    this.#start()
  }

  async #playDash(url, turn) {
    await load('shaka-player.compiled.js')
    const { shaka } = window
    if (turn !== this.#turn) return
    shaka.polyfill.installAll()
    this.#name = `shaka-player ${shaka.Player.version.replace(/^v/, '')}`
    const player = new shaka.Player()
    this.#stop = () => player.destroy()
    player.addEventListener('error', ({ detail }) => {
      if (turn === this.#turn) this.#fail(this.#name, shakaWords(detail))
    })
    await player.attach(this.#video)
    try {
      await player.load(url)
    } catch (error) {
      throw new Error(shakaWords(error))
    }
    this.#start()
  }

  #playFile(url, name) {
    this.#name = name
    this.#video.src = url
    this.#start()
  }

  #start() {
    this.#video.play().catch((error) => {
      // AbortError: something else was started meanwhile. What is wrong with the media comes as an error event.
      if (error.name === 'NotAllowedError') this.#report('Ready: press play in the video.', false)
    })
  }

  #tellPlaying() {
    const { videoWidth, videoHeight, paused, readyState } = this.#video
    if (paused || readyState < 2 || this.#name === '') return
    const size = videoWidth > 0 ? `${videoWidth} × ${videoHeight}` : 'sound alone'
    this.#report(`${this.#name} plays: ${size}.`, false)
  }

  #fail(who, what, detail = '') {
    this.#report(`${who} cannot play this: ${what}${detail ? ` (${detail})` : ''}.`, true)
  }
}

function shakaWords({ code, data = [], message }) {
  if (typeof code !== 'number') return message
  const status = code === 1001 ? ` (status ${data[1]} at ${new URL(data[0]).host})` : ''
  const hundred = { 1: 'a network error', 2: 'a text track error', 3: 'a media error', 4: 'a manifest error' }
  return `${SHAKA_WORDS[code] ?? hundred[Math.floor(code / 1000)] ?? 'an error'}${status}, shaka error ${code}`
}
