import { createHash } from 'node:crypto'

/**
 * Which part of all sessions a session is in for a rule: from 0 to 100, the same at every gateway and every time. Rules
 * of different names divide differently, so that who is in one trial is in another by chance only.
 */
export function shareOf(rule: string, session: string): number {
  const hash = createHash('sha256')
    .update(JSON.stringify([rule, session]))
    .digest()
  return (hash.readUInt32BE(0) / 2 ** 32) * 100
}
