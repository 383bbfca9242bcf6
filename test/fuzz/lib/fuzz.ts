import { writeProbe } from '../../../src/kaltura/circle-probe.js'
import { seeded } from './choices.js'
import { type Outcome, PipelinedConnection } from './connection.js'
import { judge } from './judge.js'
import { type Message, makeMessage } from './message.js'

export interface FuzzOptions {
  gatewayUrl: string
  /** Base that the gateway redirects to. */
  upstreamUrl: string
  /** Number of the first request, default 0. */
  first?: number
  /** Requests to make. */
  count: number
  seed: number
  /** Connections at a time, and requests that each sends before it waits. */
  connections?: number
  depth?: number
  /** Called after each share of the requests. */
  onProgress?: (done: number) => void
  /** Asked before each batch: whether to stop here. */
  isOver?: () => boolean
}

export interface Violation {
  /** Number of the request, from which with the seed it can be made again. */
  number: number
  what: string
  request: string
}

export interface FuzzResult {
  sent: number
  /** How many answers had this status; `closed`: refused without one, as no HTTP. */
  statuses: Record<string, number>
  violations: Violation[]
}

/** Violations that are kept whole; more of them are counted only. */
const KEPT = 50

/** The same request again: number `number` of the run with this seed. */
export function messageOf(seed: number, number: number, upstreamUrl: string): Message {
  const choices = seeded(Math.imul(seed, 0x85ebca6b) ^ number)
  const probe = writeProbe(upstreamUrl, 101, '0123456789abcdef'.repeat(2)).slice(upstreamUrl.length)
  return makeMessage(choices, number, { cdnHost: new URL(upstreamUrl).host, probe })
}

/** What is wrong with what became of a request; null when nothing is. */
export function judgeOutcome(outcome: Outcome, message: Message, upstreamUrl: string): string | null {
  if (outcome === 'closed') return message.last ? null : 'the connection was closed without an answer'
  if (outcome === 'timeout') return 'no answer in time'
  if ('unreadable' in outcome) return `an answer that cannot be read: ${outcome.unreadable}`
  return judge(outcome, message, new Set([upstreamUrl, 'https://cdn.example.com']))
}

/** Sends requests through the whole gateway and judges every answer. */
export async function fuzz(options: FuzzOptions): Promise<FuzzResult> {
  const { gatewayUrl, upstreamUrl, seed, connections = 8, depth = 32, isOver = () => false } = options
  const result: FuzzResult = { sent: 0, statuses: {}, violations: [] }
  const origins = new Set([upstreamUrl, 'https://cdn.example.com'])
  let next = options.first ?? 0
  const last = next + options.count
  const note = (number: number, message: Message, outcome: Outcome): void => {
    result.sent++
    const kind = typeof outcome === 'string' ? outcome : 'unreadable' in outcome ? 'unreadable' : String(outcome.status)
    result.statuses[kind] = (result.statuses[kind] ?? 0) + 1
    const what =
      typeof outcome !== 'string' && 'status' in outcome
        ? judge(outcome, message, origins)
        : judgeOutcome(outcome, message, upstreamUrl)
    if (what !== null && result.violations.length < KEPT) {
      result.violations.push({ number, what, request: message.text.slice(0, 2_000) })
    }
  }
  const run = async (): Promise<void> => {
    const connection = new PipelinedConnection(gatewayUrl)
    const send = async (numbered: readonly (readonly [number, Message])[]): Promise<void> => {
      const outcomes = await connection.exchange(numbered.map(([, message]) => message))
      for (const [index, outcome] of outcomes.entries()) note(...numbered[index]!, outcome)
    }
    while (next < last && !isOver()) {
      const batch: [number, Message][] = []
      const alone: [number, Message][] = []
      for (const end = Math.min(last, next + depth); next < end; next++) {
        const message = messageOf(seed, next, upstreamUrl)
        if (message.last) alone.push([next, message])
        else batch.push([next, message])
      }
      if (batch.length > 0) await send(batch)
      for (const each of alone) await send([each])
      options.onProgress?.(result.sent)
    }
    connection.close()
  }
  await Promise.all(Array.from({ length: connections }, run))
  return result
}
