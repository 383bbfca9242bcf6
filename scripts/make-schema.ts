// Writes schema/config.schema.json from the schema in the code; a test compares them.
import { writeFileSync } from 'node:fs'
import { configSchema } from './config-schema.js'

writeFileSync(new URL('../schema/config.schema.json', import.meta.url), configSchema())
