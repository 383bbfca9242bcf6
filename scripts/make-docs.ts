// Writes the pages of docs/ that are made from the code; a test compares them with what the code says.
import { writeFileSync } from 'node:fs'
import { parametersDoc } from './parameters-doc.js'

writeFileSync(new URL('../docs/parameters.md', import.meta.url), parametersDoc())
