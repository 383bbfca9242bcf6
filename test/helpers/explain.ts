import { request } from 'node:http'
import type { Explanation } from '../../src/explain/report.js'
import { type Asked, askRaw } from './gateway.js'

/** A question as the admin side takes it. */
export interface Asking {
  url: string
  method?: string
  headers?: Record<string, string>
  userAgent?: string
  device?: string
  peer?: string
}

/** Asks the admin side by POST. @throws Error unless it explains */
export async function explain(adminUrl: string | null, asking: Asking | string): Promise<Explanation> {
  const answer = await postExplain(adminUrl, typeof asking === 'string' ? { url: asking } : asking)
  if (answer.status !== 200) throw new Error(`explain answered ${answer.status}: ${answer.body}`)
  return JSON.parse(answer.body) as Explanation
}

/** Any JSON to the admin side. */
export function postExplain(
  adminUrl: string | null,
  value: unknown,
  headers: Record<string, string> = {}
): Promise<Asked> {
  const { hostname, port } = new URL(adminUrl ?? 'http://127.0.0.1:1')
  return new Promise((resolve, reject) => {
    const outgoing = request(
      { hostname, port, path: '/explain', method: 'POST', headers: { 'content-type': 'application/json', ...headers } },
      (answer) => {
        const chunks: Buffer[] = []
        answer.on('data', (chunk: Buffer) => chunks.push(chunk))
        answer.on('end', () =>
          resolve({
            status: answer.statusCode ?? 0,
            headers: Object.fromEntries(Object.entries(answer.headers).map(([name, text]) => [name, String(text)])),
            body: Buffer.concat(chunks).toString(),
            location: ''
          })
        )
      }
    )
    outgoing.on('error', reject)
    outgoing.end(JSON.stringify(value))
  })
}

/** GET of an address of the admin side. */
export const askAdmin = (adminUrl: string | null, path: string, headers: Record<string, string> = {}): Promise<Asked> =>
  askRaw(adminUrl ?? '', path, { headers })
