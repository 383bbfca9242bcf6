import type { Command } from './command.js'

/** The commands by name; each is loaded when it is asked for, so that none delays the start of another. */
export const COMMANDS: ReadonlyMap<string, () => Promise<Command>> = new Map<string, () => Promise<Command>>([
  ['check', async () => (await import('./check.js')).runCheck],
  ['test', async () => (await import('./test.js')).runTest],
  ['flavors', async () => (await import('./flavors.js')).runFlavors],
  ['profiles', async () => (await import('./profiles.js')).runProfiles],
  ['diff', async () => (await import('./diff.js')).runDiff],
  ['explain', async () => (await import('./explain.js')).runExplain],
  ['purge', async () => (await import('./purge.js')).runPurge],
  ['warm', async () => (await import('./warm.js')).runWarm]
])
