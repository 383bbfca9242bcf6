/** Formats of the page: `file` is the name at the end of the URL, for people and old players. */
const FORMATS = [
  { value: 'applehttp', name: 'HLS', file: 'a.m3u8' },
  { value: 'mpegdash', name: 'DASH', file: 'a.mpd' },
  { value: 'url', name: 'MP4 file', file: 'a.mp4' },
  { value: 'auto', name: 'Auto', file: '' }
]

/** The form: fills itself from the data of `/demo.json`, and writes the URL of what is chosen. */
export class RequestForm {
  #data
  #form = document.querySelector('#form')
  #device = document.querySelector('#device')
  #viewer = document.querySelector('#viewer')
  #shows = document.querySelector('#shows')

  constructor(data) {
    this.#data = data
    const entries = document.querySelector('.entries')
    for (const { id, name, shows } of data.entries) {
      const label = radio('entry', id, name)
      if (shows !== '') {
        const small = document.createElement('small')
        small.textContent = shows
        label.append(small)
      }
      entries.append(label)
    }
    const formats = document.querySelector('#formats')
    for (const { value, name } of FORMATS) formats.append(radio('format', value, name))
    for (const { hint, name } of data.devices) this.#device.append(new Option(name, hint))
    for (const { id, name } of data.viewers) this.#viewer.append(new Option(name, id))
    for (const group of ['entry', 'format']) document.querySelector(`input[name=${group}]`).checked = true
    this.#describe()
  }

  /** Calls back whenever something else is chosen. */
  onChange(callback) {
    this.#form.addEventListener('change', callback)
    for (const control of this.#form.elements) {
      control.addEventListener('change', () => {
        this.#describe()
        callback()
      })
    }
  }

  onSubmit(callback) {
    this.#form.addEventListener('submit', (event) => {
      event.preventDefault()
      callback()
    })
  }

  /** Path and query of the playManifest URL for what is chosen. */
  get path() {
    const chosen = new FormData(this.#form)
    const { value: format, file } = FORMATS.find(({ value }) => value === chosen.get('format'))
    const viewer = this.#data.viewers.find(({ id }) => id === this.#viewer.value)
    const query = [this.#device.value === '' ? '' : `device=${this.#device.value}`, viewer.query]
    const text = query.filter((part) => part !== '').join('&')
    return (
      `${this.#data.pathPrefix}/entryId/${chosen.get('entry')}/format/${format}/protocol/http` +
      `${file === '' ? '' : `/${file}`}${text === '' ? '' : `?${text}`}`
    )
  }

  /** On narrow screens the words about an entry stand below the list. */
  #describe() {
    const id = new FormData(this.#form).get('entry')
    this.#shows.textContent = this.#data.entries.find((entry) => entry.id === id)?.shows ?? ''
  }
}

function radio(name, value, text) {
  const label = document.createElement('label')
  const input = document.createElement('input')
  input.type = 'radio'
  input.name = name
  input.value = value
  input.setAttribute('form', 'form')
  const span = document.createElement('span')
  span.textContent = text
  label.append(input, span)
  return label
}
