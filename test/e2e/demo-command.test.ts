import { once } from 'node:events'
import { existsSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { dirname, join } from 'node:path'
import t from 'tap'
import { demo, freeBase, HOST, isFree, OFFSETS, started, take } from '../helpers/demo-process.js'

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  t.test(`demo: every link answers, ${signal} stops it`, async (t) => {
    const base = await freeBase()
    // What a shell may have set for another gateway must not lead the demo astray.
    const run = demo(t, { PORT: String(base), KALTURA_SERVICE_URL: 'http://192.0.2.1', KALTURA_PARTNER_ID: '5' })
    await started(run)
    const links = [...new Set(run.text().match(/http:\/\/[^\s']+/g))]
    t.equal(links[0], `http://${HOST}:${base + 200}/`, 'the page comes first')
    for (const word of ['/format/url/', '/format/applehttp/', '/format/mpegdash/', 'device=ipad', 'device=android-2']) {
      t.ok(
        links.some((link) => link.includes(word)),
        word
      )
    }
    t.match(run.text(), /curl -L -o \S+ 'http:/)
    for (const link of links) {
      const isReload = link.endsWith('/reload')
      const response = await fetch(link, isReload ? { method: 'POST' } : {})
      t.equal(response.status, 200, link)
      if (isReload) t.match(await response.json(), { result: 'unchanged', rules: 6 })
      else t.ok((await response.arrayBuffer()).byteLength > 100)
    }
    // A player that has stopped reading, and a connection that a browser opened to be ready.
    const stalled = connect(base + 101, HOST).on('error', () => {})
    stalled.write('GET /p/101/sp/10100/serveFlavor/entryId/0_public01/flavorId/0_publv540/name/a.mp4 HTTP/1.1\r\n')
    stalled.write('Host: a\r\n\r\n')
    stalled.pause()
    const unused = connect(base, HOST).on('error', () => {})
    await Promise.all([once(stalled, 'connect'), once(unused, 'connect')])
    // Under npm one Ctrl-C arrives twice.
    if (signal === 'SIGINT') setTimeout(() => run.child.kill(signal), 5)
    const { status, took } = await run.end(signal)
    t.equal(status, 0)
    t.ok(took < 5000, `it took ${Math.round(took)} ms`)
    t.match(run.text(), /\nStopped\.\n$/)
    for (const offset of OFFSETS) t.ok(await isFree(base + offset), `port ${base + offset} is free again`)
    stalled.destroy()
    unused.destroy()
  })
}

t.test('demo: its rules can be changed while it runs, and are kept then', async (t) => {
  const base = await freeBase()
  const run = demo(t, { PORT: String(base) })
  await started(run)
  const path = /^Change the rules: (\S+)$/m.exec(run.text())?.[1] ?? ''
  t.teardown(() => rmSync(dirname(path), { recursive: true, force: true }))
  t.match(dirname(path), /playmanifest-demo-\w+$/)
  const seen = async (words: string) => {
    while (!run.text().includes(words)) await new Promise((resolve) => setTimeout(resolve, 50))
  }
  run.child.kill('SIGHUP')
  await seen('Rules unchanged.')
  writeFileSync(path, 'rules: [{ name: x, when: { devic: ipad }, then: {} }]')
  await seen('The rules stay as they were:')
  t.match(run.text(), /gateway\.yaml:1: .*devic is not a known key/)
  writeFileSync(path, 'rules: [{ name: Files only, when: {}, then: { format: url } }]')
  await seen('New rules: 1.')
  const answer = await fetch(`http://${HOST}:${base}/p/101/sp/10100/playManifest/entryId/0_public01/format/auto`, {
    redirect: 'manual'
  })
  t.match(answer.headers.get('location'), /\.mp4|format\/url/)
  await run.end('SIGTERM')
  t.match(run.text(), `Your rules are kept: CONFIG_FILE=${path}`)
  t.ok(existsSync(path))
})

t.test('demo: a file of rules that nobody changed is removed; one of CONFIG_FILE is used', async (t) => {
  const base = await freeBase()
  const run = demo(t, { PORT: String(base) })
  await started(run)
  const path = /^Change the rules: (\S+)$/m.exec(run.text())?.[1] ?? ''
  t.ok(existsSync(path))
  await run.end('SIGTERM')
  t.notOk(existsSync(dirname(path)))

  const own = join(
    t.testdir({ 'own.yaml': 'rules: [{ name: Files only, when: {}, then: { format: url } }]' }),
    'own.yaml'
  )
  const other = demo(t, { PORT: String(base), CONFIG_FILE: own })
  await started(other)
  t.match(other.text(), `Change the rules: ${own}`)
  await other.end('SIGTERM')
  t.ok(existsSync(own))
})

t.test('demo: a port in use is named, and what to do', async (t) => {
  const base = await freeBase()
  const server = await take(base + 101)
  t.teardown(() => server?.close())
  const run = demo(t, { PORT: String(base) })
  const { status } = await run.end()
  t.equal(status, 1)
  t.match(run.text(), `Port ${base + 101} on 127.0.0.1 is needed for Kaltura's CDN, but another program uses it.`)
  t.match(run.text(), /PORT=4000 takes 4000, 4001, 4100, 4101, 4200/)
  t.notMatch(run.text(), /\n\s+at /, 'no stack')
  t.ok(await isFree(base), 'nothing is left running')
})

t.test('demo: a wrong PORT is refused in words', async (t) => {
  for (const port of ['65500', 'x']) {
    const run = demo(t, { PORT: port })
    t.equal((await run.end()).status, 1)
    t.match(run.text(), `PORT is "${port}"; right would be a whole number from 0 to 65335`)
  }
})
