// Takes the pictures of docs/console.md in Chromium, of a demo on its usual ports (npm run screenshots).
import { mkdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { chromium, type Page } from 'playwright-core'
import { DEMO_ENTRIES } from '../src/demo/kaltura/index.js'
import { startDemo } from '../src/demo/start.js'
import { program } from '../test/helpers/require-program.js'

const folder = fileURLToPath(new URL('../docs/images/', import.meta.url))
const HLS = `/p/101/sp/10100/playManifest/entryId/${DEMO_ENTRIES.public}/format/applehttp/protocol/http/a.m3u8`

async function explain(page: Page, device: string): Promise<void> {
  await page.fill('#url', HLS)
  await page.selectOption('#device', device)
  await page.click('#submit')
  await page.waitForSelector('.diff .line')
}

/** A part of the explanation, by its heading. */
function part(page: Page, title: string) {
  return page.locator('#explanation > section', { has: page.locator('h2', { hasText: title }) })
}

const told = {
  pass: () => true,
  fail: (...[reason]: unknown[]) => {
    throw new Error(String(reason))
  }
}
const executablePath = program(told, 'chromium', 'chromium')
if (executablePath === null) throw new Error('chromium is not installed (Debian: apt-get install chromium)')
mkdirSync(folder, { recursive: true })
const shot = (name: string) => ({ path: `${folder}${name}.png`, animations: 'disabled' as const })
const demo = await startDemo({ admin: true, ports: { gateway: 3000, admin: 3001, kaltura: 3100, cdn: 3101 } })
const browser = await chromium.launch({ executablePath, args: ['--headless', '--no-sandbox', '--disable-gpu'] })
try {
  const page = await browser.newPage({ viewport: { width: 1200, height: 860 } })
  await page.goto(`${demo.adminUrl}/console`)
  await page.selectOption('#entry', { index: 1 })
  await explain(page, 'android-phone')
  await page.click('#play')
  await page.locator('#play-state', { hasText: 'plays' }).waitFor()
  await page.screenshot(shot('console'))
  await page.click('#stop')
  await part(page, 'Renditions').screenshot(shot('console-renditions'))
  await part(page, 'Manifest').screenshot(shot('console-manifest'))

  const urls = [
    HLS,
    HLS.replace('applehttp', 'url'),
    HLS.replace(DEMO_ENTRIES.public, DEMO_ENTRIES.ksProtected),
    '/p/101'
  ]
  let at = 0
  const traffic = setInterval(() => {
    for (let count = 0; count < 2 + 4 * Math.abs(Math.sin(at / 60)); count++)
      fetch(demo.gatewayUrl + urls[at++ % urls.length], { redirect: 'manual' }).catch(() => undefined)
  }, 100)
  await page.click('#views a[href="#live"]')
  await page.waitForTimeout(30_000)
  await page.setViewportSize({ width: 1200, height: 750 })
  await page.screenshot(shot('console-live'))
  clearInterval(traffic)

  const phone = await browser.newPage({ viewport: { width: 360, height: 1400 }, colorScheme: 'dark' })
  await phone.goto(`${demo.adminUrl}/console`)
  await explain(phone, 'ipad')
  await phone.evaluate('scrollTo(0, 0)')
  await phone.screenshot(shot('console-phone-dark'))
} finally {
  await browser.close()
  await demo.close()
}
