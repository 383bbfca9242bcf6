import { pino } from 'pino'
import type { Page } from 'playwright-core'
import t, { type Test } from 'tap'
import { loadConfig } from '../../src/config/load.js'
import { DEMO_ENTRIES, DEMO_SECRETS, demoCatalog } from '../../src/demo/kaltura/index.js'
import type { Demo } from '../../src/demo/start.js'
import { startServer } from '../../src/server.js'
import { makeKsV2 } from '../../src/viewer/ks.js'
import { playedPast, withPage } from '../helpers/browser.js'
import { withDemo } from '../helpers/demo.js'
import { BASE } from '../helpers/gateway.js'

t.setTimeout(300_000)

const TOKEN = 'a-token-of-this-test'
const HLS = `${BASE}/entryId/${DEMO_ENTRIES.public}/format/applehttp/protocol/http/a.m3u8`
const KS = makeKsV2({
  partnerId: 101,
  secret: DEMO_SECRETS.main.adminSecret,
  expiry: 4_000_000_000,
  userId: 'me',
  privileges: 'sview:*'
})

interface Seen {
  /** Every URL that the browser asked for, `blob:` left out. */
  urls: string[]
  /** What the browser refused or failed at. */
  faults: string[]
}

/** The console of a demo in a fresh Chromium, and everything that it asked for. */
async function withConsole(
  t: Test,
  demo: Pick<Demo, 'adminUrl'>,
  use: (page: Page, seen: Seen) => Promise<void>,
  path = '/console'
): Promise<void> {
  await withPage(t, async (page) => {
    const seen: Seen = { urls: [], faults: [] }
    page.on('request', (request) => {
      if (!request.url().startsWith('blob:')) seen.urls.push(request.url())
    })
    page.on('pageerror', (error) => seen.faults.push(error.message))
    page.on('console', (message) => {
      if (/Content Security Policy|Uncaught/i.test(message.text())) seen.faults.push(message.text())
    })
    await page.goto(demo.adminUrl + path)
    await page.waitForSelector('#views:not([hidden]), #token-view:not([hidden])')
    await use(page, seen)
    t.strictSame(seen.faults, [], 'no fault and nothing against the policy')
  })
}

/** Asks, and waits for the answer to this question. */
async function explained(page: Page, ask: () => Promise<unknown>): Promise<string> {
  const answer = page.waitForResponse((response) => response.url().endsWith('/explain'))
  await ask()
  await (await answer).finished()
  await page.locator('#summary', { hasNotText: 'Asking …' }).waitFor()
  return (await page.textContent('#summary')) ?? ''
}

