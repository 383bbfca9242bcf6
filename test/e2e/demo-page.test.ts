import type { Page } from 'playwright-core'
import t from 'tap'
import { DEMO_ENTRIES } from '../../src/demo/kaltura/index.js'
import { type Demo, startDemo } from '../../src/demo/start.js'
import { playedPast, withPage } from '../helpers/browser.js'
import { entryUrl, settledAnswer } from '../helpers/demo.js'

// A browser for each test, and media that play: longer than a file of tests may take by default.
t.setTimeout(110_000)

let demo: Demo
t.before(async () => {
  demo = await startDemo({ env: { CACHE_TTL: '600' } })
  // What the page is to show of a warm gateway does not depend on the speed of this machine.
  for (const format of ['applehttp', 'mpegdash', 'url']) {
    await settledAnswer(`${entryUrl(demo, DEMO_ENTRIES.public)}/format/${format}/protocol/http/a`)
  }
  await settledAnswer(`${entryUrl(demo, DEMO_ENTRIES.deleted)}/format/applehttp/protocol/http/a.m3u8`)
})
t.teardown(() => demo.close())

/** What must never happen on the page: told by its console, thrown by it, forbidden by its policy, asked of elsewhere. */
function complaints(page: Page): string[] {
  const list: string[] = []
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) list.push(`console: ${message.text()}`)
  })
  page.on('pageerror', (error) => list.push(`thrown: ${error.message}`))
  page.on('request', (request) => {
    const { protocol, hostname } = new URL(request.url())
    if (protocol !== 'blob:' && hostname !== '127.0.0.1') list.push(`asked elsewhere: ${request.url()}`)
  })
  return list
}

async function open(page: Page): Promise<void> {
  await page.goto(`${demo.pageUrl}/`)
  await page.getByRole('radio', { name: 'Public video' }).waitFor()
  // Keeps the run short.
  await page.evaluate("document.querySelector('video').defaultPlaybackRate = 3")
}

const state = (page: Page) => page.locator('#player-state')
const summary = (page: Page) => page.locator('#summary')

for (const [format, player, kind] of [
  ['HLS', 'hls.js', 'The gateway answered with the manifest itself'],
  ['DASH', 'shaka-player', 'The gateway sends the viewer straight to the CDN'],
  ['MP4 file', 'The browser itself', 'The gateway sends the viewer straight to the CDN'],
  ['Auto', 'hls.js', 'The gateway answered with the manifest itself']
] as const) {
  t.test(`the page plays ${format}`, (t) =>
    withPage(t, async (page) => {
      const list = complaints(page)
      await open(page)
      await page.getByRole('radio', { name: 'Public video' }).check()
      await page.getByRole('radio', { name: format, exact: true }).check()
      await page.getByRole('button', { name: 'Ask only' }).click()
      await page.locator('#hops li').first().waitFor()
      await page.getByRole('button', { name: 'Play' }).click()
      await playedPast(page, 3)
      t.match(await state(page).textContent(), new RegExp(`^${player}.* plays: \\d+ × \\d+\\.$`))
      t.match(await summary(page).textContent(), new RegExp(`^${kind}\\. .*Kaltura was not asked\\.$`))
      t.match(await page.locator('#hops').textContent(), /Gateway: (?:200|302).*Cache-Control/)
      t.same(list, [])
    })
  )
}

t.test('one after the other, by keyboard alone', (t) =>
  withPage(t, async (page) => {
    const list = complaints(page)
    await open(page)
    const focused = () => page.evaluate<string>('document.activeElement.value ?? document.activeElement.textContent')
    await page.keyboard.press('Tab')
    t.equal(await focused(), DEMO_ENTRIES.public, 'the entries come first')
    await page.keyboard.press('Tab')
    t.equal(await focused(), 'applehttp', 'then the formats')
    await page.keyboard.press('Enter')
    await playedPast(page, 1)
    await page.getByRole('radio', { name: 'HLS' }).focus()
    await page.keyboard.press('ArrowRight')
    t.match(await page.locator('#url').textContent(), /\/format\/mpegdash\/protocol\/http\/a\.mpd$/)
    await page.keyboard.press('Enter')
    await page.getByText(/^shaka-player .* plays/).waitFor()
    await playedPast(page, 1)
    await page.keyboard.press('ArrowRight')
    await page.keyboard.press('Enter')
    await page.getByText(/^The browser itself plays/).waitFor()
    await playedPast(page, 1)
    t.same(list, [])
  })
)

