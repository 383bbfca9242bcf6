// Preloaded into every measured server (`node --import`): tells its CPU time when the harness asks over IPC, so that
// the server itself needs no change. Costs nothing between two questions.
process.on('message', (message) => {
  if (message !== 'cpu') return
  const { user, system } = process.cpuUsage()
  process.send?.({ cpu: user + system, rss: process.memoryUsage.rss() })
})
// A listener keeps the process alive; the server under it is what should decide that.
process.channel?.unref()
// A harness that was killed leaves no server behind.
process.on('disconnect', () => process.exit())
