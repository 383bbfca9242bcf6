import { PLAYER_ACTIONS, readActionPair } from '../rules/api-actions.js'
import type { PartnerConfig } from './config.js'
import type { FileConfig } from './file.js'

type PassthroughOption = NonNullable<FileConfig['partners']>[number]['apiPassthrough']

/** The actions that a partner's option stands for, `service.action` in lower case; those of a list were checked with the file. */
export function readActions(option: PassthroughOption): readonly string[] {
  if (option === undefined || option === 'off') return []
  return option === 'player' ? PLAYER_ACTIONS : option.map(readActionPair)
}

/**
 * What is wrong with the partners' pass-through, one line each. Kaltura judges rules about addresses by who asks: that has
 * to be stated harmless, or the viewer's address made known (reference access-control.md section 3).
 */
export function checkPassthrough(partners: Iterable<PartnerConfig>, remoteAddrSalt: string | null): string[] {
  if (remoteAddrSalt !== null) return []
  return [...partners]
    .filter(
      ({ apiPassthrough, sharePublic, forwardedFor }) =>
        apiPassthrough.length > 0 && !sharePublic && forwardedFor === 'ignored'
    )
    .map(
      ({ id }) =>
        `partner ${id}: apiPassthrough is on, but Kaltura would judge rules about addresses by the gateway's; right would` +
        " be sharePublic: true, or forwardedFor: trusted if Kaltura believes the gateway's X-Forwarded-For, or" +
        ' KALTURA_REMOTE_ADDR_SALT.'
    )
}
