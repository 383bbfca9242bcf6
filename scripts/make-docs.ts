// Writes the pages of docs/ that are made from the code; tests compare them with what the code says.
import { writeFileSync } from 'node:fs'
import { compatibilityDoc } from '../test/replay/compatibility-doc.js'
import { replayAll } from '../test/replay/harness.js'
import { parametersDoc } from './parameters-doc.js'

const page = (name: string) => new URL(`../docs/${name}`, import.meta.url)

writeFileSync(page('parameters.md'), parametersDoc())
writeFileSync(page('compatibility.md'), compatibilityDoc({ off: await replayAll('off'), on: await replayAll('on') }))
process.exit(0)
