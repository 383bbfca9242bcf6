/** Characters; Kaltura's own documents have a few thousand. */
const MAX_DOCUMENT = 1024 * 1024
/** `Expecting "callback" parameter` is one (vectors renderers). */
const MAX_TEXT = 200

/**
 * Whether a document is whole and of a kind that Kaltura writes: F4M and SMIL, JSON and JSON in a callback, a short text in place of
 * JSON (recordings fmt_*, vectors renderers). What is cut off, or is a page that calls itself one of these, is a failing
 * upstream (rule 6 of the design).
 *
 * @param contentType `text/xml`, `application/xml`, `application/smil`, `application/json`
 */
export function isReadableDocument(body: string, contentType: string): boolean {
  if (body.length > MAX_DOCUMENT) return false
  const text = body.trim()
  return /^application\/json\b/i.test(contentType) ? isJson(text) : isXml(text)
}

/** SMIL comes with its public DOCTYPE; one with declarations of its own (entity bombs) is none of Kaltura's. */
const XML =
  /^\uFEFF?(?:<\?xml[^>]{0,200}\?>\s*)?(?:<!DOCTYPE smil PUBLIC "[^"<>[]{0,200}" "[^"<>[]{0,200}"\s*>\s*)?<(manifest|smil)[\s>]/

function isXml(text: string): boolean {
  const root = XML.exec(text)?.[1]
  return root !== undefined && text.endsWith(`</${root}>`) && !text.includes('<!ENTITY')
}

function isJson(text: string): boolean {
  const called = /^[\w.$[\]]{0,200}\(([\s\S]*)\)\s*;?$/.exec(text)
  const json = called?.[1] ?? text
  try {
    JSON.parse(json)
    return true
  } catch {
    return text.length <= MAX_TEXT && /^[A-Za-z]/.test(text) && !/[<>{}[\]()]/.test(text)
  }
}
