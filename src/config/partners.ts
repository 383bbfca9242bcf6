import type { Config, PartnerConfig } from './config.js'
import type { FileConfig } from './file.js'
import { readActions } from './passthrough.js'
import type { Reader } from './reader.js'
import { readBoolean, readInteger, readList } from './values.js'

type FilePartner = NonNullable<FileConfig['partners']>[number]
type Defaults = Pick<PartnerConfig, 'delivery' | 'signedLinks'>

/** The partners of the file, and the one that the environment names, which goes over the file's. */
export function readPartners(reader: Reader, file: FileConfig, defaults: Defaults): Map<number, PartnerConfig> {
  const partners = new Map<number, PartnerConfig>()
  for (const partner of file.partners ?? []) partners.set(partner.id, ofFile(reader, partner, defaults))
  const id = reader.value<number | null>('KALTURA_PARTNER_ID', (text) => readInteger(text, 1, 2_147_483_647), null)
  const secret = reader.secret('KALTURA_ADMIN_SECRET')
  const tokenId = reader.text('KALTURA_APP_TOKEN_ID')
  const token = reader.secret('KALTURA_APP_TOKEN')
  if ((tokenId === undefined) !== (token === undefined)) {
    reader.problems.push('KALTURA_APP_TOKEN_ID and KALTURA_APP_TOKEN belong together; right would be both or neither.')
  }
  const sharePublic = reader.value<boolean | null>('KALTURA_SHARE_PUBLIC', readBoolean, null)
  if (id === null) {
    if (partners.size === 0 && reader.text('KALTURA_PARTNER_ID') === undefined) {
      reader.problems.push('KALTURA_PARTNER_ID is not set; right would be the id of the account to serve, such as 101.')
    }
    return partners
  }
  const known = partners.get(id) ?? ofFile(reader, { id }, defaults)
  partners.set(id, {
    ...known,
    ...(secret === undefined ? {} : { adminSecrets: readList(secret) }),
    ...(tokenId === undefined || token === undefined ? {} : { appToken: { id: tokenId, token } }),
    ...(sharePublic === null ? {} : { sharePublic })
  })
  return partners
}

function ofFile(reader: Reader, partner: FilePartner, defaults: Defaults): PartnerConfig {
  const secrets =
    partner.adminSecretFile === undefined
      ? undefined
      : reader.secretFile(partner.adminSecretFile, `partner ${partner.id}: adminSecretFile`)
  return {
    id: partner.id,
    adminSecrets: secrets === undefined ? [] : readList(secrets),
    appToken: readFileToken(reader, partner),
    sharePublic: partner.sharePublic ?? false,
    ksUriRestrict: partner.ksUriRestrict ?? 'possible',
    upgradeInsecure: partner.upgradeInsecure ?? false,
    otherPartnersEntries: partner.otherPartnersEntries ?? 'refuse',
    apiPassthrough: readActions(partner.apiPassthrough),
    forwardedFor: partner.forwardedFor ?? 'ignored',
    delivery: partner.delivery ?? defaults.delivery,
    signedLinks: partner.signedLinks ?? defaults.signedLinks,
    grants: partner.grants ?? false,
    presetsOnly: partner.presetsOnly ?? false,
    viewerProxy: partner.viewerProxy ?? false,
    aliases: new Map(Object.entries(partner.aliases ?? {}))
  }
}

function readFileToken(reader: Reader, partner: FilePartner): PartnerConfig['appToken'] {
  if (partner.appTokenId === undefined || partner.appTokenFile === undefined) return null
  const token = reader.secretFile(partner.appTokenFile, `partner ${partner.id}: appTokenFile`)
  return token === undefined ? null : { id: partner.appTokenId, token }
}

/** What a partner's options need and do not have, one line each. */
export function checkPartners({ partners, signingKeys, grantKeys, remoteAddrSalt }: Config): string[] {
  const problems: string[] = []
  for (const partner of partners.values()) {
    if (partner.signedLinks !== 'off' && signingKeys.length === 0) {
      problems.push(`partner ${partner.id}: signedLinks is ${partner.signedLinks}, but SIGNING_KEYS is not set.`)
    }
    if (partner.grants && grantKeys.length === 0) {
      problems.push(`partner ${partner.id}: grants is true, but GRANT_KEYS is not set.`)
    }
    if (partner.grants && partner.adminSecrets.length === 0) {
      problems.push(`partner ${partner.id}: grants is true, but without an admin secret the gateway may grant nothing.`)
    }
    if (partner.viewerProxy && remoteAddrSalt === null && partner.forwardedFor === 'ignored') {
      problems.push(
        `partner ${partner.id}: viewerProxy is true, but Kaltura would take the gateway for the viewer; right would be` +
          ' KALTURA_REMOTE_ADDR_SALT, or forwardedFor: trusted.'
      )
    }
  }
  const shared = grantKeys.filter(({ key }) => signingKeys.some((other) => other.key.equals(key)))
  for (const { id } of shared) {
    problems.push(`GRANT_KEYS holds under "${id}" a key that is in SIGNING_KEYS too; right would be keys of their own.`)
  }
  return problems
}
