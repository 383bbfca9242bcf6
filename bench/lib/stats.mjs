// Robust summaries: the machine's noise is one-sided and heavy-tailed, so means say little.

/** Value at a quantile (0 to 1), linear between neighbours; NaN for no values. */
export function quantile(values, q) {
  const sorted = [...values].sort((a, b) => a - b)
  const place = (sorted.length - 1) * q
  const below = sorted[Math.floor(place)] ?? Number.NaN
  const above = sorted[Math.ceil(place)] ?? Number.NaN
  return below + (above - below) * (place - Math.floor(place))
}

/** Median and quartiles, rounded to three decimals. */
export function summarize(values) {
  return { median: round(quantile(values, 0.5)), q1: round(quantile(values, 0.25)), q3: round(quantile(values, 0.75)) }
}

export function round(value) {
  return Math.round(value * 1000) / 1000
}

/** The same values in another order (Fisher and Yates). */
export function shuffle(values, random = Math.random) {
  const result = [...values]
  for (let last = result.length - 1; last > 0; last--) {
    const other = Math.floor(random() * (last + 1))
    ;[result[last], result[other]] = [result[other], result[last]]
  }
  return result
}
