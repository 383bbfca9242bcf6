import { Agent, type RequestOptions, request } from 'node:http'
import type { Test } from 'tap'
import type { Demo, DemoOptions } from '../../src/demo/start.js'
import { withDemo } from './demo.js'

/** User-Agents of the four documented device classes and a desktop (reference device-rules.md section 4). */
export const USER_AGENTS = {
  ipad: 'Mozilla/5.0 (iPad; CPU OS 12_5_7 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/12.1.2 Mobile/15E148 Safari/604.1',
  iphone:
    'Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1',
  android:
    'Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Mobile Safari/537.36',
  oldAndroid:
    'Mozilla/5.0 (Linux; U; Android 2.3.6; en-us; GT-S5830 Build/GINGERBREAD) AppleWebKit/533.1 (KHTML, like Gecko) Version/4.0 Mobile Safari/533.1',
  desktop:
    'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36'
} as const

export const BASE = '/p/101/sp/10100/playManifest'

export interface Asked {
  status: number
  headers: Record<string, string>
  body: string
  /** Location without its scheme, host and port; empty without one. */
  location: string
}

export interface Gateway extends Demo {
  /** Asks the gateway for a path as it is written, redirects not followed. */
  ask(path: string, headers?: Record<string, string>, method?: string): Promise<Asked>
}

/** A gateway before an embedded Kaltura on free ports, closed when the test ends. */
export async function withGateway(t: Test, options: DemoOptions = {}): Promise<Gateway> {
  const demo = await withDemo(t, options)
  const agent = new Agent({ keepAlive: true })
  t.teardown(() => agent.destroy())
  return {
    ...demo,
    ask: (path, headers = {}, method = 'GET') => askRaw(demo.gatewayUrl, path, { agent, headers, method })
  }
}

/** One request with the path exactly as given: an URL object would tidy it up. */
export function askRaw(base: string, path: string, options: RequestOptions): Promise<Asked> {
  const { hostname, port } = new URL(base)
  return new Promise((resolve, reject) => {
    const outgoing = request({ ...options, hostname, port, path }, (answer) => {
      const chunks: Buffer[] = []
      answer.on('data', (chunk: Buffer) => chunks.push(chunk))
      answer.on('error', reject)
      answer.on('end', () => {
        const headers = Object.fromEntries(Object.entries(answer.headers).map(([name, value]) => [name, String(value)]))
        resolve({
          status: answer.statusCode ?? 0,
          headers,
          body: Buffer.concat(chunks).toString('utf8'),
          location: (headers.location ?? '').replace(/^https?:\/\/[^/]+/, '')
        })
      })
    })
    outgoing.on('error', reject)
    outgoing.end()
  })
}

/** Ids of the flavors that a Location or a manifest names, in order of appearance. */
export function flavorIdsIn(text: string): string[] {
  const ids: string[] = []
  for (const match of text.matchAll(/\/flavorIds?\/([^/?\s"]+)/g)) {
    const parts = match[1]!.split(',')
    // `prefix,a,b,` is Kaltura's joined form; a plain list has whole ids.
    const joined = match[1]!.endsWith(',')
    const [prefix = '', ...rest] = parts
    ids.push(...(joined ? rest.filter((part) => part !== '').map((part) => prefix + part) : parts))
  }
  return ids
}
