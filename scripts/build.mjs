// Compiles src/ into dist/ and puts beside it what the demo serves: its media, its page, and the players of the page.
import { spawnSync } from 'node:child_process'
import { chmodSync, cpSync, existsSync, mkdirSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const at = (...parts) => join(root, ...parts)
const require = createRequire(import.meta.url)

rmSync(at('dist'), { recursive: true, force: true })
const tsc = spawnSync(process.execPath, [require.resolve('typescript/bin/tsc'), '-p', at('tsconfig.build.json')], {
  stdio: 'inherit'
})
if (tsc.status !== 0) process.exit(tsc.status ?? 1)

cpSync(at('src/demo/media'), at('dist/demo/media'), { recursive: true })
if (existsSync(at('src/demo/page'))) cpSync(at('src/demo/page'), at('dist/demo/page'), { recursive: true })
mkdirSync(at('dist/demo/vendor'), { recursive: true })
for (const [from, to] of [
  ['hls.js/dist/hls.min.js', 'hls.min.js'],
  ['shaka-player/dist/shaka-player.compiled.js', 'shaka-player.compiled.js']
]) {
  const file = at('node_modules', from)
  // Absent only where dev dependencies are not installed; the demo then says which players it lacks.
  if (existsSync(file)) cpSync(file, at('dist/demo/vendor', to))
}
chmodSync(at('dist/cli.js'), 0o755)
