import { USER_AGENTS } from '../helpers/gateway.js'
import type { Door } from './doors.js'
import type { EntryKind } from './entries.js'
import { flavorsIn, gainOf, sessionsAlike, tokensIn } from './gain.js'
import { judge } from './judge.js'
import { mayBeStored } from './model-cdn.js'
import { Oracle } from './oracle.js'
import { gatewayPath, isRuled, type RequestKind } from './requests.js'
import { ADDRESSES, type Sent, type Viewer } from './viewers.js'
import type { Reply, World } from './world.js'

/** One cell: this viewer asks for this entry in this way. */
export interface Cell {
  kind: EntryKind
  viewer: Viewer
  request: RequestKind
}

/** All secrets hold one of these, which is quick to look for. */
const MARKS = /djJ8|-of-th|aHR0cHM6|no-session|evil\.example|own-variable/

/**
 * Runs cells and keeps count: what each viewer gets through a gateway, redirects to Kaltura followed by himself, is held
 * against what Kaltura gives that viewer.
 */
export class Matrix {
  readonly oracle: Oracle
  readonly violations: string[] = []
  /** Cells in which the gateway refuses what Kaltura gives, and that is not documented. */
  readonly less: string[] = []
  cells = 0
  /** Cells that were answered here: neither a redirect to Kaltura nor a refusal. */
  answeredHere = 0
  /** Cells that were answered here with what Kaltura gives this viewer alone. */
  fetchedForOne = 0
  readonly #world: World
  readonly #isExact: boolean
  readonly #isFetched: boolean
  readonly #secrets = new Map<string, string>()

  /**
   * @param isExact the URLs have to be Kaltura's own; not so where the gateway fetches the manifest behind them
   * @param isFetched answers are fetched for viewers (`viewerProxy`): what Kaltura gives one may hold tokens and flavors
   *   that are his
   */
  constructor(world: World, isExact = true, oracle = new Oracle(world), isFetched = false) {
    this.#world = world
    this.#isExact = isExact
    this.#isFetched = isFetched
    this.oracle = oracle
  }

