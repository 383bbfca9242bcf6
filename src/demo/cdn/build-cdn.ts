import Fastify, { type FastifyBaseLogger, type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'
import { type CaptionLanguage, captionLanguages, type MediaKey, mediaDirectory, mediaFiles } from '../media-files.js'
import { dashManifest } from './dash.js'
import { type DeliveryPath, parseDeliveryPath, type Source } from './delivery-path.js'
import { captionPlaylist, masterPlaylist, mediaPlaylist } from './hls.js'
import { type Library, loadLibrary } from './library.js'
import { parsePackagerFile } from './packager-file.js'
import { sendBytes } from './send-bytes.js'
import { chooseTracks } from './tracks.js'

/** What the CDN part of the embedded Kaltura needs to know. */
export interface CdnOptions {
  /** Directory of the made media; by default the one in the package. */
  mediaDir?: string
  /** The medium of a flavor asset of an entry; undefined when there is no such asset or it has no medium. */
  lookup: (entryId: string, flavorId: string) => MediaKey | undefined
  /** Logger of the requests; by default nothing is logged. */
  logger?: FastifyBaseLogger
}

const types = {
  m3u8: 'application/vnd.apple.mpegurl',
  mpd: 'application/dash+xml',
  vtt: 'text/vtt; charset=utf-8'
} as const

/**
 * The CDN and packager of the embedded Kaltura, not yet listening: progressive MP4, HLS and DASH at Kaltura's delivery
 * URLs (reference: delivery-urls.md, sections 1 to 3) and captions at `/captions/{language}.vtt|m3u8`.
 * Every answer has CORS headers; what does not exist is 404, methods other than GET, HEAD and OPTIONS are 405.
 *
 * @throws Error when the media cannot be read
 */
export function buildCdn(options: CdnOptions): FastifyInstance {
  const library = loadLibrary(options.mediaDir ?? mediaDirectory)
  const app: FastifyInstance = Fastify({
    ...(options.logger ? { loggerInstance: options.logger } : {}),
    exposeHeadRoutes: false,
    // Called for paths that cannot be decoded, before any hook has run.
    frameworkErrors: (_error, request, reply) => notFound(request as FastifyRequest, cors(reply as FastifyReply))
  })
  app.addHook('onRequest', async (_request, reply) => {
    cors(reply)
  })
  app.route({
    method: ['GET', 'HEAD'],
    url: '/*',
    handler: (request, reply) => {
      const path = decodeURIComponent(request.raw.url!.split('?', 1)[0]!)
      const caption = /^\/captions\/([a-z]+)\.(vtt|m3u8)$/.exec(path)
      if (caption) return answerCaption(library, caption[1]!, caption[2]!, request, reply)
      const delivery = parseDeliveryPath(path)
      if (delivery?.kind === 'progressive') return answerProgressive(library, options, delivery.source, request, reply)
      if (delivery?.kind === 'packaged') return answerPackaged(library, options, delivery, request, reply)
      return notFound(request, reply)
    }
  })
  app.setNotFoundHandler((request, reply) => {
    reply.header('Allow', 'GET, HEAD, OPTIONS').header('Cache-Control', 'no-store')
    if (request.method === 'OPTIONS') return reply.code(204).send()
    return reply.code(405).type('text/plain; charset=utf-8').send('405 Method Not Allowed\n')
  })
  return app
}

function cors(reply: FastifyReply): FastifyReply {
  return reply
    .header('Access-Control-Allow-Origin', '*')
    .header('Access-Control-Expose-Headers', 'Content-Length, Content-Range, Accept-Ranges, ETag, Date')
    .header('Access-Control-Allow-Methods', 'GET, HEAD, OPTIONS')
    .header('Access-Control-Allow-Headers', 'Range, If-Range, If-None-Match, Origin, Accept, Content-Type')
    .header('Access-Control-Max-Age', '600')
}

function notFound(_request: FastifyRequest, reply: FastifyReply) {
  return reply.code(404).header('Cache-Control', 'no-store').type('text/plain; charset=utf-8').send('404 Not Found\n')
}

function text(reply: FastifyReply, type: string, body: string) {
  return reply.header('Cache-Control', 'public, max-age=600').type(type).send(body)
}

function answerCaption(
  library: Library,
  name: string,
  extension: string,
  request: FastifyRequest,
  reply: FastifyReply
) {
  if (!Object.hasOwn(captionLanguages, name)) return notFound(request, reply)
  const language = name as CaptionLanguage
  if (extension === 'm3u8') return text(reply, types.m3u8, captionPlaylist(library, language))
  const { bytes, tag } = library.captions[language]
  return sendBytes(request, reply, bytes, types.vtt, tag)
}

/** A download URL (`/fileName/...`) makes the answer an attachment (reference: delivery-urls.md, section 3). */
function answerProgressive(
  library: Library,
  options: CdnOptions,
  source: Source,
  request: FastifyRequest,
  reply: FastifyReply
) {
  const key = options.lookup(source.entryId, source.flavorId)
  if (key === undefined) return notFound(request, reply)
  const { bytes, tag } = library.media[key].mp4
  if (source.fileName === undefined) return sendBytes(request, reply, bytes, `${mediaFiles[key].kind}/mp4`, tag)
  // Kaltura's own set of harmless characters for this name (section 1); others could break the header.
  const safe = source.fileName.replace(/[^A-Za-z0-9\-._~!$()*+,;=:@]/g, '_')
  reply.header('Content-Disposition', `attachment; filename="${safe}"`)
  return sendBytes(request, reply, bytes, 'application/force-download', tag)
}

function answerPackaged(
  library: Library,
  options: CdnOptions,
  path: DeliveryPath & { kind: 'packaged' },
  request: FastifyRequest,
  reply: FastifyReply
) {
  const keys = path.sources.map((source) => options.lookup(source.entryId, source.flavorId))
  const file = parsePackagerFile(path.file)
  if (file === undefined || !keys.every((key) => key !== undefined)) return notFound(request, reply)
  if (file.kind === 'master') return text(reply, types.m3u8, masterPlaylist(library, keys, path.container))
  if (file.kind === 'manifest') {
    if (path.container === 'ts') return notFound(request, reply)
    return text(reply, types.mpd, dashManifest(library, keys))
  }
  const chosen = chooseTracks(library, keys, path.container, file.tracks)
  if (chosen === undefined) return notFound(request, reply)
  if (file.kind === 'index') return text(reply, types.m3u8, mediaPlaylist(chosen))
  const { bytes, tag, index } = chosen.file
  if (file.kind === 'segment' && (file.extension === 'ts') !== (path.container === 'ts'))
    return notFound(request, reply)
  const span = file.kind === 'init' ? index.init : index.segments[file.number - 1]
  if (span === undefined) return notFound(request, reply)
  const type = path.container === 'ts' ? 'video/mp2t' : chosen.audioOnly ? 'audio/mp4' : 'video/mp4'
  return sendBytes(request, reply, bytes.subarray(span.offset, span.offset + span.size), type, `${tag}-${span.offset}`)
}
