import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'

const TYPES: Readonly<Record<string, string>> = {
  html: 'text/html; charset=utf-8',
  css: 'text/css; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  svg: 'image/svg+xml'
}

/** Scripts of the console's page beside its own, which it shares with the demo's: in the built package, and in an installed checkout. */
export const VENDOR: Readonly<Record<string, string>> = {
  'hls.min.js': 'hls.js/dist/hls.min.js',
  'shaka-player.compiled.js': 'shaka-player/dist/shaka-player.compiled.js',
  'diff.min.js': 'diff/dist/diff.min.js'
}

/** A file to serve, and its content type. */
export interface PageFile {
  type: string
  bytes: Buffer
}

/**
 * One file of the page.
 * @param folder where the page is
 * @throws Error when it is missing
 */
export function pageFile(name: string, folder: URL = new URL('./page/', import.meta.url)): PageFile {
  return { type: TYPES[name.split('.').at(-1)!]!, bytes: readFileSync(new URL(name, folder)) }
}

/** One of the scripts of `VENDOR`; null where dev dependencies were not installed when the package was built. */
export function vendorFile(name: string): PageFile | null {
  const module = VENDOR[name]
  const path = module === undefined ? null : vendorPath(name, module)
  return path === null ? null : { type: TYPES.js!, bytes: readFileSync(path) }
}

function vendorPath(name: string, module: string): string | null {
  const built = fileURLToPath(new URL(`./vendor/${name}`, import.meta.url))
  if (existsSync(built)) return built
  try {
    // The file beside the package's own description: some packages do not let their files be named.
    const [folder = '', ...rest] = module.split('/')
    const root = createRequire(import.meta.url).resolve(`${folder}/package.json`)
    const path = fileURLToPath(new URL(rest.join('/'), `file://${root}`))
    return existsSync(path) ? path : null
  } catch {
    return null
  }
}
