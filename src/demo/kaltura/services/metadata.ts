import type { ApiService } from '../api-context.js'

/** metadata_metadata.list: custom data of entries, of which the stand-in has none. The Kaltura Player asks each time. */
function list(): unknown {
  return { totalCount: 0, objects: [], objectType: 'KalturaMetadataListResponse' }
}

export const metadata: ApiService = {
  name: 'metadata_metadata',
  actions: { list: { permission: 'session', run: list } }
}
