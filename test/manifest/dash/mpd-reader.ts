import { DOMParser, type Element } from '@xmldom/xmldom'

const dashNamespace = 'urn:mpeg:dash:schema:mpd:2011'
const byDocument = new Set(['Location', 'PatchLocation', 'ContentSteering'])
const byBase = ['media', 'initialization', 'index', 'sourceURL']

/**
 * An independent reading of an MPD, on a DOM: every URL that a player would ask for, resolved step by step through all BaseURLs as
 * the browser's URL does it. Throws when the text is not well-formed.
 */
export function playableUrls(text: string, documentUrl: string): string[] {
  const parser = new DOMParser({
    onError: (level, message) => {
      if (level !== 'warning') throw new Error(message)
    }
  })
  const root = parser.parseFromString(text.replace(/^\uFEFF/, ''), 'text/xml').documentElement
  if (root === null) throw new Error('no root element')
  const urls: string[] = []
  const add = (element: Element, reference: string, base: string) =>
    urls.push(`${element.localName} ${new URL(reference, base).href}`)

  const walk = (element: Element, bases: readonly string[]) => {
    const own = dashChildren(element).filter(({ localName }) => localName === 'BaseURL')
    const here =
      own.length === 0 ? bases : own.flatMap((child) => bases.map((base) => new URL(trimmed(child), base).href))
    const link = element.getAttributeNS('http://www.w3.org/1999/xlink', 'href')
    if (link) add(element, link, documentUrl)
    if (byDocument.has(element.localName ?? '')) add(element, trimmed(element), documentUrl)
    if (element.localName === 'UTCTiming' && element.getAttribute('schemeIdUri')?.includes('http')) {
      for (const part of (element.getAttribute('value') ?? '').split(/\s+/)) add(element, part, documentUrl)
    }
    for (const name of byBase) {
      const value = element.getAttribute(name)
      if (value) for (const base of here) add(element, value, base)
    }
    if (element.localName === 'Representation' && own.length > 0) for (const base of here) add(element, base, base)
    for (const child of dashChildren(element)) walk(child, here)
  }
  walk(root, [documentUrl])
  return urls
}

function dashChildren(element: Element): Element[] {
  return Array.from(element.childNodes).filter(
    (node): node is Element => node.nodeType === 1 && node.namespaceURI === dashNamespace
  )
}

function trimmed(element: Element): string {
  return (element.textContent ?? '').trim()
}
