import { token } from './token.js'

/** The admin side did not answer as it was asked. */
export class Refused extends Error {
  /** @param status 0: it was not reached */
  constructor(status, message) {
    super(message)
    this.status = status
  }
}

/**
 * Asks the admin side that this page came from.
 *
 * @param body a value to send as JSON; without one it is a GET
 * @returns the response of a success
 * @throws Refused with what the admin side says
 */
export async function ask(path, body) {
  const headers = { accept: path === '/metrics' ? 'text/plain' : 'application/json' }
  const known = token()
  if (known !== null) headers.authorization = `Bearer ${known}`
  if (body !== undefined) headers['content-type'] = 'application/json'
  const init = body === undefined ? { headers } : { headers, method: 'POST', body: JSON.stringify(body) }
  let response
  try {
    response = await fetch(path, { ...init, cache: 'no-store', credentials: 'omit', redirect: 'error' })
  } catch (error) {
    throw new Refused(0, `The admin side does not answer (${error.message}). Is the gateway running?`)
  }
  if (!response.ok) throw new Refused(response.status, await detailOf(response))
  return response
}

/** The same for an answer that is JSON. */
export async function askJson(path, body) {
  return (await ask(path, body)).json()
}

async function detailOf(response) {
  try {
    const { detail, title } = await response.json()
    return detail ?? title
  } catch {
    return `The admin side answered with status ${response.status}.`
  }
}
