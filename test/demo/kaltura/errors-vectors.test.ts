import t from 'tap'
import type { AccessCondition } from '../../../src/demo/kaltura/catalog-types.js'
import { type Catalog, issueKs } from '../../../src/demo/kaltura/index.js'
import { type Caching, cachingHeaders } from '../../../src/demo/kaltura/playmanifest/caching-headers.js'
import { errorAnswer, type RaisedError } from '../../../src/demo/kaltura/playmanifest/error-answer.js'
import { vectors } from '../../helpers/vectors.js'
import { headerMap } from './expected-answer.js'
import { answerVector, type VectorRequest } from './vector-request.js'

interface WholeRequest extends VectorRequest {
  kind: 'request'
  ksAdmin?: boolean
  hasRules?: boolean
  hasExtraFields?: boolean
}

type Die = { kind: 'die'; message: string | null } & Omit<RaisedError, 'detail'>
type CachingHeaders = { kind: 'cachingHeaders'; private: boolean } & Omit<Caching, 'isPrivate'>

interface Expected {
  error?: number | null
  status: number
  headers: string[]
  body?: string
}

const NEVER_COUNTS: AccessCondition = { type: 4, not: false, values: [], objectType: 'KalturaSiteCondition' }
/** Looks at the viewer's address, which makes the answer this viewer's own. */
const BY_ADDRESS: AccessCondition = { type: 3, not: false, values: [], objectType: 'KalturaIpAddressCondition' }

function addRule(catalog: Catalog, condition: AccessCondition): void {
  const rule = { actions: [], conditions: [condition], forceAdminValidation: false, objectType: 'KalturaRule' }
  catalog.putAccessControlProfile({
    id: 1,
    partnerId: 101,
    name: '',
    systemName: '',
    description: '',
    createdAt: 0,
    updatedAt: 0,
    isDefault: false,
    rules: [rule],
    objectType: 'KalturaAccessControlProfile'
  })
  catalog.updateEntry('0_entry', { accessControlId: 1 })
}

/** Puts the vector's facts about the viewer into the catalog; gives back the session. */
function prepare({ now, ksAdmin, hasRules, hasExtraFields }: WholeRequest, catalog: Catalog): string {
  if (hasRules === true) addRule(catalog, NEVER_COUNTS)
  if (hasExtraFields === true) addRule(catalog, BY_ADDRESS)
  // Rules forbid caching for the session of a user only, which is what the reference was given here.
  if (ksAdmin !== true && hasRules !== true) return ''
  const partner = catalog.partners.get(101)!
  return issueKs(partner, { type: ksAdmin === true ? 2 : 0, userId: 'u', expiry: now + 60, privileges: '' })
}

for (const { name, input, expected } of vectors<WholeRequest | Die | CachingHeaders, Expected>('errors')) {
  t.test(name, async (t) => {
    if (input.kind === 'cachingHeaders') {
      t.strictSame(cachingHeaders({ ...input, isPrivate: input.private }), headerMap(expected.headers))
      return
    }
    const answer =
      input.kind === 'die'
        ? errorAnswer({ ...input, detail: input.message ?? undefined })
        : answerVector(input, (catalog) => prepare(input, catalog))
    const { 'x-kaltura-acp': _rules, ...headers } = answer.headers
    t.equal(answer.status, expected.status)
    t.strictSame(headers, headerMap(expected.headers))
    t.equal(answer.body, expected.body ?? '')
  })
}
