import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import type { Recorder } from '../resolve/recorder.js'

/** Marks a connection of the process to itself. A symbol of this module: nothing that comes from outside can carry it. */
const RECORDER = Symbol('recorder')

type Marked = { [RECORDER]?: Recorder }

/** Marks the server's end of a connection: what is asked there is asked to be explained. */
export function explainedBy(socket: Duplex, recorder: Recorder): void {
  ;(socket as Marked)[RECORDER] = recorder
}

/** The recorder of a request that is to be explained; null for every viewer's. */
export function recorderOf({ raw }: { raw: IncomingMessage }): Recorder | null {
  return (raw.socket as Marked)[RECORDER] ?? null
}

/** The same of a connection over which nothing came that is a request. */
export function isExplainedConnection(socket: Duplex): boolean {
  return (socket as Marked)[RECORDER] !== undefined
}

/** Whether an operator asks what would be answered: that is nobody's request, and counts nowhere. */
export function isExplained(request: { raw: IncomingMessage }): boolean {
  return recorderOf(request) !== null
}
