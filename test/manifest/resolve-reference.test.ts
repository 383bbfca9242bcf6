import fc from 'fast-check'
import t from 'tap'
import { ManifestError } from '../../src/manifest/manifest-error.js'
import { folderUrl, parseBaseUrl, resolveReference } from '../../src/manifest/resolve-reference.js'

const base = 'https://cdn.example.com/a/b/c.m3u8?q=1#f'

t.test('keeps the characters of a reference', async (t) => {
  for (const [reference, expected] of [
    ['x.ts', 'https://cdn.example.com/a/b/x.ts'],
    ['a b/ü/{$v}.ts', 'https://cdn.example.com/a/b/a b/ü/{$v}.ts'],
    ['../x', 'https://cdn.example.com/a/x'],
    ['../../../../x', 'https://cdn.example.com/x'],
    ['./x/./y/..', 'https://cdn.example.com/a/b/x/'],
    ['%2e%2E/x/%2e', 'https://cdn.example.com/a/x/'],
    ['..a/...', 'https://cdn.example.com/a/b/..a/...'],
    ['../{$v}/../x', 'https://cdn.example.com/a/{$v}/../x'],
    ['x?u=../y#../z', 'https://cdn.example.com/a/b/x?u=../y#../z'],
    ['//other/../x', 'https://other/../x'],
    ['/x', 'https://cdn.example.com/x'],
    ['\\x\\y', 'https://cdn.example.com/x/y'],
    ['?x', 'https://cdn.example.com/a/b/c.m3u8?x'],
    ['#x', 'https://cdn.example.com/a/b/c.m3u8?q=1#x'],
    ['https:x', 'https://cdn.example.com/a/b/x'],
    ['HTTPS:/x', 'https://cdn.example.com/x']
  ] as const) {
    t.equal(resolveReference(reference, parseBaseUrl(base)), expected, reference)
  }
})

t.test('leaves alone what is absolute or empty', async (t) => {
  for (const reference of ['', '\t', 'HTTP://x', 'https://x', 'data:,x', 'skd://x', 'urn:x', 'a:b', 'http:x']) {
    t.equal(resolveReference(reference, parseBaseUrl(base)), null, JSON.stringify(reference))
  }
})

t.test('means what a browser means', async () => {
  const piece = fc.constantFrom(
    ...[
      'a',
      'b c',
      '.',
      '..',
      '/',
      '//',
      '?',
      '#',
      '\\',
      '%2e',
      ':',
      ';',
      ',',
      'é',
      '{',
      '}',
      '&',
      '%',
      '"',
      "'",
      '@',
      '1'
    ]
  )
  const reference = fc.array(piece, { maxLength: 12 }).map((parts) => parts.join('').trim())
  const documents = fc.constantFrom(
    ...['https://h.example/', 'https://h.example/a/b/c?x=1', 'http://h.example:8080/a//b/', 'https://h.example/a']
  )
  fc.assert(
    fc.property(reference, documents, (reference, document) => {
      const resolved = resolveReference(reference, parseBaseUrl(document))
      if (resolved === null) return
      if (!URL.canParse(reference, document)) return
      // The URL of Node 20 (ada 2.9) leaves the last dot of `/.a/.`, against its standard.
      if (/(?:^|[/\\])\.[^./\\]/.test(reference)) return
      if (new URL(resolved).href !== new URL(reference, document).href) {
        throw new Error(`${reference} on ${document}: ${resolved}`)
      }
      if (resolveReference(resolved, parseBaseUrl('https://elsewhere.example/')) !== null) throw new Error(resolved)
    }),
    { numRuns: 2000 }
  )
})

t.test('refuses an unusable base', async (t) => {
  for (const url of ['', 'x', '/a/b', 'ftp://h/a', 'data:,x', 'https://user@h/', 'https://:pw@h/', 'https://']) {
    t.throws(() => parseBaseUrl(url), { code: 'bad-base' }, url)
  }
  try {
    parseBaseUrl('https://u:hunter2@h/')
  } catch (error) {
    t.ok(error instanceof ManifestError)
    t.notMatch(String(error), /hunter2/)
  }
  t.equal(folderUrl(parseBaseUrl('http://h:80/a/b?c/d')), 'http://h/a/')
  t.equal(folderUrl(parseBaseUrl('https://h')), 'https://h/')
})