  /** Asks at a door and judges the answer. */
  async visit(door: Door, cell: Cell, where: string): Promise<void> {
    const { kind, viewer, request } = cell
    const sent = viewer.sends(kind)
    for (const secret of sent.secrets) this.#remember(secret, viewer)
    const path = gatewayPath(kind, request, sent)
    const raw = await door(viewer, sent, path)
    this.cells++
    const wrong = [...(await this.#wrongInRaw(raw, cell, sent)), ...(await this.#wrongInEnd(raw, cell, sent))]
    for (const what of wrong) {
      this.violations.push(
        `${where} | ${kind.name} | ${viewer.name} | ${request.name} | ${what} | ${raw.status} ${path}`
      )
    }
  }

  #remember(secret: string, viewer: Viewer): void {
    if (!MARKS.test(secret)) throw new Error(`${viewer.name} has a secret that is not looked for`)
    const owner = this.#secrets.get(secret)
    // Two viewers who sent the same thing keep no secret from each other.
    this.#secrets.set(secret, owner === undefined || owner === viewer.name ? viewer.name : '')
  }

  /** What is wrong with the gateway's own answer, before anything is followed. */
  async #wrongInRaw(raw: Reply, { kind, viewer, request }: Cell, sent: Sent): Promise<string[]> {
    const wrong: string[] = []
    const { location = '', 'cache-control': caching = '' } = raw.headers
    const text = `${JSON.stringify(raw.headers)}\n${raw.body}`
    if (MARKS.test(text)) {
      for (const [secret, owner] of this.#secrets) {
        if (owner !== '' && owner !== viewer.name && text.includes(secret)) wrong.push(`shows what ${owner} sent`)
      }
      const own = sent.secrets.some((secret) => text.includes(secret))
      if (own && mayBeStored(raw)) wrong.push('may be stored with what the viewer sent')
    }
    if (raw.status >= 500) wrong.push(`status ${raw.status}`)
    if (caching === '') wrong.push('says nothing of storing')
    const isHere = raw.status < 400 && !withoutScheme(location).startsWith(withoutScheme(this.#world.kalturaUrl))
    if (isHere) this.answeredHere++
    const isForOne = this.#isFetched && isHere && !mayBeStored(raw)
    if (isForOne) {
      this.fetchedForOne++
      if (caching !== 'private, no-store') wrong.push(`is for one viewer and says ${caching}`)
      if (raw.headers.etag !== undefined) wrong.push('is for one viewer and has an ETag')
    }
    if (isHere && mayBeStored(raw)) wrong.push(...(await this.#wrongForAll(raw, { kind, viewer, request }, sent)))
    // What Kaltura itself gives this viewer, when it was fetched for him.
    const his = isForOne ? await this.#givenTo(viewer, kind, request, sent) : []
    const isKnown =
      [this.#world.kalturaUrl, this.#world.cdnUrl].some((base) =>
        withoutScheme(location).startsWith(`${withoutScheme(base)}/`)
      ) || his.some((reply) => reply.headers.location === location)
    if (location !== '' && !isKnown) wrong.push(`leads to ${location}`)
    const hisTokens = new Set(his.flatMap(tokensIn).map(sessionsAlike))
    const tokens = tokensIn(raw).filter(
      (token) => !hisTokens.has(sessionsAlike(token)) && !sent.secrets.some((secret) => token.includes(secret))
    )
    if (tokens.length > 0) wrong.push(`holds the token ${tokens[0]}`)
    const direct = this.oracle.reply(viewer, kind, request)
    if (isHere && mayBeStored(raw) && /no-store/.test(direct.headers['cache-control'] ?? '')) {
      wrong.push('may be stored though Kaltura forbids it')
    }
    if (direct.status >= 400 && text.includes(`secret name of`)) wrong.push('shows the name of the entry')
    const open = await this.oracle.listedFlavors(kind)
    const stated = gatewayPath(kind, request, sent)
    const hisFlavors = flavorsIn(his.map((reply) => `${reply.headers.location ?? ''}\n${reply.body}`).join('\n'))
    for (const id of flavorsIn(`${location}\n${raw.body}`)) {
      if (!open.has(id) && !hisFlavors.has(id) && !stated.includes(id)) wrong.push(`shows the flavor ${id}`)
    }
    return wrong
  }

  /** What is wrong with an answer that caches may give to others: there is somebody to whom Kaltura would not give it. */
  async #wrongForAll(raw: Reply, { kind, viewer, request }: Cell, sent: Sent): Promise<string[]> {
    const [agent, hint] = [sent.headers['user-agent']!, /^device=\w+$/.test(sent.query) ? sent.query : '']
    const headers = { 'user-agent': /user-agent/i.test(raw.headers.vary ?? '') ? agent : USER_AGENTS.desktop }
    const name = `stranger ${viewer.https} ${headers['user-agent']} ${hint}`
    const nobody: Sent = { headers, path: '', query: hint, secrets: [] }
    const stranger: Viewer = { name, address: ADDRESSES.other, https: viewer.https, sends: () => nobody }
    const [direct, ...whole] = (await this.#givenTo(stranger, kind, request, sent)).map(gainOf)
    const { more } = judge(gainOf(raw), direct!, isRuled(request, sent) ? whole : this.#isExact ? null : [])
    return more.map((what) => `may be stored, though to a stranger it ${what}`)
  }

  /** All that Kaltura gives a viewer, the plain answer first; `sent`: whether a rule for devices chooses. */
  async #givenTo(viewer: Viewer, kind: EntryKind, request: RequestKind, sent: Sent): Promise<Reply[]> {
    const direct = this.oracle.reply(viewer, kind, request)
    return isRuled(request, sent) ? [direct, ...(await this.oracle.wholeReplies(viewer, kind, request))] : [direct]
  }

  /** What is wrong with what the viewer has once he has followed the redirect to Kaltura himself. */
  async #wrongInEnd(raw: Reply, { kind, viewer, request }: Cell, sent: Sent): Promise<string[]> {
    const through = gainOf(this.oracle.follow(raw, viewer, sent))
    const direct = gainOf(this.oracle.reply(viewer, kind, request))
    const whole = isRuled(request, sent)
      ? (await this.oracle.wholeReplies(viewer, kind, request)).map(gainOf)
      : this.#isExact
        ? null
        : []
    const verdict = judge(through, direct, whole)
    if (verdict.less && kind.mayRefuse !== true) this.less.push(`${kind.name} | ${viewer.name} | ${request.name}`)
    return verdict.more
  }
}

function withoutScheme(url: string): string {
  return url.replace(/^[a-z]+:/, '')
}
