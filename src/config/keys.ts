import { readFileSync } from 'node:fs'
import { ConfigError, type SigningKey } from './config.js'
import { type Environment, Reader } from './reader.js'
import { readKeys } from './values.js'

/**
 * The keys of one variable alone, as the whole configuration reads them: who signs needs nothing else of it.
 * @throws ConfigError when there are none, or none that can be read
 */
export function loadKeys(
  name: 'SIGNING_KEYS' | 'GRANT_KEYS',
  env: Environment,
  read = (path: string) => readFileSync(path, 'utf8')
): readonly SigningKey[] {
  const reader = new Reader(env, read)
  const keys = reader.secretValue<SigningKey[]>(name, readKeys, [])
  if (reader.problems.length === 0 && keys.length === 0) {
    reader.problems.push(`${name} is not set; right would be id:base64key, such as k1:$(openssl rand -base64 32).`)
  }
  if (reader.problems.length > 0) throw new ConfigError(reader.problems)
  return keys
}
