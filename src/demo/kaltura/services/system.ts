import type { ApiService } from '../api-context.js'

/** Version of the server that the recordings were taken from. */
const VERSION = 'Venus-22.19.0'

export const system: ApiService = {
  name: 'system',
  actions: {
    ping: { permission: 'always', run: () => true },
    getVersion: { permission: 'always', run: () => VERSION },
    getTime: { permission: 'always', run: (call) => call.now }
  }
}
