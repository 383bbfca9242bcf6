import t from 'tap'
import { startNginx } from '../helpers/cdn-programs.js'
import { program } from '../helpers/require-program.js'
import { behindCdn, hitsAndMisses } from '../matrix/behind-cdn.js'

t.setTimeout(300_000)

t.test('nginx with deploy/nginx/playmanifest.conf', async (t) => {
  const nginx = program(t, 'nginx', 'nginx')
  if (nginx === null) return
  await t.test('hits and misses', (t) => hitsAndMisses(t, nginx, startNginx))
  await t.test('the matrix', (t) => behindCdn(t, 'nginx', nginx, startNginx))
})
