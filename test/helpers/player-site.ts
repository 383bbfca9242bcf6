import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Page } from 'playwright-core'
import type { Test } from 'tap'
import { playedPast } from './browser.js'

const SCRIPTS: Readonly<Record<string, string>> = {
  '/hls.js': 'node_modules/hls.js/dist/hls.min.js',
  '/shaka.js': 'node_modules/shaka-player/dist/shaka-player.compiled.js'
}

const HTML =
  '<!doctype html><title>t</title><link rel=icon href=data:,><video muted></video><script src=/hls.js></script><script src=/shaka.js></script>'

/**
 * A site with nothing but the players, on an origin of its own, so that a missing CORS header shows. Ends with the test.
 * @returns address of its page
 */
export async function playerSite(t: Pick<Test, 'teardown'>): Promise<string> {
  const site = createServer(async (request, response) => {
    const file = SCRIPTS[request.url ?? '']
    response.setHeader('content-type', file === undefined ? 'text/html' : 'text/javascript')
    response.end(file === undefined ? HTML : await readFile(file))
  })
  await new Promise<void>((resolve) => site.listen(0, '127.0.0.1', resolve))
  t.teardown(() => {
    site.close()
    site.closeAllConnections()
  })
  return `http://127.0.0.1:${(site.address() as AddressInfo).port}/`
}

// Played at three times the speed, to keep runs short.
const START = 'video.defaultPlaybackRate = video.playbackRate = 3; video.play().catch(() => {})'

/** Plays a URL with hls.js until past 3 s. @throws Error with the state of the video when that takes too long */
export async function playHls(page: Page, site: string, url: string): Promise<void> {
  await page.goto(site)
  await page.evaluate(`(() => {
    const video = document.querySelector('video')
    const hls = (window.hls = new Hls())
    hls.on(Hls.Events.ERROR, (_event, data) => {
      if (data.fatal) window.failure = data.type + ' ' + data.details + ' ' + (data.reason || '')
    })
    hls.loadSource(${JSON.stringify(url)})
    hls.attachMedia(video)
    ${START}
  })()`)
  await playedPast(page, 3)
}

/** Plays a URL with shaka-player until past 3 s. @throws Error of the player, or with the state of the video */
export async function playDash(page: Page, site: string, url: string): Promise<void> {
  await page.goto(site)
  await page.evaluate(`(async () => {
    shaka.polyfill.installAll()
    const video = document.querySelector('video')
    const player = (window.player = new shaka.Player())
    player.addEventListener('error', (event) => (window.failure = 'shaka ' + event.detail.code))
    await player.attach(video)
    await player.load(${JSON.stringify(url)})
    ${START}
  })()`)
  await playedPast(page, 3)
}
