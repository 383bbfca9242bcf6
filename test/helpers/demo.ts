import { setTimeout as sleep } from 'node:timers/promises'
import type { Test } from 'tap'
import { type Demo, type DemoOptions, startDemo } from '../../src/demo/start.js'

/** Starts the whole demo on free ports for one test, without a log, and stops it when the test ends. */
export async function withDemo(t: Pick<Test, 'teardown'>, options: Omit<DemoOptions, 'ports'> = {}): Promise<Demo> {
  const demo = await startDemo(options)
  t.teardown(() => demo.close())
  return demo
}

/** Base of the playManifest URLs of an entry at the demo's gateway: `{gateway}/p/101/sp/10100/playManifest/entryId/{id}`. */
export function entryUrl({ gatewayUrl }: Pick<Demo, 'gatewayUrl'>, entryId: string): string {
  return `${gatewayUrl}/p/101/sp/10100/playManifest/entryId/${entryId}`
}

/** One answer, not followed. */
export interface Answer {
  status: number
  headers: Headers
  body: string
}

/**
 * Asks until the answer is not one for want of time (`no-store`): a slow machine may exceed the patience of the first.
 * @throws Error when that is so for 10 s
 */
export async function settledAnswer(url: string, headers: Record<string, string> = {}): Promise<Answer> {
  const until = Date.now() + 10_000
  for (;;) {
    const response = await fetch(url, { redirect: 'manual', headers })
    const answer = { status: response.status, headers: response.headers, body: await response.text() }
    if (response.headers.get('cache-control') !== 'no-store') return answer
    if (Date.now() > until) throw new Error(`${url} is still answered with no-store, status ${answer.status}`)
    await sleep(50)
  }
}
