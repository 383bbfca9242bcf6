const FORMATS = [
  ['applehttp', 'HLS', '/a.m3u8'],
  ['mpegdash', 'DASH', '/a.mpd'],
  ['url', 'MP4 file', '/a.mp4'],
  ['auto', 'auto', '']
]
const RECENT = 'playmanifest-gateway-recent'
const MAX_RECENT = 12

/** The question: what is asked, and as whom. */
export class QuestionForm {
  #settings
  #form = document.querySelector('#question')
  #fields = Object.fromEntries(
    ['url', 'entry', 'format', 'device', 'agent', 'ks', 'headers', 'method', 'peer'].map((id) => [
      id,
      document.querySelector(`#${id}`)
    ])
  )

  /** @param settings the answer of `/console/settings.json` */
  constructor(settings) {
    this.#settings = settings
    const { entry, format, device, url } = this.#fields
    format.replaceChildren(...FORMATS.map(([value, name]) => new Option(name, value)))
    device.replaceChildren(
      new Option('This browser', 'browser'),
      ...settings.devices.map(({ id, name }) => new Option(name, id)),
      new Option('Own User-Agent', 'own')
    )
    this.#listEntries()
    for (const picker of [entry, format]) picker.addEventListener('change', () => this.#writeUrl())
    device.addEventListener('change', () => this.#showAgent())
    url.addEventListener('keydown', (event) => {
      if (event.key !== 'Enter' || event.isComposing) return
      event.preventDefault()
      this.#form.requestSubmit()
    })
    this.#showAgent()
  }

  onSubmit(callback) {
    this.#form.addEventListener('submit', (event) => {
      event.preventDefault()
      callback()
    })
  }

  /** Calls back when another device is chosen. */
  onDevice(callback) {
    this.#fields.device.addEventListener('change', callback)
  }

  /** What `/explain` takes. @throws Error in words for who filled it in */
  get question() {
    const { url, method, ks, peer } = this.#fields
    const text = url.value.trim()
    if (text === '') throw new Error('There is no URL yet: paste one, or pick an entry.')
    const headers = { ...this.#deviceHeaders(), ...headersOf(this.#fields.headers.value) }
    if (ks.value !== '') headers['x-kaltura-ks'] = ks.value.trim()
    const question = { url: text, method: method.value, headers }
    return peer.value.trim() === '' ? question : { ...question, peer: peer.value.trim() }
  }

  /** What plays it as the device: the word for `device=`, null for this browser; and the session. */
  get player() {
    const { device, ks } = this.#fields
    return { hint: this.#chosenDevice()?.hint ?? null, own: device.value === 'own', ks: ks.value.trim() }
  }

  /** Fills in what an address of the page says. @returns whether there is something to ask */
  fillFrom({ pathname, search }) {
    const behind = pathname.startsWith('/explain/') ? pathname.slice('/explain'.length) + search : null
    const query = new URLSearchParams(behind === null ? search : '')
    const url = behind ?? query.get('url')
    if (url === null) return false
    const { method, peer, headers } = this.#fields
    this.#fields.url.value = url
    if (query.has('method')) method.value = query.get('method')
    if (query.has('peer')) peer.value = query.get('peer')
    const given = [...query].filter(([name]) => name.startsWith('header.'))
    headers.value = given.map(([name, value]) => `${name.slice('header.'.length)}: ${value}`).join('\n')
    if (query.has('userAgent')) this.#setAgent(query.get('userAgent'))
    return true
  }

  /** An address that asks the same again; null when it would hold a session. */
  link(said) {
    const { url, headers } = this.question
    const { 'user-agent': userAgent, ...others } = headers
    if (said.asked.url.includes('***') || Object.keys(others).some((name) => !name.startsWith('sec-ch-'))) return null
    return `/explain?${new URLSearchParams({ url: url.replace(/^https?:\/\/[^/?#]*/i, ''), userAgent })}`
  }

  /** Remembers the entry for this tab; nothing of a session. */
  remember(said) {
    const id = said.parameters?.find(({ name }) => name === 'entryId')?.value
    const [, prefix] = /^(\/(?:s\/)?p\/\d+(?:\/sp\/\d+)?\/playManifest)\//.exec(said.asked.url) ?? []
    if (typeof id !== 'string' || id === '***' || prefix === undefined) return
    const path = `${prefix}/entryId/${encodeURIComponent(id)}`
    if (this.#settings.entries.some((entry) => entry.path === path)) return
    const list = [{ id, path }, ...recent().filter((entry) => entry.path !== path)].slice(0, MAX_RECENT)
    try {
      sessionStorage.setItem(RECENT, JSON.stringify(list))
    } catch {
      // Then it is not offered again.
    }
    this.#listEntries()
  }

  #listEntries() {
    const { entry } = this.#fields
    const { entries } = this.#settings
    const groups = [
      ['Entries', entries.map(({ name, path }) => new Option(name, path))],
      ['Explained in this tab', recent().map(({ id, path }) => new Option(id, path))]
    ].filter(([, options]) => options.length > 0)
    const chosen = entry.value
    entry.replaceChildren(new Option('Choose …', ''))
    for (const [label, options] of groups) {
      const group = document.createElement('optgroup')
      group.label = label
      group.append(...options)
      entry.append(group)
    }
    entry.value = chosen
    document.querySelector('#picker').hidden = groups.length === 0
  }

  #writeUrl() {
    const { entry, format, url } = this.#fields
    if (entry.value === '') return
    const scheme = this.#settings.gatewayUrl?.startsWith('https:') === false ? 'http' : 'https'
    const [, , file] = FORMATS.find(([value]) => value === format.value)
    url.value = `${entry.value}/format/${format.value}/protocol/${scheme}${file}`
  }

  #showAgent() {
    const { device } = this.#fields
    document.querySelector('#agent-field').hidden = device.value !== 'own'
  }

  #setAgent(userAgent) {
    const known = this.#settings.devices.find((device) => device.userAgent === userAgent)
    const isThis = userAgent === navigator.userAgent
    this.#fields.device.value = isThis ? 'browser' : (known?.id ?? 'own')
    if (known === undefined && !isThis) this.#fields.agent.value = userAgent
    this.#showAgent()
  }

  #chosenDevice() {
    return this.#settings.devices.find(({ id }) => id === this.#fields.device.value)
  }

  #deviceHeaders() {
    const { device, agent } = this.#fields
    if (device.value === 'own') return { 'user-agent': agent.value.trim() }
    return device.value === 'browser' ? browserHeaders() : { 'user-agent': this.#chosenDevice().userAgent }
  }
}

/** As this browser shows itself to a server. */
function browserHeaders() {
  const headers = { 'user-agent': navigator.userAgent }
  const { mobile, platform } = navigator.userAgentData ?? {}
  if (typeof platform !== 'string' || platform === '') return headers
  return { ...headers, 'sec-ch-ua-mobile': mobile ? '?1' : '?0', 'sec-ch-ua-platform': JSON.stringify(platform) }
}

function headersOf(text) {
  const lines = text.split('\n').filter((line) => line.trim() !== '')
  return Object.fromEntries(
    lines.map((line) => {
      const [, name, value] = /^\s*([^\s:]+)\s*:\s*(.*?)\s*$/.exec(line) ?? []
      if (name === undefined) throw new Error('Headers are written one a line, as Name: value.')
      return [name.toLowerCase(), value]
    })
  )
}

function recent() {
  try {
    return JSON.parse(sessionStorage.getItem(RECENT) ?? '[]')
  } catch {
    return []
  }
}
