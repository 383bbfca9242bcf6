import t from 'tap'
import { isReadableDocument } from '../../src/resolve/readable-document.js'
import { fixture, vectors } from '../helpers/vectors.js'

const KINDS = /^(?:text\/xml|application\/(?:xml|json|smil))/i

t.test('every document of a real Kaltura and of the reference is one, and none that was cut off', async (t) => {
  const documents: [string, string, string][] = []
  for (const { name, response } of fixture<
    { name: string; response: { status: number; headers: [string, string][]; body: string } }[]
  >('kaltura/playmanifest.json')) {
    const type = response.headers.find(([header]) => header.toLowerCase() === 'content-type')?.[1] ?? ''
    if (response.status === 200 && response.body !== '' && KINDS.test(type)) documents.push([name, type, response.body])
  }
  for (const { name, expected } of vectors<unknown, { headers?: string[]; body?: string }>('renderers')) {
    const header = (expected.headers ?? []).find((line) => /^content-type:/i.test(line)) ?? ''
    const type = header.slice('content-type:'.length).trim()
    if (KINDS.test(type) && (expected.body ?? '') !== '') documents.push([name, type, expected.body!])
  }
  t.ok(documents.length > 100, `${documents.length} documents`)
  for (const [name, type, body] of documents) {
    t.ok(isReadableDocument(body, type), name)
    // A short text has no end that could be missing.
    if (/^Expecting/.test(body)) continue
    for (const part of [0.3, 0.6, 0.95])
      t.notOk(isReadableDocument(body.slice(0, body.trimEnd().length * part), type), `${name}: ${part} of it`)
  }
})

t.test('what only calls itself a document is none', async (t) => {
  for (const [type, body] of [
    ['text/xml', '<html xmlns="http://www.w3.org/1999/xhtml"><script>alert(1)</script></html>'],
    ['text/xml', '<!DOCTYPE manifest [<!ENTITY a "b">]><manifest>&a;</manifest>'],
    ['text/xml', '<!DOCTYPE smil PUBLIC "a" "b" [<!ENTITY a "b">]><smil>&a;</smil>'],
    ['text/xml', '<!DOCTYPE smil SYSTEM "file:///etc/passwd"><smil></smil>'],
    ['text/xml', '<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'],
    ['application/xml', 'hello'],
    ['application/json', '['.repeat(10_000)],
    ['application/json', '<html></html>'],
    ['application/json', 'a'.repeat(201)],
    ['application/json', `"${'a'.repeat(2_000_000)}"`]
  ] as const)
    t.notOk(isReadableDocument(body, type), body.slice(0, 60))
})
