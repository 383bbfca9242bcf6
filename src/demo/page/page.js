import { clearAnswer, judge, say, showAnswer } from './answer.js'
import { RequestForm } from './form.js'
import { Player } from './player.js'

const state = document.querySelector('#player-state')
const video = document.querySelector('video')
const buttons = { play: document.querySelector('#play'), ask: document.querySelector('#ask') }
const copy = document.querySelector('#copy')

async function json(url) {
  const response = await fetch(url)
  const body = await response.json()
  if (!response.ok) throw new Error(body.error ?? body.message ?? `status ${response.status}`)
  return body
}

async function main() {
  const data = await json('/demo.json')
  const form = new RequestForm(data)
  const player = new Player(video, (text, isError) => say(state, text, isError))
  const url = () => data.gatewayUrl + form.path

  const showUrl = () => {
    document.querySelector('#url').textContent = url()
  }
  showUrl()
  form.onChange(showUrl)

  /** Asks, shows the answer, and gives back what is to be played; null when there is nothing. */
  const ask = async () => {
    const focused = document.activeElement
    for (const button of Object.values(buttons)) button.disabled = true
    const { path } = form
    try {
      const asked = await json(`/ask?path=${encodeURIComponent(path)}`)
      showAnswer(asked)
      const judged = judge(asked)
      return judged.playable ? { url: data.gatewayUrl + path, type: judged.type } : null
    } catch (error) {
      clearAnswer(`The demo does not answer: ${error.message}. Is it still running?`, true)
      return null
    } finally {
      for (const button of Object.values(buttons)) button.disabled = false
      // A disabled button loses the focus.
      if (document.activeElement === document.body) focused?.focus({ preventScroll: true })
    }
  }

  form.onSubmit(async () => {
    await player.stop()
    say(state, 'Asking the gateway ...')
    const found = await ask()
    video.parentElement.scrollIntoView({ block: 'nearest' })
    if (found === null) return say(state, 'There is nothing to play; the answer below says why.', true)
    say(state, 'Loading ...')
    await player.play(found.url, found.type)
  })
  buttons.ask.addEventListener('click', async () => {
    await ask()
    document.querySelector('#answer-title').scrollIntoView({ block: 'nearest' })
  })
  copy.addEventListener('click', async () => {
    try {
      await navigator.clipboard.writeText(url())
      copy.textContent = 'Copied'
    } catch {
      copy.textContent = 'Not allowed'
    }
    setTimeout(() => {
      copy.textContent = 'Copy'
    }, 2000)
  })
}

main().catch((error) => clearAnswer(`The page could not be set up: ${error.message}.`, true))
