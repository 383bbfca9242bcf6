import fc from 'fast-check'
import t from 'tap'
import { ownPlayManifestUrls } from '../../src/playmanifest/public-urls.js'

const BASES = ['https://www.kaltura.com', 'http://kaltura.example:8080/base']
const OWN = 'https://play.example.com/x'
const edit = (text: string) => ownPlayManifestUrls(text, BASES, OWN)
const REST = '/p/101/sp/101/playManifest/entryId/0_a/flavorIds/0_b,0_c/protocol/https/format/applehttp/a.m3u8'
/** JSON as Kaltura writes it. */
const php = (value: unknown) => JSON.stringify(value).replaceAll('/', '\\/')

t.test('playManifest URLs come back on our base, slashes written as they were', async (t) => {
  t.equal(edit(php({ url: BASES[0] + REST })), php({ url: OWN + REST }))
  t.equal(edit(JSON.stringify({ url: BASES[0] + REST })), JSON.stringify({ url: OWN + REST }))
  t.equal(edit(php([{ url: `${BASES[1]}/s${REST}` }])), php([{ url: `${OWN}/s${REST}` }]))
  t.equal(edit(php(`http://www.kaltura.com${REST}`)), php(OWN + REST), 'the other scheme is the same host')
  t.equal(edit(php(`https://WWW.kaltura.com${REST}`)), php(OWN + REST))
  const two = [BASES[0] + REST, 'between', BASES[1] + REST]
  t.equal(edit(`{"a" : ${php(two)} }`), `{"a" : ${php([OWN + REST, 'between', OWN + REST])} }`)
})

t.test('of two bases the longer one counts', async (t) => {
  const both = ['https://k.example', 'https://k.example/b']
  for (const bases of [both, both.toReversed()]) {
    for (const base of both) t.equal(ownPlayManifestUrls(php(base + REST), bases, OWN), php(OWN + REST))
  }
})

t.test('everything else keeps every byte', async (t) => {
  const kept = [
    `https://www.kaltura.com.evil.example${REST}`,
    `https://www.kaltura.com:8443${REST}`,
    `https://www.kaltura.com/p/101/sp/10100/thumbnail/entry_id/0_a`,
    `https://www.kaltura.com/p/x/playManifest/entryId/0_a`,
    `https://www.kaltura.com/api_v3/?u=/p/101/playManifest/x`,
    `https://wwwXkaltura.com${REST}`,
    `see https://www.kaltura.com${REST}`,
    `ftp://www.kaltura.com${REST}`,
    `http://kaltura.example:8080${REST}`,
    ` ${BASES[0]}${REST}`
  ]
  for (const text of kept) t.equal(edit(php([text])), php([text]), text)
  const names = `{${php(BASES[0] + REST)} : 1}`
  t.equal(edit(names), names, 'names of members are no values')
  const quoted = php({ text: `"${BASES[0]}${REST}"` })
  t.equal(edit(quoted), quoted, 'a URL inside a text')
  for (const text of ['', '"', '"\\', '{"a', '<xml/>', '{"a":"\\u00e9\\ud800 \\/"}', '\xff\xfe'])
    t.equal(edit(text), text)
})

t.test('property: without our bases nothing changes; with one, only the base does', async () => {
  fc.assert(fc.property(fc.json(), (json) => edit(json) === json))
  fc.assert(
    fc.property(fc.jsonValue(), fc.constantFrom(...BASES), (value, base) => {
      const mixed = { before: value, url: base + REST, after: [value] }
      return edit(php(mixed)) === php({ ...mixed, url: OWN + REST })
    })
  )
})
