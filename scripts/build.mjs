// Compiles src/ into dist/ (or the folder that is named) and puts beside it what is served: the pages of console and demo,
// the libraries of these pages with their licences, and the demo's media.
import { spawnSync } from 'node:child_process'
import { chmodSync, cpSync, existsSync, mkdirSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const at = (...parts) => join(root, ...parts)
const require = createRequire(import.meta.url)
const out = process.argv[2] === undefined ? at('dist') : resolve(process.argv[2])
const to = (...parts) => join(out, ...parts)

rmSync(out, { recursive: true, force: true })
const tsc = spawnSync(
  process.execPath,
  [require.resolve('typescript/bin/tsc'), '-p', at('tsconfig.build.json'), '--outDir', out],
  {
    stdio: 'inherit'
  }
)
if (tsc.status !== 0) process.exit(tsc.status ?? 1)

cpSync(at('src/demo/media'), to('demo/media'), { recursive: true })
for (const page of ['demo/page', 'console/page']) cpSync(at('src', page), to(page), { recursive: true })
mkdirSync(to('console/vendor'), { recursive: true })
for (const [from, name] of [
  ['hls.js/dist/hls.min.js', 'hls.min.js'],
  ['hls.js/LICENSE', 'hls.js-LICENSE.txt'],
  ['shaka-player/dist/shaka-player.compiled.js', 'shaka-player.compiled.js'],
  ['shaka-player/LICENSE', 'shaka-player-LICENSE.txt'],
  ['diff/dist/diff.min.js', 'diff.min.js'],
  ['diff/LICENSE', 'diff-LICENSE.txt']
]) {
  const file = at('node_modules', from)
  // Absent only where dev dependencies are not installed; the pages then say what they lack.
  if (existsSync(file)) cpSync(file, to('console/vendor', name))
}
chmodSync(to('cli.js'), 0o755)
