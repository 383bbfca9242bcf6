import type { EffectiveParameters, ParameterPlace } from '../playmanifest/parameters.js'
import { decodeKs, KS_EXPIRED, ksValidity, mayCarryUriRestrict, type VerifiedKs, verifyKs } from './ks.js'

/** The viewer's session as far as it can be known here. A credential: the text goes to Kaltura and nowhere else. */
export type ViewerKs =
  | { state: 'none'; place: null }
  | {
      /**
       * `valid`: signed by a secret of the partner and not expired; `expired`: signed and expired; `unverified`: no
       * known secret made it; `foreign`: another partner's.
       */
      state: 'valid' | 'expired' | 'unverified' | 'foreign'
      text: string
      place: ParameterPlace
      verified: VerifiedKs | null
      /** Whether it may be valid for one URL only, which then must not change. */
      mayBindUri: boolean
    }

/**
 * Finds and reads the viewer's KS: the `X-Kaltura-Ks` header wins over the parameter, and `kt` makes Kaltura ignore both
 * (reference playmanifest.md section 2.3, ks.md section 8).
 *
 * @param now Unix seconds
 */
export function readViewerKs(
  parameters: EffectiveParameters,
  place: ParameterPlace | undefined,
  header: string | undefined,
  partner: { id: number; adminSecrets: readonly string[] },
  now: number
): ViewerKs {
  const fromParameter = typeof parameters.ks === 'string' ? parameters.ks : ''
  const text = header !== undefined && header !== '' ? header : fromParameter
  if (text === '' || parameters.kt !== undefined) return { state: 'none', place: null }
  const where = header !== undefined && header !== '' ? 'header' : (place ?? 'query')
  const result = verifyKs(text, partner.adminSecrets, partner.id)
  if (!result.ok) {
    const foreign = result.reason === 'partner' || (decodeKs(text)?.partnerId ?? partner.id) !== partner.id
    return {
      state: foreign ? 'foreign' : 'unverified',
      text,
      place: where,
      verified: null,
      mayBindUri: mayCarryUriRestrict(text, null)
    }
  }
  return {
    state: ksValidity(result, { now }) === KS_EXPIRED ? 'expired' : 'valid',
    text,
    place: where,
    verified: result,
    mayBindUri: mayCarryUriRestrict(text, result)
  }
}
