import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import t from 'tap'
import { DEMO_ENTRIES } from '../../src/demo/kaltura/index.js'
import { mediaDirectory, mediaFiles } from '../../src/demo/media-files.js'
import type { Demo } from '../../src/demo/start.js'
import { entryUrl, withDemo } from '../helpers/demo.js'
import { program } from '../helpers/require-program.js'

const run = promisify(execFile)

/** The file that Kaltura gives for `url`: of the flavors tagged `mbr`, then `web`, the one of the lowest bitrate. */
function expectedFile({ catalog }: Demo): Buffer {
  const flavors = catalog.flavorsOf(DEMO_ENTRIES.public)
  const tagged = ['mbr', 'web'].map((tag) => flavors.filter(({ tags }) => tags.includes(tag)))
  const [lowest] = tagged.find((list) => list.length > 0)!.sort((a, b) => a.bitrate - b.bitrate)
  return readFileSync(join(mediaDirectory, `${lowest!.mediaKey}.mp4`))
}

for (const [name, options] of [
  ['with a credential', {}],
  ['without one', { withSecret: false }]
] as const) {
  t.test(`curl -L keeps the MP4, ${name}`, async (t) => {
    const curl = program(t, 'curl', 'curl')
    const ffprobe = program(t, 'ffprobe', 'ffmpeg')
    if (curl === null || ffprobe === null) return
    const demo = await withDemo(t, options)
    const expected = expectedFile(demo)
    for (const format of ['url', 'download']) {
      const file = join(t.testdir(), 'video.mp4')
      const url = `${entryUrl(demo, DEMO_ENTRIES.public)}/format/${format}/protocol/http/a.mp4`
      const { stdout } = await run(curl, [
        '-sS',
        '-L',
        '--noproxy',
        '*',
        '-w',
        '%{http_code} %{num_redirects}',
        '-o',
        file,
        url
      ])
      t.match(stdout, /^200 [12]$/, `${format}: at most by way of Kaltura`)
      const bytes = readFileSync(file)
      t.equal(bytes.subarray(4, 8).toString('latin1'), 'ftyp')
      if (format === 'url') {
        t.equal(bytes.length, expected.length)
        t.ok(bytes.equals(expected), 'byte for byte')
      } else {
        const sizes = Object.values(mediaFiles).map((medium) => medium.bytes)
        t.ok(sizes.includes(bytes.length), 'a whole file')
      }
      const args = ['-v', 'error', '-of', 'json', '-show_entries', 'stream=codec_name:format=duration', file]
      const probed = JSON.parse((await run(ffprobe, args)).stdout)
      t.same(probed.streams.map((stream: { codec_name: string }) => stream.codec_name).sort(), ['aac', 'h264'])
      t.ok(Math.abs(Number(probed.format.duration) - 12) < 0.1, 'lasts 12 s')
    }
  })
}

t.test('curl goes on where it stopped', async (t) => {
  const curl = program(t, 'curl', 'curl')
  if (curl === null) return
  const demo = await withDemo(t)
  const url = `${entryUrl(demo, DEMO_ENTRIES.public)}/format/url/protocol/http/a.mp4`
  const expected = expectedFile(demo)
  const options = { encoding: 'buffer', maxBuffer: 8 * 1024 * 1024 } as const
  const args = ['-sS', '-L', '--noproxy', '*']
  const { stdout: begin } = await run(curl, [...args, '-r', '0-99999', url], options)
  const { stdout: rest } = await run(curl, [...args, '-r', '100000-', url], options)
  t.ok(Buffer.concat([begin, rest]).equals(expected))
})
