import type { FastifyInstance } from 'fastify'
import { problem } from '../answer/problem.js'
import { renderProblem } from '../answer/render.js'
import { send } from '../answer/send.js'
import { type PurgeOrder, type Purger, purgeTiers } from '../cache/purge.js'
import { redactValue } from '../playmanifest/redact.js'
import { isReferenceId, REFERENCE_ID_RULE } from '../playmanifest/reference.js'
import type { Metrics } from '../plugins/metrics.js'

/** Names in one order. */
export const MAX_NAMES = 1_000
/** Names of an order that the log holds. */
const LOGGED = 20

/** What is wrong with an order, in words; nothing of it is repeated. */
export class BadOrder extends Error {}

const CONTRACT =
  'Wanted: a JSON object with entries (ids), partners (numbers), referenceIds or all (true), and perhaps soft (true or false).'

/** `POST /purge`: purges every tier, and says how many values that touched. Behind the guard of the admin side. */
export function registerPurge(app: FastifyInstance, tiers: readonly Purger[], metrics: Metrics): void {
  app.post('/purge', async (request, reply) => {
    let order: PurgeOrder
    try {
      order = readOrder(request.body)
    } catch (error) {
      if (!(error instanceof BadOrder)) throw error
      return send(reply, renderProblem(problem('BAD_REQUEST', error.message)))
    }
    const touched = await purgeTiers(tiers, order)
    metrics.countPurge(order, touched)
    const { all, soft, partners } = order
    const [entries, referenceIds] = [order.entries.slice(0, LOGGED), order.referenceIds.slice(0, LOGGED)]
    request.log.info({ all, soft, entries, partners: partners.slice(0, LOGGED), referenceIds, touched }, 'purged')
    return reply.send({ soft, touched })
  })
}

/** @throws BadOrder */
export function readOrder(body: unknown): PurgeOrder {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) throw new BadOrder(CONTRACT)
  const { entries, partners, referenceIds, all = false, soft = false, ...others } = body as Record<string, unknown>
  if (Object.keys(others).length > 0) throw new BadOrder(`There is something more than is known. ${CONTRACT}`)
  if (typeof all !== 'boolean') throw new BadOrder('all has to be true or false.')
  if (typeof soft !== 'boolean') throw new BadOrder('soft has to be true or false.')
  const order = {
    all,
    soft,
    entries: readNames('entries', entries, isEntryId, 'entry ids, such as ["0_abc12345"]'),
    partners: readNames('partners', partners, isPartnerId, 'partner ids, such as [101]'),
    referenceIds: readNames('referenceIds', referenceIds, isReference, `texts of ${REFERENCE_ID_RULE}`)
  }
  const names = order.entries.length + order.partners.length + order.referenceIds.length
  if (names > MAX_NAMES) throw new BadOrder(`One order may name ${MAX_NAMES} entries, partners and reference ids.`)
  if (names === 0 && !all) throw new BadOrder(`There is nothing to purge. ${CONTRACT}`)
  return order
}

function readNames<T>(name: string, given: unknown, is: (value: unknown) => value is T, right: string): T[] {
  if (given === undefined) return []
  if (!Array.isArray(given) || !given.every(is)) throw new BadOrder(`${name} has to be a list of ${right}.`)
  return given
}

function isEntryId(value: unknown): value is string {
  // It stands in the log, so what looks like a credential is none.
  return typeof value === 'string' && /^[\w-]{1,64}$/.test(value) && redactValue(value) === value
}

function isPartnerId(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0
}

function isReference(value: unknown): value is string {
  return typeof value === 'string' && isReferenceId(value)
}
