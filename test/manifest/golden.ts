import { existsSync, readdirSync, readFileSync } from 'node:fs'

/** One golden folder: `case.json`, the input, and the output that is expected (none when nothing may be left). */
export interface GoldenCase {
  name: string
  source: string
  operation: 'absolutize' | 'filter'
  baseUrl: string
  input: string
  expected: string | null
  keepFlavorIds?: string[]
  dropUris?: string[]
  keepIds?: string[]
  dropIds?: string[]
  nothingLeft?: boolean
  uris?: string[]
  locations?: string[]
  locationOnly?: boolean
}

/** Reads all golden folders of a format; files are read as they are, with byte order marks and CRLF. */
export function goldenCases(format: 'hls' | 'dash', extension: 'm3u8' | 'mpd'): GoldenCase[] {
  const root = new URL(`../fixtures/manifests/${format}/`, import.meta.url)
  return readdirSync(root).map((name) => {
    const read = (file: string) => readFileSync(new URL(`${name}/${file}`, root), 'utf8')
    const expectedFile = `expected.${extension}`
    const exists = existsSync(new URL(`${name}/${expectedFile}`, root))
    const input = read(`input.${extension}`)
    return { ...JSON.parse(read('case.json')), name, input, expected: exists ? read(expectedFile) : null }
  })
}
