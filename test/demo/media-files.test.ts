import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { isMediaKey, mediaDirectory, mediaFiles, mediaKeys } from '../../src/demo/media-files.js'
import { program } from '../helpers/require-program.js'

interface Probe {
  streams: {
    codec_type: string
    codec_name: string
    width?: number
    height?: number
    avg_frame_rate: string
    channels?: number
    sample_rate?: string
    tags?: { language?: string }
  }[]
  format: { duration: string; bit_rate: string }
}

t.test('the facts of every medium are those ffprobe tells', async (t) => {
  const ffprobe = program(t, 'ffprobe', 'ffmpeg')
  if (ffprobe === null) return
  for (const key of mediaKeys) {
    const facts = mediaFiles[key]
    const file = join(mediaDirectory, `${key}.mp4`)
    const args = ['-v', 'error', '-of', 'json', '-show_format', '-show_streams', file]
    const probe = JSON.parse(execFileSync(ffprobe, args, { encoding: 'utf8' })) as Probe
    t.equal(Math.round(Number(probe.format.duration) * 1000), facts.durationMs, `${key} duration`)
    t.equal(Math.round(Number(probe.format.bit_rate) / 1000), facts.kbps, `${key} bitrate`)
    const audio = probe.streams.find((stream) => stream.codec_type === 'audio')
    t.match(audio, { codec_name: 'aac', channels: facts.audioChannels, sample_rate: `${facts.audioSampleRate}` }, key)
    t.equal(audio?.tags?.language, { en: 'eng', es: 'spa' }[facts.language], `${key} language`)
    const video = probe.streams.find((stream) => stream.codec_type === 'video')
    t.equal(video !== undefined, facts.kind === 'video', `${key} kind`)
    if (!video) continue
    t.match(video, { codec_name: 'h264', width: facts.width, height: facts.height }, key)
    t.equal(video.avg_frame_rate, `${facts.fps}/1`, `${key} frame rate`)
  }
})

t.test('sizes and codec names are those in the files', async (t) => {
  for (const key of mediaKeys) {
    const facts = mediaFiles[key]
    const file = join(mediaDirectory, `${key}.mp4`)
    t.equal(statSync(file).size, facts.bytes, `${key} bytes`)
    t.equal(facts.codecs, facts.videoCodec ? `${facts.videoCodec},${facts.audioCodec}` : facts.audioCodec, key)
    if (!facts.videoCodec) continue
    const bytes = readFileSync(file)
    const avcC = bytes.indexOf('avcC', 0, 'latin1')
    t.equal(`avc1.${bytes.toString('hex', avcC + 5, avcC + 8)}`, facts.videoCodec, `${key} codec`)
  }
})

t.test('all media together stay small enough for the repository', async (t) => {
  const sizes = readdirSync(mediaDirectory).map((name) => statSync(join(mediaDirectory, name)).size)
  t.ok(sizes.reduce((sum, size) => sum + size, 0) <= 5_500_000)
})

t.test('there are four renditions, larger and denser from one to the next', async (t) => {
  const videos = mediaKeys.map((key) => mediaFiles[key]).filter((facts) => facts.kind === 'video')
  t.equal(videos.length, 4)
  videos.slice(1).forEach((facts, i) => {
    t.ok(facts.height > videos[i]!.height && facts.kbps > videos[i]!.kbps, `${facts.height} after ${videos[i]!.height}`)
  })
})

t.test('isMediaKey knows the names only', async (t) => {
  t.ok(mediaKeys.every(isMediaKey))
  t.notOk(isMediaKey('v999'))
  t.notOk(isMediaKey('toString'))
})
