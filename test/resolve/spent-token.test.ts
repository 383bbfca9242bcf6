import fc from 'fast-check'
import t from 'tap'
import { isSpent } from '../../src/resolve/spent-token.js'

const NOW = 1_700_000_000_000

t.test('an end that has passed, in the places where tokens write it', async (t) => {
  const urls = (end: number) => [
    `https://cdn.example.com/a.mp4?Expires=${end}&Signature=x`,
    `https://cdn.example.com/hdnts=st=1~exp=${end}~acl=/*~hmac=ab/a.m3u8`,
    `https://cdn.example.com/a.m3u8?__gda__=exp%3D${end}~acl%3D%2f*`,
    `https://cdn.example.com/exp/${end}/sig/ab/a.m3u8`
  ]
  for (const url of urls(1_700_000_000)) t.ok(isSpent(url, NOW), url)
  for (const url of urls(1_700_000_001)) t.notOk(isSpent(url, NOW), url)
  t.notOk(isSpent('https://cdn.example.com/p/101/name/a.mp4?x=1600000000', NOW))
})

t.test('any text has an answer', async () => {
  fc.assert(fc.property(fc.string(), (text) => typeof isSpent(text, NOW) === 'boolean'))
})
