/** Which actions of API v3 may be passed through, as `service.action` in lower case: names do not mind case at Kaltura. */

/**
 * What the Kaltura Player asks to play an entry or a playlist, with and without a KS. Watched at version 3.17.78, whose
 * provider fails as a whole when one part of its multirequest does; `user.get` is the viewer asking who he is.
 */
export const PLAYER_ACTIONS: readonly string[] = [
  'session.startwidgetsession',
  'baseentry.list',
  'baseentry.getplaybackcontext',
  'metadata_metadata.list',
  'user.get',
  'playlist.get',
  'playlist.execute'
]

const PAIR = /^[A-Za-z][A-Za-z0-9_]{0,63}\.[A-Za-z][A-Za-z0-9_]{0,63}$/

/** Make a session from a secret, a password or another session. Widget sessions are not among them: anybody has those. */
const SESSION_MAKERS: ReadonlySet<string> = new Set(['session.start', 'session.impersonate', 'apptoken.startsession'])

/** Hand out URLs that play without any check, made with the asker's rights (reference access-control.md section 6). */
const URL_MAKERS = /^get(?:download|remote|serve)?(?:urls?|paths?)$/

/** Logins, passwords, secrets: nothing that one guesses at should be asked from the gateway's address. */
const CREDENTIALS = /login|password|secret|impersonat/

/**
 * Whether an action is never passed through, whatever a list says.
 * @param pair `service.action` in lower case
 */
export function isNeverPassed(pair: string): boolean {
  const action = pair.slice(pair.indexOf('.') + 1)
  return (
    SESSION_MAKERS.has(pair) || URL_MAKERS.test(action) || CREDENTIALS.test(action) || pair.startsWith('multirequest.')
  )
}

/**
 * Reads one `service.action` of a configured list.
 * @throws Error that says what would be right
 */
export function readActionPair(text: string): string {
  const pair = text.toLowerCase()
  if (!PAIR.test(text)) throw new Error('a pair such as baseEntry.list')
  if (isNeverPassed(pair)) throw new Error('an action that makes no session, URL or login')
  return pair
}
