// Writes the pages of docs/ that are made from the code; tests compare them with what the code says.
import { readFileSync, writeFileSync } from 'node:fs'
import { compatibilityDoc } from '../test/replay/compatibility-doc.js'
import { replayAll } from '../test/replay/harness.js'
import { configurationDoc } from './configuration-doc.js'
import { devicesDoc } from './devices-doc.js'
import { parametersDoc } from './parameters-doc.js'

const page = (name: string) => new URL(`../docs/${name}`, import.meta.url)

const rewrite = (name: string, made: (text: string) => string) =>
  writeFileSync(page(name), made(readFileSync(page(name), 'utf8')))

writeFileSync(page('parameters.md'), parametersDoc())
writeFileSync(page('devices.md'), devicesDoc())
rewrite('configuration.md', configurationDoc)
writeFileSync(page('compatibility.md'), compatibilityDoc({ off: await replayAll('off'), on: await replayAll('on') }))
process.exit(0)
