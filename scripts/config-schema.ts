import { FileSchema } from '../src/config/file.js'
import { CONFIG_KEYS } from './config-keys.js'

/** A node of a JSON Schema, as far as it is read here. */
export interface SchemaNode {
  type?: string
  description?: string
  default?: unknown
  properties?: Record<string, SchemaNode>
  items?: SchemaNode
  anyOf?: SchemaNode[]
  enum?: unknown[]
  const?: unknown
  minimum?: number
  maximum?: number
  exclusiveMinimum?: number
  exclusiveMaximum?: number
}

/** The JSON Schema of the configuration file: the one that the start uses, with the words for each key. */
export function describedSchema(): SchemaNode {
  const schema = JSON.parse(JSON.stringify(FileSchema)) as SchemaNode
  describe(schema, '')
  return schema
}

/** The same as text: what editors complete by. */
export function configSchema(): string {
  const schema = {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'playmanifest-gateway configuration',
    description: 'The YAML file that CONFIG_FILE names; docs/configuration.md and docs/rules.md explain it.',
    ...describedSchema()
  }
  return `${JSON.stringify(schema, null, 2)}\n`
}

function describe(node: SchemaNode, path: string): void {
  for (const [name, child] of Object.entries(node.properties ?? {})) {
    const at = path === '' ? name : `${path}.${name}`
    const words = CONFIG_KEYS[at]
    if (words?.about !== undefined && child.description === undefined) child.description = words.about
    if (words?.default !== undefined) child.default = words.default
    describe(child, at)
    if (child.items !== undefined) describe(child.items, `${at}[]`)
  }
}
