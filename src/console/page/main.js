import { askJson, Refused } from './ask.js'
import { say } from './dom.js'
import { showExplanation, summaryOf } from './explanation.js'
import { QuestionForm } from './form.js'
import { Live } from './live.js'
import { PlayPart } from './play.js'
import { forgetToken, rememberToken, token } from './token.js'

const $ = (selector) => document.querySelector(selector)
const views = { explain: $('#explain-view'), live: $('#live-view') }
const summary = $('#summary')
let live = null

async function start() {
  let settings
  try {
    settings = await askJson('/console/settings.json')
  } catch (error) {
    return needToken(error)
  }
  $('#token-view').hidden = true
  $('#views').hidden = false
  $('#forget').hidden = token() === null
  // Set up before, and the token was asked for again.
  if (live !== null) return showView()
  live = new Live(needToken)
  const form = new QuestionForm(settings)
  const play = new PlayPart(settings, form)
  let turn = 0
  const explain = async () => {
    const mine = ++turn
    const isCurrent = () => mine === turn
    await play.stop()
    try {
      const { question } = form
      say(summary, 'Asking …')
      const said = await askJson('/explain', question)
      if (!isCurrent()) return
      say(summary, summaryOf(said), said.answer.status >= 400)
      form.remember(said)
      showExplanation($('#explanation'), said, form.link(said))
      play.offer(question.url, said)
    } catch (error) {
      if (!isCurrent()) return
      if (error instanceof Refused && error.status === 401) return needToken(error)
      say(summary, error.message, true)
      $('#explanation').replaceChildren()
      play.hide()
    }
  }
  form.onSubmit(explain)
  // Another device is another question of the same URL: that is what one wants to compare.
  form.onDevice(() => {
    if ($('#explanation').childElementCount > 0 && $('#device').value !== 'own') explain()
  })
  window.addEventListener('hashchange', showView)
  showView()
  if (form.fillFrom(location)) await explain()
}

/** The view that the address names. */
function showView() {
  const shown = location.hash === '#live' ? 'live' : 'explain'
  for (const [name, view] of Object.entries(views)) view.hidden = name !== shown
  for (const link of document.querySelectorAll('#views a')) {
    if (link.hash === `#${shown}`) link.setAttribute('aria-current', 'page')
    else link.removeAttribute('aria-current')
  }
  live?.show(shown === 'live')
}

/** Asks for the token, and says why not when one was there. */
function needToken(error) {
  for (const view of [...Object.values(views), $('#views'), $('#forget')]) view.hidden = true
  live?.show(false)
  const was = token()
  const isToken = error instanceof Refused && (error.status === 401 || error.status === 429)
  const view = $('#token-view')
  view.hidden = false
  $('#token-form').hidden = !isToken
  say(
    $('#token-state'),
    isToken && was === null ? '' : error.status === 401 ? 'That is not the token.' : error.message,
    true
  )
  if (error.status === 401) forgetToken()
  if (isToken) $('#token').focus()
}

$('#token-form').addEventListener('submit', async (event) => {
  event.preventDefault()
  const field = $('#token')
  rememberToken(field.value.trim())
  field.value = ''
  await start()
  if ($('#token-view').hidden) $('#url').focus()
})
$('#forget').addEventListener('click', () => {
  forgetToken()
  // What was answered with it goes too.
  location.replace('/console')
})

start()
