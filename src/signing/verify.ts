import type { PlayManifestRequest } from '../playmanifest/parse.js'
import type { DeviceClass } from '../viewer/device-class.js'
import { readRange } from './address-range.js'
import { type MacKey, macOf, sameMac, signedText } from './mac.js'
import { type Carrier, type SignedParameters, signedParameters } from './signed-parameters.js'
import { readToken, type SignatureKind, type SignatureToken } from './token.js'

/** Why a signature does not hold. */
export type SignatureFault = 'missing' | 'unclear' | 'wrong' | 'expired' | 'bound'

export type Verdict =
  | { ok: true; token: SignatureToken; parameters: SignedParameters }
  /** `keyId`: of one of our keys, when the signature names one. */
  | { ok: false; fault: SignatureFault; detail: string; keyId: string | null }

/** Who uses a link; asked only when a signature holds that is bound. */
export interface LinkUser {
  /** The class that the headers show, whatever a `device` parameter says. */
  device(): DeviceClass
  /** The address of the client, as far as proxies are trusted. */
  address(): string | undefined
}

const CARRIERS: Readonly<Record<SignatureKind, Carrier>> = { link: 'signature', grant: 'grant' }

/**
 * Checks the signature that a request carries. Whether there is none, or one too many, is looked at first; what expired or
 * is somebody else's is told only to those who hold a link of ours.
 *
 * @param now Unix ms
 */
export function verifyRequest(
  kind: SignatureKind,
  request: PlayManifestRequest,
  keys: readonly MacKey[],
  now: number,
  user: LinkUser
): Verdict {
  const given = request.effective[CARRIERS[kind]]
  if (given === undefined) return fault('missing', 'This link has to be signed.')
  const token = typeof given === 'string' ? readToken(given, kind) : null
  if (token === null) return fault('wrong', `The ${CARRIERS[kind]} is not one of ours.`)
  const key = keys.find(({ id }) => id === token.keyId)
  if (key === undefined) return fault('wrong', 'No key that is known here has made the signature.')
  const read = signedParameters(request, CARRIERS[kind])
  if (!read.ok) return fault('unclear', read.detail, key.id)
  const text = signedText(kind, request.partnerId, token, read.parameters)
  if (!sameMac(macOf(text, key.key), token.mac)) {
    return fault(
      'wrong',
      'The signature is not that of this URL: something was added, changed or left out, or the key has changed.',
      key.id
    )
  }
  if (token.expires !== null && now >= token.expires * 1000) {
    return fault('expired', `The link was good until ${new Date(token.expires * 1000).toISOString()}.`, key.id)
  }
  if (token.device !== null && user.device() !== token.device) {
    return fault('bound', `The link is for one kind of device only: ${token.device}.`, key.id)
  }
  // The range is not told: it says something about somebody else's network.
  if (token.address !== null && readRange(token.address)?.has(user.address()) !== true) {
    return fault('bound', 'The link is for other addresses than the one that asks.', key.id)
  }
  return { ok: true, token, parameters: read.parameters }
}

function fault(reason: SignatureFault, detail: string, keyId: string | null = null): Verdict {
  return { ok: false, fault: reason, detail, keyId }
}
