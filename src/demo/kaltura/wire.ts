import { xmlProperties } from './xml-properties.js'

/** Wire forms of API answers: PHP's JSON, JSONP and XML (reference api-v3.md section 2). */

/** JSON as PHP writes it: slashes escaped, everything beyond ASCII as `\uXXXX` (recording flavorasset_get_audio). */
export function phpJson(value: unknown): string {
  return (JSON.stringify(value) ?? 'null')
    .replace(/\//g, '\\/')
    .replace(/[\u0080-\uffff]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }

export function escapeXml(text: string): string {
  return text.replace(/[&<>"]/g, (char) => ESCAPES[char]!)
}

/**
 * The XML form: an element for each property, empty for one that is null (recordings `*_xml`). What a response profile
 * leaves out has an empty element, too.
 */
export function toXml(value: unknown): string {
  if (value === null || value === undefined) return ''
  if (typeof value === 'boolean') return value ? '1' : '0'
  if (typeof value !== 'object') return escapeXml(String(value))
  if (Array.isArray(value)) return value.map((item) => `<item>${toXml(item)}</item>`).join('')
  const { objectType, ...properties } = value as Record<string, unknown>
  if (objectType === 'KalturaAPIException') return errorXml(properties)
  const isTyped = typeof objectType === 'string'
  const head = isTyped ? `<objectType>${escapeXml(objectType)}</objectType><relatedObjects></relatedObjects>` : ''
  const present = Object.keys(properties).filter((name) => properties[name] !== undefined)
  const names = isTyped ? xmlProperties(objectType, present) : present
  return `${head}${names.map((name) => `<${name}>${toXml(properties[name])}</${name}>`).join('')}`
}

function errorXml(error: Record<string, unknown>): string {
  const args = Object.entries((error.args ?? {}) as Record<string, unknown>).map(
    ([name, value]) =>
      `<item><objectType>KalturaApiExceptionArg</objectType><name>${name}</name><value>${toXml(value)}</value></item>`
  )
  return (
    `<error><code>${toXml(error.code)}</code><message>${toXml(error.message)}</message>` +
    `<objectType>KalturaAPIException</objectType><args>${args.join('')}</args></error>`
  )
}

/** What goes out for one `format`: 1 JSON, 2 or none XML, 9 JSONP. */
export type WireAnswer =
  | { ok: true; contentType: string; body: string }
  | { ok: false; error: 'UNKNOWN_RESPONSE_FORMAT' | 'MANDATORY_PARAMETER_MISSING'; message: string }

/** Writes an answer. An unknown format has an empty body (system_ping_badformat, system_ping_jsonp_nocallback). */
export function writeAnswer(value: unknown, format: string | null, callback: string | null): WireAnswer {
  switch (format) {
    case '1':
      return { ok: true, contentType: 'application/json', body: phpJson(value) }
    case null:
    case '':
    case '2': {
      const body = `<?xml version="1.0" encoding="utf-8"?><xml><result>${toXml(value)}</result>`
      return {
        ok: true,
        contentType: 'text/xml;charset=UTF-8',
        body: `${body}<executionTime>0.001</executionTime></xml>`
      }
    }
    case '9':
      return callback === null || !/^[0-9_a-zA-Z.]+$/.test(callback)
        ? { ok: false, error: 'MANDATORY_PARAMETER_MISSING', message: 'Mandatory parameter missing [callback]' }
        : { ok: true, contentType: 'application/javascript', body: `${callback}(${phpJson(value)});` }
    default: {
      const message = `Response format provided [${format}] is not recognized by server`
      return { ok: false, error: 'UNKNOWN_RESPONSE_FORMAT', message }
    }
  }
}
