import type { Transform } from 'node:stream'
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib'
import { UpstreamFailure } from './errors.js'
import type { UpstreamLoad } from './upstream-load.js'

export type AnswerBody = NodeJS.ReadableStream & { destroy(error?: Error): void }

/**
 * An answer's body, whole and decompressed.
 * @param maxBytes bound on what was sent and on what it becomes, each
 * @throws UpstreamFailure `too-large`, `body` for an encoding that is not known (several on top of each other are not), `busy`
 */
export async function readAnswer(
  body: AnswerBody,
  encoding: string | string[] | undefined,
  maxBytes: number,
  load: UpstreamLoad
): Promise<Buffer> {
  // A body may break when nobody reads it any more; what matters is told once, by the loop below.
  let decoder: Transform | null = null
  body.on('error', (error) => decoder?.destroy(error))
  decoder = decoderFor(encoding, body)
  if (decoder !== null) boundSent(body, decoder, maxBytes)
  const chunks: Buffer[] = []
  let size = 0
  try {
    for await (const chunk of (decoder === null ? body : body.pipe(decoder)) as AsyncIterable<Buffer>) {
      size += chunk.length
      load.hold(chunk.length)
      if (size > maxBytes) throw new UpstreamFailure('too-large', `The answer is larger than ${maxBytes} bytes.`)
      chunks.push(chunk)
    }
    return Buffer.concat(chunks)
  } finally {
    load.release(size)
    body.destroy()
    decoder?.destroy()
  }
}

/** What decompresses to nothing would never reach the bound on the result. */
function boundSent(body: AnswerBody, decoder: Transform, maxBytes: number): void {
  let sent = 0
  body.on('data', (chunk: Buffer) => {
    sent += chunk.length
    if (sent > maxBytes) decoder.destroy(new UpstreamFailure('too-large', `More than ${maxBytes} bytes were sent.`))
  })
}

function decoderFor(encoding: string | string[] | undefined, body: AnswerBody): Transform | null {
  const name = typeof encoding === 'string' ? encoding.trim().toLowerCase() : encoding
  if (name === undefined || name === 'identity' || name === '') return null
  if (name === 'gzip' || name === 'x-gzip') return createGunzip()
  if (name === 'deflate') return createInflate()
  if (name === 'br') return createBrotliDecompress()
  body.destroy()
  throw new UpstreamFailure('body', 'The answer has a content encoding that is not known.')
}
