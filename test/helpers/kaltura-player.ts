import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import type { Test } from 'tap'
import { playedPast } from './browser.js'

const SCRIPT = '@playkit-js/kaltura-player-js/dist/kaltura-ovp-player.js'
const HTML =
  '<!doctype html><meta charset=utf-8><title>t</title><link rel=icon href=data:,>' +
  '<div id=player style="width:640px;height:360px"></div><script src=/player.js></script>'

/** How the page asks the player to play. */
export interface PlayerCase {
  /** `provider.env.serviceUrl`, and nothing else of `env`. */
  serviceUrl: string
  entryId: string
  format: 'hls' | 'dash' | 'progressive'
  ks?: string
}

/**
 * A site with the Kaltura Player on an origin of its own. Ends with the test.
 * @param modules the folder that the player is installed in
 * @returns address of its page
 */
export async function kalturaPlayerSite(t: Pick<Test, 'teardown'>, modules: string): Promise<string> {
  const script = await readFile(join(modules, SCRIPT))
  const site = createServer((request, response) => {
    const isScript = request.url === '/player.js'
    response.setHeader('content-type', `text/${isScript ? 'javascript' : 'html'}; charset=utf-8`)
    response.end(isScript ? script : HTML)
  })
  await new Promise<void>((resolve) => site.listen(0, '127.0.0.1', resolve))
  t.teardown(() => {
    site.close()
    site.closeAllConnections()
  })
  return `http://127.0.0.1:${(site.address() as AddressInfo).port}/`
}

/**
 * Sets the player up and has it load the entry.
 * @returns what `loadMedia` failed with, as JSON; null when it did not
 */
export async function loadInPlayer(page: Page, site: string, asked: PlayerCase): Promise<string | null> {
  await page.goto(site)
  return page.evaluate<string | null>(`(async () => {
    const { serviceUrl, entryId, format, ks } = ${JSON.stringify(asked)}
    const player = (window.player = KalturaPlayer.setup({
      targetId: 'player',
      log: { level: 'ERROR' },
      provider: { partnerId: 101, env: { serviceUrl }, ...(ks === undefined ? {} : { ks }) },
      playback: { autoplay: true, muted: true, streamPriority: [{ engine: 'html5', format }] }
    }))
    try {
      await player.loadMedia({ entryId })
      return null
    } catch (error) {
      return JSON.stringify({ code: error.code, data: error.data })
    }
  })()`)
}

/** Waits until the player has played past 3 s, at three times the speed. @throws Error with the state of the video */
export async function playsInPlayer(page: Page): Promise<void> {
  await page.waitForSelector('video', { state: 'attached' })
  await page.evaluate(`(() => {
    const video = document.querySelector('video')
    video.defaultPlaybackRate = video.playbackRate = 3
  })()`)
  await playedPast(page, 3)
}
