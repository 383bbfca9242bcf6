import type { Door } from './doors.js'
import { sessionsAlike } from './gain.js'

/** Who came before makes no difference: the same viewer gets the same answer to the same request, whenever he asks. */
export class SameAnswers {
  readonly differing: string[] = []
  readonly #answers = new Map<string, string>()

  /** A door whose answers are held against those that were given before, at this or another one. */
  at(door: Door): Door {
    return async (viewer, sent, path) => {
      const reply = await door(viewer, sent, path)
      const { location = '', 'cache-control': caching = '', 'x-kaltura': error = '' } = reply.headers
      const answer = sessionsAlike(JSON.stringify([reply.status, location, caching, error, reply.body]))
      const key = `${viewer.name} | ${path}`
      const known = this.#answers.get(key)
      if (known === undefined) this.#answers.set(key, answer)
      else if (known !== answer) this.differing.push(`${key} | ${known.slice(0, 300)} | ${answer.slice(0, 300)}`)
      return reply
    }
  }
}
