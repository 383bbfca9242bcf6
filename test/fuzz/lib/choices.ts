/** Where a generator takes its decisions from: a seeded stream in the long run, a list that can shrink in a property. */
export interface Choices {
  /** A number from 0 to below `n`. */
  below(n: number): number
}

/** Numbers that a seed determines (xorshift32, started by splitmix). Fast, and good enough to choose among things. */
export function seeded(seed: number): Choices {
  let state = (Math.imul(seed ^ (seed >>> 16), 0x45d9f3b) ^ 0x9e3779b9) | 0 || 1
  return {
    below(n) {
      state ^= state << 13
      state ^= state >>> 17
      state ^= state << 5
      return (state >>> 0) % n
    }
  }
}

/** The numbers of a list, then 0 for ever: what is left out of it is the simplest choice. */
export function listed(numbers: readonly number[]): Choices {
  let at = 0
  return { below: (n) => (numbers[at++] ?? 0) % n }
}

export function pick<T>(choices: Choices, list: readonly T[]): T {
  return list[choices.below(list.length)]!
}

/** True once in `n` times; never for a list that is used up. */
export function once(choices: Choices, n: number): boolean {
  return choices.below(n) === n - 1
}
