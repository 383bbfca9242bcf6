import { setTimeout as sleep } from 'node:timers/promises'
import { pino } from 'pino'
import t from 'tap'
import { buildApp } from '../../src/app.js'
import type { Preset } from '../../src/playmanifest/presets.js'
import { LiveRules } from '../../src/rules/live-rules.js'
import { withDemo } from '../helpers/demo.js'
import { BASE } from '../helpers/gateway.js'
import { patientConfig, rulesOf } from '../helpers/rules.js'

const ruling = (format: string, maxBitrate: string) => ({
  rules: rulesOf(`  - { name: all, when: { format: auto }, then: { format: ${format} } }\n`),
  presets: new Map<string, Preset>([['low', { maxBitrate }]]),
  shadow: null,
  partners: new Map()
})

t.test(
  'a request that waits while rules are replaced is answered by those under which it began, all of them',
  async (t) => {
    const demo = await withDemo(t)
    const rules = new LiveRules(ruling('applehttp', '111'))
    const app = await buildApp(patientConfig(demo, '', { KALTURA_SHARE_PUBLIC: 'false' }), {
      logger: pino({ level: 'silent' }),
      rules
    })
    t.teardown(() => app.close())
    const url = `${BASE}/referenceId/demo-video/format/auto/protocol/http/preset/low`
    // Kaltura does not say yet which entry is meant.
    demo.state.api.delayMs = 500
    const asked = app.inject({ url })
    while (demo.state.calls.api === 0) await sleep(5)
    rules.replace(ruling('mpegdash', '222'))
    const old = (await asked).headers.location
    t.match(old, /\/format\/applehttp\b/)
    t.match(old, /\bmaxBitrate=111\b/)
    const other = (await app.inject({ url })).headers.location
    t.match(other, /\/format\/mpegdash\b/)
    t.match(other, /\bmaxBitrate=222\b/)
  }
)
