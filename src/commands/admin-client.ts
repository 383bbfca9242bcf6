import { request } from 'undici'
import type { Environment } from '../config/load.js'
import { readBaseUrl } from '../config/values.js'
import { CommandError, type CommandIo, readNamed } from './command.js'
import { printable } from './text.js'

/** The options of every command that asks a running gateway's admin side. */
export const ADMIN_OPTIONS = { admin: { type: 'string' }, 'token-file': { type: 'string' } } as const

export interface AdminOptions {
  admin?: string | undefined
  'token-file'?: string | undefined
}

/** Where the admin side is, unless it is said. */
const PORT = '3001'
/** ms; the gateway has less time for itself. */
const PATIENCE = 30_000
const MAX_DETAIL = 500

/**
 * Sends JSON to the admin side of a running gateway, with ADMIN_TOKEN if there is one. Redirects are not followed: the
 * token is for this address.
 *
 * @returns the JSON that it answers
 * @throws CommandError saying what it refuses, or that it is not there, and what to do
 */
export async function postAdmin(
  path: string,
  body: unknown,
  options: AdminOptions,
  env: Environment,
  io: CommandIo
): Promise<unknown> {
  const base = adminBase(options.admin, env)
  const token = readToken(options['token-file'], env, io)
  let status: number
  let text: string
  try {
    const answer = await request(`${base}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(token === null ? {} : { authorization: `Bearer ${token}` }) },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(PATIENCE),
      reset: true
    })
    status = answer.statusCode
    text = await answer.body.text()
  } catch (error) {
    const { code, name } = error as NodeJS.ErrnoException
    throw new CommandError(
      `There is no answer from the admin side at ${base} (${code ?? name}); right would be --admin with the address of a running gateway's.`
    )
  }
  const said = parse(text)
  if (status === 200 && said !== null) return said
  throw new CommandError(refusal(base, path, status, said))
}

function adminBase(given: string | undefined, env: Environment): string {
  const fallback = `http://127.0.0.1:${/^\d{1,5}$/.test(env.ADMIN_PORT ?? '') ? env.ADMIN_PORT : PORT}`
  try {
    return readBaseUrl(given ?? fallback)
  } catch (error) {
    // A URL may hold a password where none belongs.
    throw new CommandError(`--admin cannot be used; right would be ${(error as Error).message}.`)
  }
}

function readToken(file: string | undefined, env: Environment, io: CommandIo): string | null {
  const path = file ?? env.ADMIN_TOKEN_FILE?.trim()
  const token = (path ? readNamed(path, io.read) : (env.ADMIN_TOKEN ?? '')).trim()
  if (token === '') {
    if (path) throw new CommandError(`${path} is empty; right would be a file that holds the ADMIN_TOKEN.`)
    return null
  }
  if (!/^[\u0021-\u007e]+$/.test(token)) throw new CommandError('The admin token holds what no header can.')
  return token
}

function parse(text: string): Record<string, unknown> | null {
  try {
    const said: unknown = JSON.parse(text)
    return typeof said === 'object' && said !== null ? (said as Record<string, unknown>) : null
  } catch {
    return null
  }
}

function refusal(base: string, path: string, status: number, said: Record<string, unknown> | null): string {
  if (status === 401) return `The admin side at ${base} wants its token: ADMIN_TOKEN, ADMIN_TOKEN_FILE or --token-file.`
  if (status === 404)
    return `There is no ${path} at ${base}; right would be the admin side of a gateway, not its own port.`
  const detail = typeof said?.detail === 'string' ? said.detail : 'without a reason that could be read.'
  return `The admin side at ${base} answers ${status}: ${printable(detail.slice(0, MAX_DETAIL))}`
}
