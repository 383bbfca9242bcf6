import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import t from 'tap'
import { indexFragmentedMp4 } from '../../src/demo/cdn/mp4-index.js'
import { bandwidth, totalSeconds } from '../../src/demo/cdn/segment-index.js'
import { indexTransportStream } from '../../src/demo/cdn/ts-index.js'
import { mediaDirectory } from '../../src/demo/media-files.js'

const bytes = readFileSync(join(mediaDirectory, 'v180.cmaf.mp4'))

t.test('fragmented MP4: the index points at the fragments, one after the other', async (t) => {
  const index = indexFragmentedMp4(bytes)
  t.equal(totalSeconds(index), 12)
  let end: number | undefined
  for (const { offset, size, ticks } of index.segments) {
    t.equal(bytes.toString('latin1', offset + 4, offset + 8), 'moof')
    t.equal(ticks / index.timescale, 2)
    if (end !== undefined) t.equal(offset, end)
    end = offset + size
  }
  const { offset, size } = index.init!
  t.equal(bytes.toString('latin1', offset + size + 4, offset + size + 8), 'sidx')
})

t.test('fragmented MP4: what is cut off or another thing is refused', async (t) => {
  t.throws(() => indexFragmentedMp4(bytes.subarray(0, 500)), /cut off/)
  t.throws(() => indexFragmentedMp4(bytes.subarray(0, 2000)), /beyond the end/)
  t.throws(() => indexFragmentedMp4(readFileSync(join(mediaDirectory, 'v180.mp4'))), /without sidx/)
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 64 }), (noise) => {
      try {
        indexFragmentedMp4(Buffer.from(noise))
      } catch (error) {
        return error instanceof Error
      }
      return false
    })
  )
})

t.test('MPEG-TS: durations and byte ranges come in pairs', async (t) => {
  const line = (range: string) => `#EXTINF:2.000000,\n#EXT-X-BYTERANGE:${range}\nx\n`
  const index = indexTransportStream(`#EXTM3U\n${line('100@0')}${line('300@100')}`, 400)
  t.same(index.segments, [
    { offset: 0, size: 100, ticks: 2_000_000 },
    { offset: 100, size: 300, ticks: 2_000_000 }
  ])
  t.same(bandwidth(index), { average: 800, peak: 1200 })
  t.throws(() => indexTransportStream(line('100@0'), 99), /beyond the end/)
  t.throws(() => indexTransportStream('#EXT-X-BYTERANGE:1@0', 99), /without duration/)
  t.throws(() => indexTransportStream('#EXTM3U', 99), /without byte ranges/)
})
