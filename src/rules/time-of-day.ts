/** A part of every day; over midnight when `until` is the earlier. Times as `HH:MM`; `until` is no longer in it. */
export interface TimeOfDay {
  from: string
  until: string
  /** IANA name; default UTC. */
  zone?: string | undefined
}

const MINUTE = 60_000
const DAY = 1440 * MINUTE
/** Clocks are put forward and back at full quarters of an hour only. */
const QUARTER = 15 * MINUTE

const clocks = new Map<string, Intl.DateTimeFormat>()

/** Whether a zone is known here. */
export function isTimeZone(zone: string): boolean {
  try {
    clockOf(zone)
    return true
  } catch {
    return false
  }
}

/**
 * Whether a moment (Unix ms) lies in the part of the day, and until when that certainly stays so: the next end or
 * beginning, and in a zone whose clocks may change no later than the next time they could.
 */
export function timeOfDay({ from, until, zone = 'UTC' }: TimeOfDay, now: number): { holds: boolean; until: number } {
  const local = localTime(zone, now)
  const begin = msOf(from)
  const end = msOf(until)
  const holds = begin < end ? local >= begin && local < end : local >= begin || local < end
  const left = ((holds ? end : begin) - local + DAY) % DAY || DAY
  return { holds, until: now + (zone === 'UTC' ? left : Math.min(left, QUARTER - (now % QUARTER))) }
}

function msOf(time: string): number {
  const [hours = '0', minutes = '0'] = time.split(':')
  return (Number(hours) * 60 + Number(minutes)) * MINUTE
}

/** ms since midnight there. */
function localTime(zone: string, now: number): number {
  if (zone === 'UTC') return now % DAY
  const parts = clockOf(zone).formatToParts(now)
  const part = (type: string) => Number(parts.find((found) => found.type === type)?.value)
  return (part('hour') * 3600 + part('minute') * 60 + part('second')) * 1000 + (now % 1000)
}

function clockOf(zone: string): Intl.DateTimeFormat {
  let clock = clocks.get(zone)
  if (clock === undefined) {
    const parts = { hour: '2-digit', minute: '2-digit', second: '2-digit' } as const
    clock = new Intl.DateTimeFormat('en-GB', { timeZone: zone, hourCycle: 'h23', ...parts })
    clocks.set(zone, clock)
  }
  return clock
}
