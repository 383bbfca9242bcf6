import { chromium, type Page } from 'playwright-core'
import type { Test } from 'tap'
import { program } from './require-program.js'

/** Everything off that talks to other hosts by itself or needs a screen or a user. */
const flags = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--autoplay-policy=no-user-gesture-required'
]

/**
 * Runs `use` with a page of a fresh Chromium, and closes the browser afterwards. Without Chromium the test is skipped,
 * or fails under REQUIRE_ALL=1. Errors on the page and its console are told as comments of the test.
 *
 * @throws whatever `use` throws
 */
export async function withPage(t: Test, use: (page: Page) => Promise<void>): Promise<void> {
  const executablePath = program(t, 'chromium', 'chromium')
  if (executablePath === null) return
  const browser = await chromium.launch({ executablePath, args: flags })
  try {
    const page = await browser.newPage()
    page.on('pageerror', (error) => t.comment(`page error: ${error.message}`))
    page.on('console', (message) => t.comment(`console ${message.type()}: ${message.text()}`))
    await use(page)
  } finally {
    await browser.close()
  }
}

/**
 * Waits until the first `<video>` of the page has played past a point.
 *
 * @param seconds `currentTime` to be passed
 * @throws Error with the state of the element when that takes longer than 30 s
 */
export async function playedPast(page: Page, seconds: number): Promise<void> {
  const until = Date.now() + 30_000
  // Asked again and again: waiting inside the page would need `eval`, which a page's content security policy may forbid.
  while (!(await page.evaluate<boolean>(`document.querySelector('video').currentTime > ${seconds}`))) {
    if (Date.now() > until) throw new Error(`video did not play past ${seconds} s: ${await videoState(page)}`)
    await page.waitForTimeout(100)
  }
}

function videoState(page: Page): Promise<string> {
  return page.evaluate<string>(`(() => {
    const { currentTime, readyState, networkState, paused, error } = document.querySelector('video')
    return JSON.stringify({ currentTime, readyState, networkState, paused, error: error && error.message, failure: window.failure })
  })()`)
}
