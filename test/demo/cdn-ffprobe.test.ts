import { execFile } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import t from 'tap'
import { buildCdn } from '../../src/demo/cdn/build-cdn.js'
import { isMediaKey } from '../../src/demo/media-files.js'
import { program } from '../helpers/require-program.js'

const run = promisify(execFile)
const cdn = buildCdn({
  lookup: (_entry, flavor) => {
    const key = flavor.slice(2)
    return isMediaKey(key) ? key : undefined
  }
})
const base = '/p/102/sp/10200/serveFlavor/entryId/0_abcd1234/v/1/flavorId'
let origin = ''

t.before(async () => {
  origin = await cdn.listen({ host: '127.0.0.1', port: 0 })
})
t.teardown(() => cdn.close())

/** Codec names, sorted, and seconds, as ffprobe sees a URL or file. */
async function probe(ffprobe: string, input: string): Promise<{ codecs: string[]; seconds: number }> {
  const entries = 'stream=codec_name:format=duration'
  const { stdout } = await run(ffprobe, ['-v', 'error', '-of', 'json', '-show_entries', entries, input])
  const { streams, format } = JSON.parse(stdout) as { streams: { codec_name: string }[]; format: { duration: string } }
  return { codecs: streams.map((stream) => stream.codec_name).sort(), seconds: Number(format.duration) }
}

t.test('ffprobe reads what is served', async (t) => {
  const ffprobe = program(t, 'ffprobe', 'ffmpeg')
  if (ffprobe === null) return
  for (const [path, codecs] of [
    [`${base}/0_v360/name/a.mp4`, ['aac', 'h264']],
    [`/hls${base}/0_v360/name/a.mp4/index.m3u8`, ['aac', 'h264']],
    [`/hls${base}/0_audio-es/name/a.mp4/index.m3u8`, ['aac']],
    [`/hls/container/fmp4${base}/0_v360/name/a.mp4/index.m3u8/index-v1.m3u8`, ['h264']],
    [`/hls/container/fmp4${base}/0_v360/name/a.mp4/index.m3u8/index-a1.m3u8`, ['aac']],
    [`/dash${base}/0_v,180,540,/forceproxy/true/name/a.mp4.urlset/manifest.mpd`, ['aac', 'h264', 'h264']],
    [`/dash${base}/0_audio-,en,es,/forceproxy/true/name/a.mp4.urlset/manifest.mpd`, ['aac', 'aac']]
  ] as const) {
    const result = await probe(ffprobe, origin + path)
    t.same(result.codecs, codecs, path)
    // Of an MPD, ffprobe tells whole seconds only, cut off.
    t.ok(Math.abs(result.seconds - 12) < (path.endsWith('.mpd') ? 1.1 : 0.1), `${path} lasts ${result.seconds} s`)
  }
})

t.test('init and segments put together are a whole file', async (t) => {
  const ffprobe = program(t, 'ffprobe', 'ffmpeg')
  if (ffprobe === null) return
  const at = `${origin}/dash${base}/0_v360/forceproxy/true/name/a.mp4`
  const names = ['init-v1.mp4', ...[1, 2, 3, 4, 5, 6].map((n) => `fragment-${n}-v1.m4s`)]
  const parts = await Promise.all(
    names.map(async (name) => Buffer.from(await (await fetch(`${at}/${name}`)).arrayBuffer()))
  )
  const file = join(t.testdir(), 'all.mp4')
  writeFileSync(file, Buffer.concat(parts))
  const args = ['-v', 'error', '-count_packets', '-show_entries', 'stream=nb_read_packets', '-of', 'csv=p=0', file]
  t.equal((await run(ffprobe, args)).stdout.trim(), '300', '12 s of 25 frames')
})
