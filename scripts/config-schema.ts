import { FileSchema } from '../src/config/file.js'

/** The JSON Schema of the configuration file as text: what editors complete by, made from the schema that the start uses. */
export function configSchema(): string {
  const schema = {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'playmanifest-gateway configuration',
    description: 'The YAML file that CONFIG_FILE names; docs/configuration.md and docs/rules.md explain it.',
    ...(JSON.parse(JSON.stringify(FileSchema)) as object)
  }
  return `${JSON.stringify(schema, null, 2)}\n`
}
