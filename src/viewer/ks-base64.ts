const OUTSIDE_ALPHABET = /[^A-Za-z0-9+/]/

/**
 * The bytes of a session string, or null. Reference ks.md section 1 and the vector group `ks`: both base64 alphabets
 * in one string, blanks and line ends skipped anywhere, padding may be missing; any other character, wrong padding or
 * data after the padding is refused.
 */
export function decodeKsBase64(text: string): Buffer | null {
  const packed = text
    .replace(/[ \t\r\n]/g, '')
    .replaceAll('-', '+')
    .replaceAll('_', '/')
  const firstPad = packed.indexOf('=')
  const data = firstPad < 0 ? packed : packed.slice(0, firstPad)
  const padding = packed.slice(data.length)
  if (data === '' || data.length % 4 === 1 || OUTSIDE_ALPHABET.test(data)) return null
  if (padding !== '' && padding !== '=' && padding !== '==') return null
  if (padding !== '' && packed.length % 4 !== 0) return null
  return Buffer.from(data, 'base64')
}
