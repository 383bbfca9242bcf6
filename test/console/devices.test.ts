import t from 'tap'
import { CONSOLE_DEVICES } from '../../src/console/devices.js'
import { deviceFromHint } from '../../src/viewer/device-hint.js'
import { identifyDevice } from '../../src/viewer/identify-device.js'

t.test('each device is told by its User-Agent, and its hint names the same', async (t) => {
  for (const { id, userAgent, hint, class: wanted } of CONSOLE_DEVICES) {
    t.equal(identifyDevice({ headers: { 'user-agent': userAgent } }).device.class, wanted, id)
    t.equal(deviceFromHint(hint)?.class, wanted, `device=${hint}`)
  }
  t.equal(new Set(CONSOLE_DEVICES.map(({ id }) => id)).size, CONSOLE_DEVICES.length)
  const phone = CONSOLE_DEVICES.find(({ id }) => id === 'android-2')!
  const versions = [identifyDevice({ headers: { 'user-agent': phone.userAgent } }).device, deviceFromHint(phone.hint)]
  t.match(versions, Array(2).fill({ osVersion: { major: 2, minor: 3 } }))
})
