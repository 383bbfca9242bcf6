// Just enough of Kaltura for the benchmark: any entry exists, is public and has seven flavors; playManifest answers a 302
// for progressive formats and a master playlist of about 2 kB for the rest, after DELAY_MS.
// Over IPC: 'counts' gives the calls since the last 'counts'; those by which the gateway asks whether it was put in a circle
// are no part of answering anybody, and come when one client is redirected for one URL again and again.
import { createServer } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'

const DELAY = Number(process.env.DELAY_MS)
const PARTNER = Number(process.env.PARTNER)
const FLAVORS = [
  [1, 320, 180, 310],
  [2, 480, 270, 640],
  [3, 640, 360, 1150],
  [4, 960, 540, 2300],
  [5, 1280, 720, 3900],
  [6, 1920, 1080, 5900],
  [7, 1920, 1080, 8200]
]
const counts = { catalog: 0, playManifest: 0, probes: 0 }

const SERVICES = {
  'session.startWidgetSession': () => ({
    objectType: 'KalturaStartWidgetSessionResponse',
    partnerId: PARTNER,
    ks: 'widget'
  }),
  'baseEntry.get': ({ entryId }) => ({
    objectType: 'KalturaMediaEntry',
    id: entryId,
    partnerId: PARTNER,
    name: 'An entry of the benchmark',
    description: 'Fields and sizes are about those of a real answer.',
    tags: 'benchmark, video, example',
    type: 1,
    mediaType: 1,
    status: 2,
    moderationStatus: 6,
    accessControlId: 7,
    displayInSearch: 1,
    conversionProfileId: 11,
    createdAt: 1700000000,
    updatedAt: 1700000000,
    thumbnailUrl: `http://cdn.example.com/p/${PARTNER}/sp/${PARTNER}00/thumbnail/entry_id/${entryId}/version/100002`,
    downloadUrl: `http://cdn.example.com/p/${PARTNER}/sp/${PARTNER}00/raw/entry_id/${entryId}/version/0`,
    capabilities: '',
    duration: 60,
    msDuration: 60000
  }),
  'flavorAsset.list': ({ filter }) => ({
    objectType: 'KalturaFlavorAssetListResponse',
    totalCount: FLAVORS.length,
    objects: FLAVORS.map(([params, width, height, bitrate]) => ({
      objectType: 'KalturaFlavorAsset',
      id: `${filter.entryIdEqual}_f${params}`,
      entryId: filter.entryIdEqual,
      partnerId: PARTNER,
      flavorParamsId: params,
      tags: 'mobile,web,mbr,ipad,iphone,ipadnew,iphonenew',
      width,
      height,
      bitrate,
      frameRate: 25,
      isOriginal: false,
      isWeb: true,
      fileExt: 'mp4',
      containerFormat: 'isom',
      videoCodecId: 'avc1',
      status: 2,
      version: '2',
      createdAt: 1700000000
    }))
  }),
  'accessControlProfile.get': () => ({ objectType: 'KalturaAccessControlProfile', id: 7, name: 'Default', rules: [] })
}

function catalog(body) {
  const calls = JSON.parse(body)
  const numbers = Object.keys(calls).filter((name) => /^\d+$/.test(name))
  return numbers.map((number) => SERVICES[`${calls[number].service}.${calls[number].action}`](calls[number]))
}

function playlist(entryId) {
  const variants = FLAVORS.map(
    ([params, width, height, bitrate]) =>
      `#EXT-X-STREAM-INF:PROGRAM-ID=1,BANDWIDTH=${bitrate * 1024},RESOLUTION=${width}x${height},FRAME-RATE=25,` +
      'CODECS="avc1.64001f,mp4a.40.2"\n' +
      `http://cdn.example.com/hls/p/${PARTNER}/sp/${PARTNER}00/serveFlavor/entryId/${entryId}/v/2/ev/4/flavorId/` +
      `${entryId}_f${params}/name/a.mp4/index.m3u8\n`
  )
  return `#EXTM3U\n#EXT-X-INDEPENDENT-SEGMENTS\n${variants.join('')}`
}

function kindOf(url) {
  return url.includes('/gatewayProbe/') ? 'probes' : 'playManifest'
}

async function answer(request, response) {
  let body = ''
  for await (const chunk of request) body += chunk
  const isCatalog = request.method === 'POST'
  counts[isCatalog ? 'catalog' : kindOf(request.url)]++
  await sleep(DELAY)
  if (isCatalog) {
    response.setHeader('content-type', 'application/json; charset=utf-8')
    response.end(JSON.stringify(catalog(body)))
    return
  }
  const entryId = /\/entryId\/([^/?]+)/.exec(request.url)[1]
  response.setHeader('cache-control', 'private, max-age=60, max-stale=0')
  response.setHeader('x-kaltura-app', 'exiting on playManifest')
  if (request.url.includes('/format/url')) {
    response.statusCode = 302
    const path = `/p/${PARTNER}/sp/${PARTNER}00/serveFlavor/entryId/${entryId}/v/2/ev/4/flavorId/${entryId}_f7/name/a.mp4`
    response.setHeader('location', `http://cdn.example.com${path}`)
    response.end()
  } else {
    response.setHeader('content-type', 'application/x-mpegurl')
    response.end(playlist(entryId))
  }
}

const server = createServer({ keepAliveTimeout: 72_000 }, (request, response) => {
  answer(request, response).catch(() => {
    response.statusCode = 500
    response.end()
  })
})
server.listen(Number(process.env.PORT), process.env.HOST)

process.on('message', (message) => {
  if (message !== 'counts') return
  process.send({ ...counts })
  counts.catalog = 0
  counts.playManifest = 0
  counts.probes = 0
})