t.test('a deleted entry: the error in words, and nothing played', (t) =>
  withPage(t, async (page) => {
    const list = complaints(page)
    await open(page)
    await page.getByRole('radio', { name: 'Deleted' }).check()
    await page.getByRole('button', { name: 'Play' }).click()
    await page.getByText(/^Gateway refused/).waitFor()
    t.match(await summary(page).textContent(), /^Gateway refused \(404, error 1\): \S.{10,}\. It took/)
    t.match(await state(page).textContent(), /^There is nothing to play/)
    const hops = await page.locator('#hops').textContent()
    t.match(hops, /404 Not Found/)
    t.match(hops, /X-Kalturaerror-1/)
    t.equal(await page.evaluate('document.querySelector("video").hasAttribute("src")'), false)
    t.same(list, [])
  })
)

t.test('the session decides at Kaltura', (t) =>
  withPage(t, async (page) => {
    const list = complaints(page)
    await open(page)
    await page.getByRole('radio', { name: 'For logged-in viewers' }).check()
    await page.getByRole('button', { name: 'Play' }).click()
    await page.getByText(/^Kaltura refused \(404, error 3\): an access control rule/).waitFor()
    await page.getByLabel('Viewer', { exact: true }).selectOption('Logged in (ks)')
    await page.getByRole('button', { name: 'Play' }).click()
    await playedPast(page, 3)
    t.match(await summary(page).textContent(), /^The gateway sends the viewer to Kaltura/)
    t.match(await page.locator('#hops').textContent(), /private, no-store/)
    await page.getByLabel('Viewer', { exact: true }).selectOption('Session expired (ks)')
    await page.getByRole('button', { name: 'Play' }).click()
    await page.getByText(/^Gateway refused \(404, error 31\)/).waitFor()
    t.same(list, [])
  })
)

t.test('the site decides at Kaltura', (t) =>
  withPage(t, async (page) => {
    await open(page)
    await page.getByRole('radio', { name: 'On one site only' }).check()
    await page.getByLabel('Viewer', { exact: true }).selectOption('On allowed.example.com')
    await page.getByRole('button', { name: 'Play' }).click()
    await playedPast(page, 1)
    t.match(await summary(page).textContent(), /^The gateway sends the viewer to Kaltura/)
  })
)

t.test('every entry of the demo has words, and an answer that the page can show', (t) =>
  withPage(t, async (page) => {
    await open(page)
    const entries = page.locator('.entries label')
    t.equal(await entries.count(), demo.catalog.entries.size)
    for (let i = 0; i < (await entries.count()); i++) {
      const text = await entries.nth(i).locator('small').textContent()
      t.match(text, /\.$/, `entry ${i} has words`)
      await entries.nth(i).click()
      await page.getByRole('button', { name: 'Ask only' }).click()
      await page.getByRole('button', { name: 'Ask only', disabled: false }).waitFor()
      t.match(await summary(page).textContent(), /^(?:The gateway|Gateway refused|Kaltura refused) .*\. It took/)
      t.notMatch(await summary(page).textContent(), /undefined|null/)
    }
  })
)

t.test('a player error is told in words', (t) =>
  withPage(t, async (page) => {
    await open(page)
    const play = async (entry: string, format: string) => {
      await page.getByRole('radio', { name: entry }).check()
      await page.getByRole('radio', { name: format, exact: true }).check()
      await page.getByRole('button', { name: 'Play' }).click()
    }
    await play('Live, on air', 'HLS')
    await page.getByText(/^hls\.js .* cannot play this: the .* could not be loaded \(status 404/).waitFor()
    // The page's own server still reaches the gateway: only the players do not.
    await page.route(`${demo.gatewayUrl}/**`, (route) => route.abort())
    await play('Public video', 'DASH')
    await page.getByText(/^shaka-player .* cannot play this: the server could not be reached/).waitFor()
    await play('Public video', 'MP4 file')
    await page.getByText(/^The browser cannot play this: the media could not be loaded/).waitFor()
    await page.unroute(`${demo.gatewayUrl}/**`)
    await play('Public video', 'MP4 file')
    await playedPast(page, 1)
    t.match(await state(page).textContent(), /^The browser itself plays/)
  })
)

t.test('narrow screens: nothing sticks out, and the words about the entry are there', (t) =>
  withPage(t, async (page) => {
    await page.setViewportSize({ width: 320, height: 700 })
    await open(page)
    await page.getByLabel('Viewer', { exact: true }).selectOption('Logged in (ks)')
    await page.getByRole('button', { name: 'Ask only' }).click()
    await page.locator('#hops li').first().waitFor()
    t.ok(await page.evaluate('document.documentElement.scrollWidth <= innerWidth'))
    t.match(await page.locator('#shows').innerText(), /^Plays for everyone/)
  })
)
