const LINE = /^([a-zA-Z_:][\w:]*)(?:\{([^}]*)\})?\s+(\S+)/
const LABEL = /(\w+)="((?:[^"\\]|\\.)*)"/g

/**
 * Reads Prometheus' text format.
 *
 * @returns of each name its samples: labels and value
 */
export function readMetrics(text) {
  const samples = new Map()
  for (const line of text.split('\n')) {
    const match = line.startsWith('#') ? null : LINE.exec(line)
    if (match === null) continue
    const [, name, labels = '', value] = match
    const sample = {
      labels: Object.fromEntries([...labels.matchAll(LABEL)].map(([, key, of]) => [key, of])),
      value: Number(value)
    }
    if (!samples.has(name)) samples.set(name, [])
    samples.get(name).push(sample)
  }
  return samples
}

/** The counters of the gateway, summed up by one label. */
export function countsBy(samples, name, label, where = () => true) {
  const counts = {}
  for (const { labels, value } of samples.get(`playmanifest_${name}_total`) ?? []) {
    if (!where(labels)) continue
    const key = label === null ? 'all' : labels[label]
    counts[key] = (counts[key] ?? 0) + value
  }
  return counts
}
