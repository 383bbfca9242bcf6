import cors from '@fastify/cors'
import type { FastifyInstance } from 'fastify'

const EXPOSED = [
  'Server',
  'Range',
  'Content-Length',
  'Content-Range',
  'ETag',
  'X-Kaltura',
  'X-Kaltura-App',
  'Retry-After'
]

/** For answers that are given before the hook has run. */
export const CORS_HEADERS: Readonly<Record<string, string>> = {
  'access-control-allow-origin': '*',
  'access-control-expose-headers': EXPOSED.join(', ')
}

/**
 * CORS on every status, as players need it: `*`, since behind a cross-origin 302 a browser sends `Origin: null`. The
 * lists are Kaltura's own (recording options_url), with HEAD and the conditional headers.
 */
export async function registerCors(app: FastifyInstance): Promise<void> {
  // A program that has CORS for all that is below has the say; two could not be registered.
  if (app.hasRequestDecorator('corsPreflightEnabled')) return
  await app.register(cors, {
    origin: '*',
    methods: ['POST', 'GET', 'HEAD', 'OPTIONS'],
    allowedHeaders: [
      'Origin',
      'X-Requested-With',
      'Content-Type',
      'Accept',
      'Range',
      'Cache-Control',
      'If-None-Match',
      'X-Kaltura-Ks'
    ],
    exposedHeaders: EXPOSED,
    maxAge: 86_400,
    optionsSuccessStatus: 200,
    strictPreflight: false
  })
  app.addHook('onSend', (_request, reply, payload, done) => {
    reply.header('timing-allow-origin', '*')
    done(null, payload)
  })
}
