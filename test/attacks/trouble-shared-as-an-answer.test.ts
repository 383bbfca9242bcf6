/** The bug: Kaltura's own trouble (errors 44, 46, 55, 57 and unknown numbers) was shared as if it were about the entry. */
import t from 'tap'
import { DEMO_ENTRIES } from '../../src/demo/kaltura/index.js'
import { isErrorOfObject, isTrouble } from '../../src/playmanifest/errors.js'
import { BASE, withGateway } from '../helpers/gateway.js'

t.test('only numbers that are known to be about the object are shared', async (t) => {
  for (let code = 0; code < 120; code++) t.notOk(isErrorOfObject(code) && isTrouble(code), String(code))
  for (const code of [0, 3, 5, 7, 16, 44, 46, 55, 57, 99]) t.notOk(isErrorOfObject(code), String(code))
})

t.test('otherPartnersEntries: redirect sends what belongs to others to Kaltura', async (t) => {
  const { writeFileSync, mkdtempSync, rmSync } = await import('node:fs')
  const { join } = await import('node:path')
  const { tmpdir } = await import('node:os')
  const folder = mkdtempSync(join(tmpdir(), 'gateway-'))
  t.teardown(() => rmSync(folder, { recursive: true }))
  const configFile = join(folder, 'gateway.yaml')
  writeFileSync(configFile, 'partners:\n  - id: 101\n    otherPartnersEntries: redirect\n')
  const { ask } = await withGateway(t, { configFile })
  const path = `${BASE}/entryId/${DEMO_ENTRIES.otherPartner}/format/url/a.mp4`
  t.match(await ask(path), { status: 302, location: path })
})
