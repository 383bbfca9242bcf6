// Compiles src/ into dist/ (or the folder that is named) and puts beside it what the demo serves: its media, its page, and the players of the page.
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
if (existsSync(at('src/demo/page'))) cpSync(at('src/demo/page'), to('demo/page'), { recursive: true })
mkdirSync(to('demo/vendor'), { recursive: true })
for (const [from, name] of [
  ['hls.js/dist/hls.min.js', 'hls.min.js'],
  ['shaka-player/dist/shaka-player.compiled.js', 'shaka-player.compiled.js']
]) {
  const file = at('node_modules', from)
  // Absent only where dev dependencies are not installed; the demo then says which players it lacks.
  if (existsSync(file)) cpSync(file, to('demo/vendor', name))
}
chmodSync(to('cli.js'), 0o755)
