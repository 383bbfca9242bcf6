import fc from 'fast-check'
import t from 'tap'
import { type ContentStreams, codecString } from '../../src/flavors/codec-string.js'
import { vectors } from '../helpers/vectors.js'

for (const { name, input, expected } of vectors<{ contentStreams: ContentStreams }, string>('codec-string')) {
  t.test(name, async (t) => t.equal(codecString(input.contentStreams), expected))
}

/** Bytes as the analyser prints them. */
function dump(bytes: readonly number[]): string {
  const hex = bytes.map((byte) => byte.toString(16).padStart(2, '0')).join('')
  const lines = hex.match(/.{1,32}/g) ?? []
  return lines
    .map((line, index) => {
      const offset = (index * 16).toString(16).padStart(8, '0')
      return `\n${offset}: ${(line.match(/.{1,4}/g) ?? []).join(' ')}  ................`
    })
    .join('')
}

t.test('profile, constraints and level of a parameter set come out as they went in', async (t) => {
  const byte = fc.integer({ min: 0, max: 255 })
  fc.assert(
    fc.property(
      byte.filter((value) => value !== 0x67),
      byte.filter((v) => v !== 0x67),
      byte.filter((v) => v !== 0x67),
      (p, c, l) => {
        const extradata = dump([1, p, c, l, 0xff, 0xe1, 0, 26, 0x67, p, c, l, 0xac, 0xd9])
        const expected = [p, c, l].map((value) => value.toString(16).padStart(2, '0')).join('')
        t.equal(codecString({ video: [{ videoFormat: 'h264', extradata }] }), `avc1.${expected}`)
      }
    ),
    { numRuns: 50 }
  )
})

t.test('no dump is too odd', async (t) => {
  fc.assert(
    fc.property(fc.string(), fc.constantFrom('h264', 'hevc', 'av1', 'vp9', ''), (extradata, videoFormat) => {
      const text = codecString({ video: [{ videoFormat, extradata }], audio: [{ audioFormat: 'aac', extradata }] })
      t.match(text, /^[\w.,-]*$/)
    })
  )
})

t.test('main 10 and the high tier of HEVC', async (t) => {
  const extradata = dump([1, 0x22, 0x20, 0, 0, 0, 0xb0, 0, 0, 0, 0, 0, 0x78, 0xf0, 0])
  t.equal(codecString({ video: [{ videoFormat: 'hevc', extradata }] }), 'hvc1.2.4.H120.b0')
})
