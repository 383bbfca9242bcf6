import type { EntryKind } from './entries.js'
import { kalturaPath, type RequestKind } from './requests.js'
import type { Sent, Viewer } from './viewers.js'
import type { Asked, Reply, World } from './world.js'

/**
 * What Kaltura itself gives to a viewer who asks there. Answers are kept as long as neither the clock nor the catalog
 * changes: `forget` then.
 */
export class Oracle {
  readonly #world: World
  readonly #replies = new Map<string, Reply>()
  readonly #listed = new Map<string, Promise<Set<string>>>()

  constructor(world: World) {
    this.#world = world
  }

  forget(): void {
    this.#replies.clear()
    this.#listed.clear()
  }

  /** Kaltura's answer to the same request in its own words. */
  reply(viewer: Viewer, kind: EntryKind, request: RequestKind): Reply {
    const sent = viewer.sends(kind)
    return this.#ask(viewer, sent, kalturaPath(kind, request, sent, viewer))
  }

  /** Kaltura's answers when the viewer names the renditions that anyone can list, together and one by one. */
  async wholeReplies(viewer: Viewer, kind: EntryKind, request: RequestKind): Promise<Reply[]> {
    const sent = viewer.sends(kind)
    const ids = [...(await this.listedFlavors(kind))]
    const lists = ids.length === 0 ? [] : [ids.join(','), ...ids]
    const path = (list: string) => kalturaPath(kind, request, sent, viewer, `/flavorIds/${list}`)
    return lists.map((list) => this.#ask(viewer, sent, path(list)))
  }

  /** Where a reply leads once the viewer has followed it to Kaltura: same address, same headers. */
  follow(reply: Reply, viewer: Viewer, sent: Sent): Reply {
    let last = reply
    // A session that came in a header is in the redirect, or it is lost: clients need not send the header again.
    const { 'x-kaltura-ks': _ks, ...headers } = sent.headers
    for (let hop = 0; hop < 5; hop++) {
      const { location = '' } = last.headers
      if (last.status < 300 || last.status >= 400 || !location.startsWith(`${this.#world.kalturaUrl}/`)) return last
      last = this.#ask(viewer, { headers }, location.slice(this.#world.kalturaUrl.length))
    }
    return last
  }

  /** Ready renditions that a widget session of the partner in the URL can list at Kaltura: anyone can have those. */
  listedFlavors({ partnerId, entryId }: EntryKind): Promise<Set<string>> {
    const key = JSON.stringify([partnerId, entryId])
    const known = this.#listed.get(key)
    if (known !== undefined) return known
    const listed = this.#list(partnerId, entryId)
    this.#listed.set(key, listed)
    return listed
  }

  async #list(partnerId: number, entryId: string): Promise<Set<string>> {
    const path =
      `/api_v3/?service=multirequest&format=1&1:service=session&1:action=startWidgetSession&1:widgetId=_${partnerId}` +
      `&2:service=flavorAsset&2:action=list&2:ks={1:result:ks}&2:filter:entryIdEqual=${entryId}&2:filter:statusEqual=2`
    const answer = await this.#world.askApi({ path: encodeURI(path), headers: {}, address: '198.51.100.99' })
    const [, list] = JSON.parse(answer.body) as [unknown, { objects?: { id: string }[] }]
    return new Set((list?.objects ?? []).map(({ id }) => id))
  }

  #ask(viewer: Viewer, { headers }: Pick<Sent, 'headers'>, path: string): Reply {
    const key = `${viewer.name} ${headers['x-kaltura-ks'] === undefined} ${path}`
    const known = this.#replies.get(key)
    if (known !== undefined) return known
    const reply = this.#askNow({ path, headers, address: viewer.address })
    this.#replies.set(key, reply)
    return reply
  }

  /** An error inside the embedded Kaltura, which the condition that it does not know is, is a 500 of its server. */
  #askNow(asked: Asked): Reply {
    try {
      return this.#world.askKaltura(asked)
    } catch {
      return { status: 500, headers: {}, body: '' }
    }
  }
}
