import type { ParsedPrivileges, VerifiedKs } from './ks-fields.js'

/**
 * Parses the comma list of a version 1 session as Kaltura does (vector group `ks`): `name:value/value`, split at the
 * first colon, values of a repeated name are joined. The empty text is one privilege with the empty name.
 */
export function parsePrivileges(text: string | null): ParsedPrivileges {
  const parsed = new Map<string, readonly string[]>()
  for (const privilege of (text ?? '').split(',')) {
    const colon = privilege.indexOf(':')
    const name = colon < 0 ? privilege : privilege.slice(0, colon)
    const value = colon < 0 ? '' : privilege.slice(colon + 1)
    parsed.set(name, [...(parsed.get(name) ?? []), ...privilegeValues(value)])
  }
  return parsed
}

/** `a/b` -> `['a', 'b']`; the empty text has no value. */
export function privilegeValues(value: string): readonly string[] {
  return value === '' ? [] : value.split('/')
}

/** Admin means type 1 and above, not only 2 (reference ks.md section 4). */
export function isAdmin(ks: VerifiedKs): boolean {
  return ks.type !== null && ks.type >= 1
}

/** No user, the empty user or user `0`. */
export function isAnonymous(ks: VerifiedKs): boolean {
  return ks.userId === null || ks.userId === '' || ks.userId === '0'
}

/**
 * Whether Kaltura counts this as a widget session: user type, anonymous, `widget:1` anywhere in the privileges. That
 * says which checks Kaltura skips (log-out). It does not say that the session can do no more than everybody: it may
 * carry `sview` as well.
 */
export function isWidgetSession(ks: VerifiedKs): boolean {
  return ks.type === 0 && isAnonymous(ks) && (ks.privileges ?? '').includes('widget:1')
}

/**
 * Whether the session has a privilege: by name alone when `value` is left out, else with that value or `*`, or by the
 * privilege `*` that stands for every grant. A restriction such as `urirestrict` is asked for by its name alone,
 * which `*` does not answer.
 *
 * Stricter than Kaltura, which looks for a piece of text anywhere in the list: there `sview:0_abc` is also found in
 * `sview:0_abcd` and inside the value of another privilege. Whoever is refused by this goes to Kaltura, which
 * decides; whoever was let through wrongly would have been let through by us.
 */
export function hasPrivilege(ks: VerifiedKs, name: string, value?: string): boolean {
  const values = ks.parsedPrivileges.get(name)
  if (value === undefined) return values !== undefined
  if (ks.privileges === '*') return true
  return values !== undefined && (values.includes(value) || values.includes('*'))
}
