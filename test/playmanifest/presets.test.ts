import fc from 'fast-check'
import t from 'tap'
import { PARAMETERS, type ParameterName } from '../../src/playmanifest/parameters.js'
import { type PlayManifestRequest, parsePlayManifestUrl } from '../../src/playmanifest/parse.js'
import { withPreset } from '../../src/playmanifest/presets.js'

const BASE = '/p/101/sp/10100/playManifest/entryId/0_a'

function request(rest: string): PlayManifestRequest {
  const parsed = parsePlayManifestUrl(BASE + rest)
  if (!parsed.ok) throw new Error(parsed.detail)
  return parsed.request
}

function effective(rest: string, preset: Parameters<typeof withPreset>[1]) {
  const expanded = withPreset(request(rest), preset)
  return expanded.ok ? { ...expanded.request.effective } : expanded.code
}

t.test('the name is gone, its parameters are there', async (t) => {
  const low = { format: 'applehttp', maxBitrate: '900' }
  t.same(effective('/preset/low/a.m3u8', low), { entryId: '0_a', ...low })
  t.same(effective('/a.m3u8?preset=low', low), { entryId: '0_a', ...low })
  t.same(effective('?preset=low&x=1', { tags: 'a b&c=d/é' }), { entryId: '0_a', tags: 'a b&c=d/é' })
})

t.test('what the URL says wins, under any of its names', async (t) => {
  t.match(effective('/preset/low/maxBitrate/100', { maxBitrate: '900' }), { maxBitrate: '100' })
  t.match(effective('/preset/low?mb=100', { maxBitrate: '900' }), { maxBitrate: '100' })
  for (const own of ['flavorIds', 'flavorId', 'flavorParamIds', 'flavorParamId', 'tags', 'fi', 't']) {
    t.same(
      effective(`/preset/low/${own}/1`, { flavorId: '0_x', maxBitrate: '900' }),
      { ...(effective(`/${own}/1`, {}) as object), maxBitrate: '900' },
      own
    )
  }
})

t.test('a URL that grows too long is refused', async (t) => {
  t.equal(effective(`/preset/low?x=${'y'.repeat(8000)}`, { tags: 'z'.repeat(500) }), 'URL_TOO_LONG')
})

t.test('each parameter has the value of the URL, else that of the preset', async () => {
  const names = (Object.keys(PARAMETERS) as ParameterName[]).filter(
    (name) => PARAMETERS[name].class === 'answer' && !name.startsWith('deliveryProfile')
  )
  const value = fc.string({ minLength: 1, unit: 'grapheme' }).filter((text) => !/[\u0000-\u001f\u007f]/.test(text))
  const bundle = fc.dictionary(fc.constantFrom(...names), value) as fc.Arbitrary<Partial<Record<ParameterName, string>>>
  fc.assert(
    fc.property(bundle, bundle, (own, preset) => {
      const query = new URLSearchParams({ ...own, preset: 'low' } as Record<string, string>)
      const expanded = effective(`?${query}`, preset)
      const expected = { entryId: '0_a', ...preset, ...own }
      const text = (of: object) => JSON.stringify(Object.entries(of).sort())
      if (text(expanded as object) !== text(expected))
        throw new Error(`${text(expanded as object)} for ${text(expected)}`)
    })
  )
})
