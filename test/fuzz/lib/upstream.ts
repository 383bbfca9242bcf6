import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** Just enough of Kaltura, at once: entries of every kind that matters to the gateway, and some answers that are traps. */

const KEEP = { 'cache-control': 'private, max-age=60, max-stale=0', 'x-kaltura-app': 'exiting on playManifest' }
const CDN = 'https://cdn.example.com'

const ERROR = { objectType: 'KalturaAPIException', code: 'ENTRY_ID_NOT_FOUND', message: 'Entry id not found', args: [] }

type Call = {
  service?: string
  action?: string
  entryId?: string
  id?: string
  filter?: { entryIdEqual?: string; referenceIdEqual?: string }
}

/** 0 to 9, from the entry's id; those of recorded requests are simply public. */
function kindOf(entryId: string): number {
  if (!/^(?:0_pool|1_)/.test(entryId)) return 9
  let sum = 0
  for (let i = 0; i < entryId.length; i++) sum = (sum * 31 + entryId.charCodeAt(i)) % 1_000_003
  return sum % 10
}

function entry(id: string): unknown {
  const kind = kindOf(id)
  if (kind === 0) return ERROR
  return {
    objectType: 'KalturaMediaEntry',
    id,
    partnerId: kind === 1 ? 102 : 101,
    type: kind === 2 ? 7 : 1,
    mediaType: 1,
    status: 2,
    moderationStatus: 6,
    accessControlId: kind === 3 ? 8 : 7,
    displayInSearch: 1,
    msDuration: 60_000
  }
}

function answerCall({ service, action, entryId = '', filter, id }: Call, calls: Record<string, Call>): unknown {
  switch (`${service}.${action}`) {
    case 'session.startWidgetSession':
      return { objectType: 'KalturaStartWidgetSessionResponse', partnerId: 101, ks: 'widget' }
    case 'baseEntry.get':
      return entry(entryId)
    case 'baseEntry.list': {
      // Of the names that links hold in place of an entry id, every other one is known.
      const referenceId = filter?.referenceIdEqual ?? ''
      const named = { ...(entry('0_pool001') as object), referenceId, createdAt: 1 }
      const objects = referenceId.length % 2 === 0 ? [named] : []
      return { objectType: 'KalturaBaseEntryListResponse', totalCount: objects.length, objects }
    }
    case 'flavorAsset.list': {
      const of = filter?.entryIdEqual ?? ''
      const objects = [1, 2, 3].map((number) => ({
        id: `${of}_f${number}`,
        flavorParamsId: number,
        tags: 'mobile,web,mbr,ipad,iphone,ipadnew,iphonenew,dash',
        width: 320 * number,
        height: 180 * number,
        bitrate: 400 * number,
        fileExt: 'mp4',
        status: 2
      }))
      return { objectType: 'KalturaFlavorAssetListResponse', totalCount: objects.length, objects }
    }
    case 'accessControlProfile.get':
      return {
        objectType: 'KalturaAccessControlProfile',
        id: 7,
        rules: kindOf(calls[4]?.entryId ?? id ?? '') === 3 ? [{}] : []
      }
    default:
      return {}
  }
}

/** Status, headers and body. */
type Given = [number, Record<string, string>, string?]

function playManifest(url: string): Given {
  const id = /entryId[/=]([^/&?]*)/.exec(url)?.[1] ?? ''
  const path = `/p/101/sp/10100/serveFlavor/entryId/${encodeURIComponent(id)}/v/2/ev/4/flavorId/0_f1`
  switch (kindOf(id)) {
    case 0:
      return [404, { ...KEEP, 'x-kaltura': 'error-1', 'x-kaltura-app': 'exiting on error 1 - ENTRY_NOT_FOUND' }]
    case 4:
      return [302, { ...KEEP, location: `https://evil.example${path}` }]
    case 5:
      return [302, { ...KEEP, location: `${CDN}@evil.example${path}` }]
    case 6:
      return [302, { location: CDN + path, 'cache-control': 'no-store' }]
  }
  if (/format[/=](?:url|download)/.test(url)) return [302, { ...KEEP, location: `${CDN}${path}/name/a.mp4` }]
  if (/format[/=]mpegdash/.test(url)) {
    const base = `<BaseURL>${CDN}/</BaseURL>`
    const mpd = `<MPD xmlns="urn:mpeg:dash:schema:mpd:2011">${base}<Period><AdaptationSet/></Period></MPD>`
    return [200, { ...KEEP, 'content-type': 'application/dash+xml' }, mpd]
  }
  if (/format[/=]applehttp/.test(url)) {
    const playlist = `#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=400000\n${CDN}${path}/a.m3u8\n`
    return [200, { ...KEEP, 'content-type': 'application/x-mpegurl' }, playlist]
  }
  return [200, { ...KEEP, 'content-type': 'text/xml' }, '<manifest/>']
}

function api(url: string, body: string): string {
  if (url !== '/api_v3/service/multirequest') return '{}'
  try {
    const calls = JSON.parse(body) as Record<string, Call>
    const numbers = Object.keys(calls).filter((name) => /^\d+$/.test(name))
    return JSON.stringify(numbers.map((number) => answerCall(calls[number]!, calls)))
  } catch {
    // A viewer's call, passed through.
    return '[]'
  }
}

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = request.url ?? ''
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  if (url.startsWith('/api_v3')) {
    response.writeHead(200, { 'content-type': 'application/json' }).end(api(url, Buffer.concat(chunks).toString()))
  } else {
    const [status, headers, body = ''] = playManifest(url)
    response.writeHead(status, headers).end(body)
  }
}

export interface Upstream {
  url: string
  close(): void
}

export async function startUpstream(): Promise<Upstream> {
  const server = createServer({ keepAliveTimeout: 72_000 }, (request, response) => {
    // The gateway may have hung up meanwhile.
    answer(request, response).catch(() => response.destroy())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => {
      server.closeAllConnections()
      server.close()
    }
  }
}
