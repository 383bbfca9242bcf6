import { cachingHeaders } from '../playmanifest/caching-headers.js'
import { renderF4m, renderF4m2 } from './f4m.js'
import { renderJson, renderJsonp } from './json.js'
import { renderM3u8 } from './m3u8.js'
import { renderMpd } from './mpd.js'
import { renderRedirect } from './redirect.js'
import { fillPlaceholders, type RenderContext, type Renderer, type Rendering } from './rendering.js'
import { renderRtsp } from './rtsp.js'
import { renderSilverlight } from './silverlight.js'
import { renderSmil } from './smil.js'

/** An answer as the application makes it, before the web server adds its own headers. Header names in lower case. */
export interface Answer {
  status: number
  headers: Record<string, string>
  body: string
}

const RENDERERS = {
  f4m: renderF4m,
  f4mv2: renderF4m2,
  smil: renderSmil,
  m3u8: renderM3u8,
  json: renderJson,
  jsonp: renderJsonp,
  redirect: renderRedirect,
  sl: renderSilverlight,
  rtsp: renderRtsp,
  mpd: renderMpd
} satisfies Record<string, Renderer>

export type RendererName = keyof typeof RENDERERS

/** What `responseFormat` can force; the others are reached through a delivery profile only. */
const REQUESTABLE: ReadonlySet<string> = new Set(['f4m', 'f4mv2', 'smil', 'm3u8', 'json', 'jsonp', 'redirect'])

/** The renderer of an answer: the requested one if it is known, else the delivery profile's (reference section 7). */
export function chooseRenderer(responseFormat: string | undefined, byProfile: RendererName): RendererName {
  return responseFormat !== undefined && REQUESTABLE.has(responseFormat) ? (responseFormat as RendererName) : byProfile
}

/** What an answer says about caching and other origins. */
export interface AnswerPolicy {
  /** Seconds; 0 forbids keeping the answer. */
  maxAge: number
  /** Unix seconds; null when unknown. */
  lastModified: number | null
  /** Unix seconds. */
  now: number
  /** Whether the partner lets known origins only read answers; then the request's `Origin` is echoed. */
  restrictsOrigin: boolean
  /** The request's `Origin`; empty without one. */
  origin: string
}

function corsHeaders({ restrictsOrigin, origin }: AnswerPolicy): Record<string, string> {
  const credentials = restrictsOrigin && origin !== ''
  return {
    ...(credentials ? { 'access-control-allow-credentials': 'true' } : {}),
    'access-control-allow-origin': credentials ? origin : '*',
    'access-control-expose-headers': 'Server,range,Content-Length,Content-Range',
    'timing-allow-origin': '*'
  }
}

/** Renders a delivery and adds what all answers carry (reference playmanifest.md section 8, vector group renderers). */
export function renderAnswer(
  renderer: RendererName,
  rendering: Rendering,
  context: RenderContext,
  policy: AnswerPolicy
): Answer {
  const rendered = RENDERERS[renderer](rendering, context)
  const fill = (text: string): string => fillPlaceholders(text, context)
  const own = Object.entries(rendered.headers).map(([name, value]) => [name, fill(value)])
  const body = fill(rendered.body)
  return {
    status: rendered.status,
    headers: {
      ...Object.fromEntries(own),
      ...corsHeaders(policy),
      ...cachingHeaders({ ...policy, isPrivate: true }),
      ...(rendered.hasLength ? { 'content-length': String(Buffer.byteLength(body)) } : {})
    },
    body
  }
}
