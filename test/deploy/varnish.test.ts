import t from 'tap'
import { startVarnish } from '../helpers/cdn-programs.js'
import { program } from '../helpers/require-program.js'
import { behindCdn, hitsAndMisses } from '../matrix/behind-cdn.js'

t.setTimeout(300_000)

t.test('Varnish with deploy/varnish/playmanifest.vcl', async (t) => {
  const varnishd = program(t, 'varnishd', 'varnish')
  if (varnishd === null) return
  await t.test('hits and misses', (t) => hitsAndMisses(t, varnishd, startVarnish))
  await t.test('the matrix', (t) => behindCdn(t, 'Varnish', varnishd, startVarnish))
})
