import { readFileSync } from 'node:fs'
import t from 'tap'
import { USER_AGENT_EXAMPLES } from '../../scripts/device-examples.js'
import { devicesDoc } from '../../scripts/devices-doc.js'
import { DEVICE_CLASSES, deviceFromUserAgent } from '../../src/viewer/device.js'
import { USER_AGENT_TABLE } from '../../src/viewer/user-agent-table.js'

const page = readFileSync(new URL('../../docs/devices.md', import.meta.url), 'utf8')

t.test('docs/devices.md says what the tables say (npm run docs)', async (t) => {
  t.equal(page, devicesDoc())
})

t.test('every row of the User-Agent table has an example that meets it, and every class stands there', async (t) => {
  const reasons = USER_AGENT_TABLE.map(({ device }) => device.reason)
  t.same(Object.keys(USER_AGENT_EXAMPLES).toSorted(), reasons.toSorted())
  for (const [reason, agents] of Object.entries(USER_AGENT_EXAMPLES)) {
    t.ok(agents.length > 0, reason)
    for (const agent of agents) t.equal(deviceFromUserAgent(agent).reason, reason, agent)
  }
  for (const name of DEVICE_CLASSES) t.match(page, new RegExp(`\\| ${name} \\|`), name)
})
