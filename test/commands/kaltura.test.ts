import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Test } from 'tap'
import t from 'tap'
import { parse, stringify } from 'yaml'
import { runFlavors } from '../../src/commands/flavors.js'
import { runProfiles } from '../../src/commands/profiles.js'
import { runTest } from '../../src/commands/test.js'
import { DEMO_ENTRIES, DEMO_SECRETS } from '../../src/demo/kaltura/index.js'
import type { Demo } from '../../src/demo/start.js'
import { recordedApi, recordedServer, replay } from '../demo/kaltura/recorded-server.js'
import { runCli, runHere } from '../helpers/command.js'
import { withDemo } from '../helpers/demo.js'

const SECRET = DEMO_SECRETS.main.adminSecret
const ENTRY = DEMO_ENTRIES.public

const envOf = (demo: Pick<Demo, 'kalturaUrl'>): Record<string, string> => ({
  KALTURA_SERVICE_URL: demo.kalturaUrl,
  KALTURA_PARTNER_ID: '101',
  KALTURA_ADMIN_SECRET: SECRET
})

/** A server that answers every API call alike. */
async function answering(t: Test, answer: unknown): Promise<string> {
  const server = createServer((_request, response) => response.end(JSON.stringify(answer)))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => server.close())
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

t.test('flavors: a table, and which device gets which', async (t) => {
  const demo = await withDemo(t)
  const env = envOf(demo)
  const { status, out, err } = await runHere(runFlavors, [ENTRY], env)
  t.match({ status, err }, { status: 0, err: '' })
  const ids = demo.catalog.flavorsOf(ENTRY).map(({ id }) => id)
  t.ok(ids.length > 5)
  for (const id of ids) t.match(out, new RegExp(`^${id} `, 'm'))
  t.match(out, /^id +params +tags +kbps +size +codec +KiB +status +devices$/m)
  t.match(out, /^0_publv540 +5 +web,mbr,ipadnew,dash +\d+ +960x540 +avc1 +\d+ +ready /m)
  t.match(out, /^0_publaden +11 +iphonenew,ipadnew,audio_only +\d+ +audio /m)
  t.match(out, /^android +Android with HLS +applehttp +the rule +(?!.*aden)0_publ/m)
  t.match(out, /^android-2 +Android without HLS +url +the rule +0_publv\d+$/m)
  t.notMatch(out, /\u001b|djJ8/)
  t.match((await runHere(runFlavors, [ENTRY], env, { colours: true })).out, /\u001b\[1m/)
  const { out: text } = await runHere(runFlavors, [ENTRY, '--json', '--format', 'applehttp'], env)
  const said = JSON.parse(text)
  t.strictSame(said.flavors.map(({ id }: { id: string }) => id).sort(), ids.toSorted())
  t.match(said, { entry: { id: ENTRY }, seenBy: 'own' })
  const android = said.devices.find(({ device }: { device: string }) => device === 'android')
  t.notOk(android.gets.includes('0_publaden'), 'an Android phone gets no audio-only rendition')
  const iphone = said.devices.find(({ device }: { device: string }) => device === 'iphone')
  t.ok(iphone.gets.includes('0_publaden'))
})

t.test('what flavors prints is what a file of tests takes', async (t) => {
  const demo = await withDemo(t)
  const said = JSON.parse((await runHere(runFlavors, [ENTRY, '--json'], envOf(demo))).out)
  const android = said.devices.find(({ device }: { device: string }) => device === 'android')
  const url = `/p/101/playManifest/entryId/${ENTRY}/format/auto`
  const file = stringify({
    flavors: { real: said.flavors },
    cases: [{ name: 'a', url, device: 'android', flavors: 'real', expect: { gets: android.gets } }]
  })
  t.ok(parse(file))
  t.match(await runHere(runTest, ['x'], {}, { files: { x: file } }), { status: 0 })
})

t.test('without a credential flavors shows what anyone may see, and profiles says what it needs', async (t) => {
  const { KALTURA_ADMIN_SECRET: _, ...env } = envOf(await withDemo(t))
  t.match(await runHere(runFlavors, [ENTRY], env), { status: 0, out: /what anyone may see/ })
  await t.rejects(runHere(runProfiles, [], env), {
    name: 'CommandError',
    message: /SERVICE_FORBIDDEN.*needs a credential/
  })
})

t.test('profiles: conversion profiles with what their ids mean', async (t) => {
  const env = envOf(await withDemo(t))
  const { status, out } = await runHere(runProfiles, [], env)
  t.equal(status, 0)
  t.match(out, /^1 {2}Default {2}\(media, the default\)$/m)
  t.match(out, /^2 {2}Live {2}\(live\)$/m)
  t.match(out, /^ +4 {2}SD\/Small - WEB\/MBL \(H264\/900\) +900 +\?x540 +mp4 +mobile,web,/m)
  const { profiles } = JSON.parse((await runHere(runProfiles, ['--json'], env)).out)
  t.match(profiles[0], { id: 1, isDefault: true, type: 1 })
  t.strictSame(
    profiles[0].params.map(({ id }: { id: number }) => id),
    [0, 2, 3, 4, 5, 11, 12]
  )
})

t.test('the recorded answers of a real Kaltura are read', async (t) => {
  const body = (name: string) => JSON.parse(recordedApi.find((item) => item.name === name)!.response.body)
  const url = await answering(t, [body('conversionprofile_list'), body('flavorparams_list')])
  const { profiles } = JSON.parse((await runHere(runProfiles, ['--json'], envOf({ kalturaUrl: url }))).out)
  t.equal(profiles.length, 10)
  const standard = profiles.find(({ isDefault }: { isDefault: boolean }) => isDefault)
  t.match(standard, { id: 15, name: 'Default' })
  t.match(standard.params[1], { id: 2, videoBitrate: 400, height: 360, tags: /^mobile,web/ })
  // The recording holds twelve flavor params of 106: what is not listed keeps its id.
  t.match(standard.params.at(-1), { id: 19, name: null, tags: null })
  t.match((await runHere(runProfiles, [], envOf({ kalturaUrl: url }))).out, /^ +19 +\(not listed\)/m)
})

t.test('the embedded flavorParams.list says nothing that the recorded one does not', async (t) => {
  const recorded = recordedApi.find(({ name }) => name === 'flavorparams_list')!
  const { app } = recordedServer()
  t.teardown(() => app.close())
  const real = JSON.parse(recorded.response.body)
  const ours = JSON.parse((await replay(app, recorded)).body)
  t.strictSame(Object.keys(ours), Object.keys(real))
  t.equal(ours.objectType, real.objectType)
  t.equal(ours.objects.length, 12)
  for (const object of ours.objects) {
    for (const key of Object.keys(object)) t.ok(key in real.objects[2], key)
  }
  const demo = await withDemo(t)
  const { profiles } = JSON.parse((await runHere(runProfiles, ['--json'], envOf(demo))).out)
  for (const { id, ...rest } of profiles[0].params) {
    const same = real.objects.find((object: { id: number }) => object.id === id)
    t.match(same, rest, `flavor params ${id}`)
  }
})

t.test('what goes wrong is told in words, and never with a session', async (t) => {
  const demo = await withDemo(t)
  const env = envOf(demo)
  const closed = await answering(t, [])
  const quoting = (code: string) => ({ objectType: 'KalturaAPIException', code, message: 'djJ8MTAxfGEga2V5', args: [] })
  const refusing = async (code: string) => ({
    ...env,
    KALTURA_SERVICE_URL: await answering(t, [quoting(code), quoting(code)])
  })
  for (const [args, changed, message] of [
    [['0_nothing1'], env, /ENTRY_ID_NOT_FOUND.*no such entry of partner 101/],
    [['a/b'], env, /ENTRY is "a\/b"/],
    [[ENTRY, '--format', 'x y'], env, /--format is "x y"/],
    [[ENTRY, '--partner', '7'], env, /--partner is "7"; right would be one of 101/],
    [[], env, /one entry id/],
    [[ENTRY], { ...env, KALTURA_ADMIN_SECRET: 'wrong-secret' }, /INVALID_KS.*check its admin secret/],
    [[ENTRY], await refusing('SERVICE_FORBIDDEN'), /SERVICE_FORBIDDEN. The credential of partner 101/],
    [[ENTRY], await refusing('SOMETHING_ELSE'), /^Kaltura answers SOMETHING_ELSE\.$/],
    [[ENTRY], { ...env, KALTURA_SERVICE_URL: closed }, /could not be asked: The API answered another number/],
    [[ENTRY], { ...env, KALTURA_SERVICE_URL: 'http://127.0.0.1:1' }, /could not be asked: .*ECONNREFUSED/]
  ] as [string[], Record<string, string>, RegExp][]) {
    await t.rejects(runHere(runFlavors, args, changed), { name: 'CommandError', message }, String(message))
    await t.rejects(runHere(runFlavors, args, changed), { message: /^(?:(?!djJ8|secret[^ ;:]|demo0admin).)*$/s })
  }
  await t.rejects(runHere(runProfiles, ['x'], env), { message: /options only/ })
  const files = { 'two.yaml': 'partners: [{ id: 102 }]\n' }
  await t.rejects(runHere(runProfiles, ['--config', 'two.yaml'], env, { files }), {
    message: /several partners; right would be --partner with one of 102, 101/
  })
})

t.test('a secret that was rotated: the second one is tried', async (t) => {
  const env = envOf(await withDemo(t))
  t.match(await runHere(runFlavors, [ENTRY], { ...env, KALTURA_ADMIN_SECRET: `old-secret,${SECRET}` }), { status: 0 })
})

t.test('the commands as they are run', async (t) => {
  const env = envOf(await withDemo(t))
  t.match(await runCli(['flavors', ENTRY], env), { status: 0, err: '', out: /Android with HLS/ })
  t.match(await runCli(['flavors', '0_nothing1'], env), {
    status: 1,
    out: '',
    err: /^Kaltura answers ENTRY_ID_NOT_FOUND\. [^\n]*\n$/
  })
  t.match(await runCli(['profiles', '--json'], env), { status: 0, err: '', out: /"profiles"/ })
  t.match(await runCli(['flavors', '--help']), { status: 0, out: /Examples:/ })
  t.match(await runCli(['profiles', '--help']), { status: 0, out: /Examples:/ })
  t.match(await runCli(['profiles']), { status: 1, out: '', err: /KALTURA_SERVICE_URL is not set/ })
})
