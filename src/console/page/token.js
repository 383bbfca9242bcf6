const KEY = 'playmanifest-gateway-token'
/** Where the tab may not store anything, it is known until the page is left. */
let inMemory = null

/** The token of this tab; null without one. Nowhere else: no cookie, no address, nothing that outlives the tab. */
export function token() {
  try {
    return sessionStorage.getItem(KEY) ?? inMemory
  } catch {
    return inMemory
  }
}

export function rememberToken(text) {
  inMemory = text
  try {
    sessionStorage.setItem(KEY, text)
  } catch {
    // In memory then.
  }
}

export function forgetToken() {
  inMemory = null
  try {
    sessionStorage.removeItem(KEY)
  } catch {
    // There was none.
  }
}