t.test('paste a URL: the answer and why, the ladder, the diff; another device, another rule', async (t) => {
  const demo = await withDemo(t, { patience: 20_000, admin: true })
  await withConsole(t, demo, async (page, seen) => {
    await page.fill('#url', `https://video.example.com${HLS}`)
    await page.selectOption('#device', 'android-phone')
    const android = await explained(page, () => page.click('#submit'))
    t.match(android, /^200: the manifest itself\. Rule “Android with HLS” matched\. 3 of 7 renditions kept\./)
    t.equal(await page.locator('.rules .matched strong').textContent(), 'Android with HLS')
    t.match(await page.locator('.rules .nearly').first().textContent(), /iPad.*device wants ipad, is android/)
    const ladder = page.locator('.ladder svg')
    t.equal(await ladder.locator('g.kept').count(), 3)
    t.equal(await ladder.locator('g.dropped').count(), 4)
    t.equal(await ladder.locator('title').first().textContent(), '3 of 7 renditions kept')
    t.match(
      await ladder.locator('desc').textContent(),
      /1: sound, English, 50 kbps, dropped by the rule;.* sound, Spanish, 50 kbps, cut from the manifest;/
    )
    t.match(
      await page.locator('tr', { hasText: '0_publaden' }).first().textContent(),
      /audio-only: no width, height and frame rate, and the rule excludes audio only/,
      'why an Android phone gets no audio-only rendition'
    )
    await page.waitForSelector('.diff del.line')
    t.match(await page.locator('.diff del.line').first().textContent(), /#EXT-X-MEDIA:TYPE=AUDIO/)
    t.same(await page.locator('.diff del.line mark').allTextContents(), Array(3).fill('AUDIO="audio",'))
    const parts = await page.locator('#explanation h2').allTextContents()
    for (const part of ['Answer', 'Parameters', 'Viewer', 'Sharing', 'Caches and lives', 'Timeline'])
      t.ok(parts.includes(part), part)
    t.match(await page.locator('section', { hasText: 'Caches and lives' }).last().textContent(), /max-age of upstream/)

    const ipad = await explained(page, () => page.selectOption('#device', 'ipad'))
    t.match(ipad, /Rule “iPad” matched\./)
    t.not(await ladder.locator('g.kept').count(), 0)
    const none = await explained(page, async () => {
      await page.selectOption('#device', 'own')
      await page.fill('#agent', 'Roku/DVP-12.5 (12.5.0.4178-88)')
      await page.click('#submit')
    })
    t.notMatch(none, /Rule/, 'no rule is for a Roku and HLS')
    t.match(await page.locator('#explanation').textContent(), /No rule matched/)

    const refused = await explained(page, async () => {
      await page.fill('#url', 'nonsense')
      await page.click('#submit')
    })
    t.match(refused, /url has to be a playManifest URL/)
    t.equal(await page.locator('#explanation').textContent(), '', 'what was shown is not about this')
    t.strictSame([...new Set(seen.urls.map((url) => new URL(url).origin))], [demo.adminUrl], 'nobody else was asked')
  })
})

t.test('names, presets, shadow rules, rules without a say, and texts that would be markup', async (t) => {
  const evil = '<img src=x onerror=document.title=1>'
  const file = t.testdir({
    'gateway.yaml': `
partners: [{ id: 101, aliases: { home: ${DEMO_ENTRIES.public} } }]
presets: { low: { maxBitrate: 400 } }
rules:
  - { name: '${evil}', when: {}, then: { format: applehttp, tags: [[iphonenew]], filters: { codecs: [h264] }, preset: low } }
shadow: { rules: [{ name: '${evil}2', when: {}, then: { format: url } }] }
`
  })
  const demo = await withDemo(t, { admin: true, configFile: `${file}/gateway.yaml` })
  await withConsole(t, demo, async (page) => {
    const ask = (url: string) =>
      explained(page, async () => {
        await page.fill('#url', url)
        await page.click('#submit')
      })
    t.match(await ask(`${BASE}/referenceId/home/clientTag/${encodeURIComponent(evil).replaceAll('%2F', '')}`), evil)
    const text = (await page.locator('#explanation').textContent()) ?? ''
    for (const part of [
      'an alias of the configuration',
      /entryId0_public01alias/,
      /maxBitrate400rule/,
      /filters.*h264/,
      /adds, from its presetmaxBitrate: 400/,
      /Shadow rules: they would decide otherwise/
    ])
      t.match(text, part)
    t.match(await ask(`${HLS}?kt=${'01'.repeat(20)}`), /^302: sends the viewer to Kaltura/)
    t.match(await page.locator('#explanation').textContent(), /It has no say: .* signed by Kaltura.*What would follow/)
    t.equal(await page.locator('#explanation img').count(), 0)
    t.not(await page.title(), '1')
  })
})

t.test('entries to pick, playing HLS, DASH and a file, and who was asked', async (t) => {
  const demo = await withDemo(t, { patience: 20_000, admin: true })
  await withConsole(t, demo, async (page, seen) => {
    await page.selectOption('#entry', { label: demo.catalog.entries.get(DEMO_ENTRIES.public)!.name })
    for (const [format, player, height] of [
      ['applehttp', 'hls.js', null],
      ['mpegdash', 'shaka-player', null],
      ['url', 'The browser itself', 360]
    ] as const) {
      await page.selectOption('#format', format)
      await page.selectOption('#device', format === 'url' ? 'android-2' : 'android-phone')
      await explained(page, () => page.click('#submit'))
      await page.click('#play')
      await playedPast(page, 1)
      t.match(await page.textContent('#play-state'), `${player}`)
      const size = await page.evaluate<number>('document.querySelector("video").videoHeight')
      if (height === null) t.ok(size > 0 && size <= 540, `${format}: ${size}`)
      else t.ok(size > 0 && size <= height, `${format}: ${size}, the one file for Android 2`)
      await page.click('#stop')
    }
    const origins = new Set(seen.urls.map((url) => new URL(url).origin))
    const known = [demo.adminUrl, demo.gatewayUrl, demo.kalturaUrl, demo.cdnUrl]
    t.ok(
      [...origins].every((origin) => known.includes(origin)),
      [...origins].join(' ')
    )
    t.ok(seen.urls.some((url) => url.startsWith(`${demo.gatewayUrl}${BASE}`) && url.includes('device=android-2.3')))
    await explained(page, async () => {
      await page.fill('#url', `${BASE}/entryId/0_nothing/format/url`)
      await page.click('#submit')
    })
    t.ok(await page.isDisabled('#play'))
    t.match(await page.textContent('#play-hint'), /the answer is an error/)
    t.match(await page.locator('#entry optgroup[label="Explained in this tab"]').textContent(), '0_nothing')
  })
})

t.test('the token: asked for, kept in the tab alone, forgotten', async (t) => {
  const demo = await withDemo(t)
  const env = {
    KALTURA_SERVICE_URL: demo.kalturaUrl,
    KALTURA_PARTNER_ID: '101',
    KALTURA_ADMIN_SECRET: DEMO_SECRETS.main.adminSecret,
    ALLOWED_HOSTS: new URL(demo.cdnUrl).host,
    ADMIN_TOKEN: TOKEN,
    ADMIN_PORT: '0',
    PORT: '0'
  }
  const server = await startServer(loadConfig(env), pino({ level: 'silent' }))
  t.teardown(() => server.close())
  await withConsole(t, server, async (page, seen) => {
    t.ok(await page.isHidden('#explain-view'))
    const enter = async (token: string) => {
      const answer = page.waitForResponse(/settings\.json/)
      await page.fill('#token', token)
      await page.keyboard.press('Enter')
      await answer
    }
    await enter('not the token at all')
    await page.locator('#token-state', { hasText: 'That is not the token.' }).waitFor()
    await enter(TOKEN)
    await page.waitForSelector('#explain-view:not([hidden])')
    t.match(
      await explained(page, async () => {
        await page.fill('#url', HLS)
        await page.click('#submit')
      }),
      /^302: sends the viewer to Kaltura/
    )
    t.match(await page.textContent('#play-hint'), new URL(server.url).host, 'where the gateway listens')
    await page.reload()
    await page.waitForSelector('#explain-view:not([hidden])')
    t.equal(await page.evaluate('localStorage.length'), 0)
    t.same(await page.context().cookies(), [])
    t.notOk(
      seen.urls.some((url) => url.includes(TOKEN)),
      'in no address'
    )
    await page.click('#forget')
    await page.waitForSelector('#token-view:not([hidden])')
    t.notMatch(await page.evaluate('JSON.stringify(sessionStorage)'), TOKEN)
  })
})

t.test('a session is in no address, and nowhere in what is shown', async (t) => {
  const demo = await withDemo(t, { patience: 20_000, admin: true })
  await withConsole(t, demo, async (page, seen) => {
    await page.click('#more summary')
    t.equal(await page.getAttribute('#ks', 'type'), 'password')
    await page.fill('#url', `${BASE}/entryId/${DEMO_ENTRIES.ksProtected}/format/applehttp/protocol/http/a.m3u8`)
    await page.fill('#ks', KS)
    await explained(page, () => page.click('#submit'))
    t.match(await page.locator('section', { hasText: 'session (KS)' }).last().textContent(), /valid, in the header/)
    t.notMatch(await page.locator('#explanation').textContent(), KS.slice(8, 40))
    t.equal(await page.locator('.raw a').count(), 0, 'no link that would leave it out')
    t.notOk(seen.urls.some((url) => url.includes(KS.slice(8, 40))))
    t.notMatch(await page.evaluate('JSON.stringify(sessionStorage)'), KS.slice(8, 40))
    await page.click('#play')
    await playedPast(page, 0.5)
    t.pass('plays with the session, as a player does')
  })
})

t.test('/explain in a browser is the page for that URL, and its link leads there again', async (t) => {
  const demo = await withDemo(t, { patience: 20_000, admin: true })
  await withConsole(
    t,
    demo,
    async (page) => {
      await page.waitForSelector('#explanation .card')
      t.equal(await page.inputValue('#url'), `${HLS}?device=ipad`)
      t.match(await page.textContent('#summary'), /Rule “iPad” matched/)
      await page.selectOption('#device', 'roku')
      await explained(page, () => page.click('#submit'))
      await page.click('.raw summary')
      await Promise.all([page.waitForNavigation(), page.click('.raw a')])
      await page.waitForSelector('#explanation .card')
      t.equal(await page.inputValue('#device'), 'roku')
      t.equal(await page.inputValue('#url'), `${HLS}?device=ipad`)
    },
    `/explain${HLS}?device=ipad`
  )
})

t.test('by keyboard alone', async (t) => {
  const demo = await withDemo(t, { patience: 20_000, admin: true })
  await withConsole(t, demo, async (page) => {
    const focused = () =>
      page.evaluate<string>(
        'document.activeElement.id || document.activeElement.getAttribute("href") || document.activeElement.tagName'
      )
    const order: string[] = []
    for (let at = 0; at < 8; at++) {
      await page.keyboard.press('Tab')
      order.push(await focused())
    }
    t.strictSame(order, ['#explain', '#live', 'url', 'entry', 'format', 'device', 'SUMMARY', 'submit'])
    await page.focus('#url')
    await page.keyboard.type(HLS)
    for (let at = 0; at < 3; at++) await page.keyboard.press('Tab')
    t.equal(await focused(), 'device')
    await page.keyboard.type('iPhone')
    for (let at = 0; at < 2; at++) await page.keyboard.press('Tab')
    t.match(await explained(page, () => page.keyboard.press('Enter')), /Rule “iPhone” matched/)
    t.equal(await focused(), 'submit', 'the focus stays')
    t.equal(await page.getAttribute('#summary', 'role'), 'status', 'and it is told')
    await page.keyboard.press('Tab')
    t.equal(await focused(), 'play')
    await page.keyboard.press('Enter')
    await playedPast(page, 0.5)
    await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    t.ok(await page.isHidden('video'))
    for (const selector of ['input', 'select', 'textarea']) {
      const unnamed = await page.evaluate<number>(
        `[...document.querySelectorAll('${selector}')].filter((one) => one.labels.length === 0).length`
      )
      t.equal(unnamed, 0, `each ${selector} has a label`)
    }
  })
})

t.test('on a phone of 320 px, in dark mode', async (t) => {
  const demo = await withDemo(t, { patience: 20_000, admin: true })
  await withConsole(t, demo, async (page) => {
    await page.setViewportSize({ width: 320, height: 640 })
    const light = await page.evaluate<string>('getComputedStyle(document.body).backgroundColor')
    await page.emulateMedia({ colorScheme: 'dark' })
    t.not(await page.evaluate<string>('getComputedStyle(document.body).backgroundColor'), light)
    await page.fill('#url', HLS)
    await explained(page, () => page.click('#submit'))
    await page.waitForSelector('.diff .line')
    for (const summary of await page.locator('summary').all()) await summary.click()
    const width = () => page.evaluate<number>('document.documentElement.scrollWidth')
    t.equal(await width(), 320, 'nothing to scroll sideways, with everything open')
    t.ok((await page.locator('.ladder svg').boundingBox())!.width <= 320)
    await page.click('#views a[href="#live"]')
    await page.waitForSelector('.figure')
    t.equal(await width(), 320)
  })
})

t.test('live: rates from the metrics, while it is looked at', async (t) => {
  const demo = await withDemo(t, { patience: 20_000, admin: true })
  const ask = (path: string) => fetch(demo.gatewayUrl + path, { redirect: 'manual' })
  await withConsole(
    t,
    demo,
    async (page, seen) => {
      await page.waitForSelector('.figure')
      for (let at = 0; at < 5; at++) await ask(HLS)
      await page.locator('.figure', { hasText: 'Manifests, a second' }).waitFor()
      t.match(await page.textContent('#health'), /^Upstream is well/)
      t.match(await page.locator('.figure', { hasText: 'Targets known' }).textContent(), /\d+ %/)
      demo.state.api.fail = 503
      demo.state.playManifest.fail = 503
      await ask(`${BASE}/entryId/0_other/format/applehttp/protocol/http`)
      await page.locator('#health.bad').waitFor()
      t.match(await page.textContent('#health'), /^Upstream fails: /)
      const count = () => seen.urls.filter((url) => url.endsWith('/metrics')).length
      await page.click('#pause')
      const paused = count()
      await page.waitForTimeout(2500)
      t.equal(count(), paused, 'paused')
      await page.click('#pause')
      await page.waitForRequest(/\/metrics$/)
      await page.click('#views a[href="#explain"]')
      const away = count()
      await page.waitForTimeout(2500)
      t.ok(count() - away <= 1, 'not asked for while nobody looks')
    },
    '/console#live'
  )
})

t.test('what is answered never becomes markup', async (t) => {
  const evil = '<img src=x onerror="window.hacked=1"><script>window.hacked=2</script>'
  const catalog = demoCatalog()
  catalog.entries.get(DEMO_ENTRIES.public)!.name = evil
  for (const caption of catalog.captions.values()) caption.label = `${evil}&lt;b&gt;`
  const file = t.testdir({
    'gateway.yaml': `rules: [{ name: ${JSON.stringify(evil)}, when: { device: ipad }, then: { tags: [[ipadnew]] } }]\n`
  })
  const demo = await withDemo(t, { patience: 20_000, admin: true, catalog, configFile: `${file}/gateway.yaml` })
  await withConsole(t, demo, async (page) => {
    t.equal(await page.locator('#entry option', { hasText: '<img src=x' }).count(), 1)
    await explained(page, async () => {
      await page.fill(
        '#url',
        `${HLS}/x/${encodeURIComponent(evil)}?clientTag=${evil.replaceAll(' ', '+')}&${encodeURIComponent(evil)}=1`
      )
      await page.selectOption('#device', 'own')
      await page.fill('#agent', `${evil} iPad; CPU OS 12_5 like Mac OS X`)
      await page.click('#submit')
    })
    await explained(page, async () => {
      await page.fill('#url', HLS)
      await page.selectOption('#device', 'ipad')
      await page.click('#submit')
    })
    await page.waitForSelector('.diff .line')
    const text = (await page.locator('main').textContent()) ?? ''
    t.match(text, `Rule “${evil}” matched`)
    t.match(await page.locator('.diff').textContent(), '<img src=x', 'in the manifest')
    t.equal(await page.locator('main img, main script, main b').count(), 0)
    t.equal(await page.evaluate('window.hacked'), undefined)
  })
})
