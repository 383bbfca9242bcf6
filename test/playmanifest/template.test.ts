import fc from 'fast-check'
import t from 'tap'
import type { ParameterName } from '../../src/playmanifest/parameters.js'
import { parsePlayManifestUrl } from '../../src/playmanifest/parse.js'
import { type TemplateEdit, writeCanonical, writeTemplate } from '../../src/playmanifest/template.js'

const BASE = '/p/101/sp/10100/playManifest'

function request(url: string) {
  const result = parsePlayManifestUrl(url)
  if (!result.ok) throw new Error(result.code)
  return result.request
}
const write = (url: string, edit?: TemplateEdit) => writeTemplate(request(url), edit)

t.test('without an edit the request leaves as it came', async (t) => {
  for (const url of [
    `${BASE}/entryId/0_a/format/applehttp/protocol/https/a.m3u8`,
    `${BASE}//entryId///0_a//`,
    `/s/p/101/playManifest?entryId=0_a&x[a]=1&&y`,
    `${BASE}/entryId/0_a/tags/%D7%A9?referrer=aHR0+w%3D%3D&ks=a%2Bb`,
    `${BASE}/entryId/0_a/0/x/format/url`
  ]) {
    t.equal(write(url), url)
  }
})

t.test("the gateway's own parameters are taken out wherever they stand", async (t) => {
  t.equal(write(`${BASE}/entryId/0_a/device/ipad/format/url/a.mp4`), `${BASE}/entryId/0_a/format/url/a.mp4`)
  t.equal(write(`${BASE}/entryId/0_a?x=1&device=ipad&y=2`), `${BASE}/entryId/0_a?x=1&y=2`)
  t.equal(write(`${BASE}/entryId/0_a?device=ipad`), `${BASE}/entryId/0_a`)
  t.equal(write(`${BASE}/entryId/0_a?dev%69ce=ipad`), `${BASE}/entryId/0_a`)
})

t.test('what is added stands before the file name, what is replaced is replaced under both names', async (t) => {
  t.equal(
    write(`${BASE}/entryId/0_a/format/applehttp/a.m3u8?ks=k`, { set: { flavorIds: '0_x,0_y' } }),
    `${BASE}/entryId/0_a/format/applehttp/flavorIds/0_x,0_y/a.m3u8?ks=k`
  )
  t.equal(
    write(`${BASE}/e/0_a/f/auto/a.m3u8`, { set: { format: 'applehttp' } }),
    `${BASE}/e/0_a/format/applehttp/a.m3u8`
  )
  t.equal(
    write(`${BASE}/entryId/0_a?format=auto&x=1`, { set: { format: 'url' } }),
    `${BASE}/entryId/0_a/format/url?x=1`
  )
})

t.test('a value too long for a path segment goes into the query (recording path_long_7k)', async (t) => {
  const flavorIds = Array.from({ length: 40 }, (_, i) => `0_flavor${String(i).padStart(2, '0')}`).join(',')
  const written = write(`${BASE}/entryId/0_a/a.m3u8?x=1`, { set: { flavorIds } })
  t.equal(written, `${BASE}/entryId/0_a/a.m3u8?x=1&flavorIds=${encodeURIComponent(flavorIds)}`)
})

t.test('a header KS becomes the ks parameter, in place of any other', async (t) => {
  t.equal(
    write(`${BASE}/entryId/0_a/ks/old/a.m3u8?ks=older`, { headerKs: 'a+b/c=' }),
    `${BASE}/entryId/0_a/a.m3u8?ks=a%2Bb%2Fc%3D`
  )
})

t.test('Kaltura reads from a written template what was read from the request, and the edit', async (t) => {
  const name = fc.constantFrom(
    'entryId',
    'e',
    'format',
    'f',
    'tags',
    'ks',
    'device',
    'x',
    'clipTo',
    'flavorIds',
    'fs',
    'a.m3u8'
  )
  const value = fc.stringMatching(/^[a-z0-9_,.:%= -]{1,12}$/).map((text) => encodeURIComponent(text))
  const pairs = fc.array(fc.tuple(name, value), { maxLength: 6 })
  const set = fc.dictionary(
    fc.constantFrom('format', 'flavorIds', 'protocol', 'tags'),
    fc.stringMatching(/^[a-z0-9_,]{1,300}$/)
  )
  fc.assert(
    fc.property(pairs, pairs, fc.boolean(), set, (path, query, file, edit) => {
      const url = `${BASE}${path.map(([n, v]) => `/${n}/${v}`).join('')}${file ? '/a.m3u8' : ''}?${query.map(([n, v]) => `${n}=${v}`).join('&')}`
      const before = parsePlayManifestUrl(url)
      // A segment of dots is refused before anything is written.
      if (!before.ok) return true
      const after = request(writeTemplate(before.request, { set: edit as TemplateEdit['set'] & object }))
      const wanted: Record<string, string | false | undefined> = { ...before.request.effective, ...edit }
      delete wanted.device
      return JSON.stringify(Object.entries(after.effective).sort()) === JSON.stringify(Object.entries(wanted).sort())
    }),
    { numRuns: 1000 }
  )
  t.pass('property holds')
})

t.test('a canonical path says the same as its parameters, in one spelling', async (t) => {
  t.equal(
    writeCanonical(101, { entryId: '0_a', flavorParamId: '0', tags: 'a/b', format: 'url', minBitrate: '' }),
    '/p/101/sp/10100/playManifest/entryId/0_a/flavorParamId/0/format/url?tags=a%2Fb&minBitrate='
  )
  const names: ParameterName[] = ['entryId', 'tags', 'format', 'tracks', 'clipTo']
  fc.assert(
    fc.property(fc.dictionary(fc.constantFrom(...names), fc.stringMatching(/^[ -~]{0,20}$/)), (parameters) => {
      const text = writeCanonical(101, parameters)
      const dots = Object.values(parameters).some((value) => value === '.' || value === '..' || value === 'index.php')
      if (dots) return true
      const { effective } = request(text)
      return JSON.stringify(Object.entries(effective).sort()) === JSON.stringify(Object.entries(parameters).sort())
    }),
    { numRuns: 1000 }
  )
  t.pass('property holds')
})
