import t from 'tap'
import {
  errorDetail,
  errorHeaders,
  isCacheableAtKaltura,
  isErrorOfObject,
  parseErrorHeader
} from '../../src/playmanifest/errors.js'
import { vectors } from '../helpers/vectors.js'

interface Input {
  kind: string
  code: number
  message: string | null
  method: string
}

t.test('errors: the headers of an error raised directly', async (t) => {
  for (const { name, input, expected } of vectors<Input, { headers: string[] }>('errors').filter(
    ({ input }) => input.kind === 'die'
  )) {
    const headers = errorHeaders(input.code, input.message ?? undefined)
    const wanted = Object.fromEntries(
      expected.headers.map((line) => [
        line.slice(0, line.indexOf(':')).toLowerCase(),
        line.slice(line.indexOf(':') + 1).trim()
      ])
    )
    t.equal(headers['x-kaltura-app'], wanted['x-kaltura-app'], `${name}: X-Kaltura-App`)
    t.equal(headers['x-kaltura'], wanted['x-kaltura'], `${name}: X-Kaltura`)
    if (input.method === 'GET')
      t.equal(isCacheableAtKaltura(input.code), wanted['cache-control'] !== undefined, `${name}: caching`)
  }
})

t.test('a detail fills the text and is appended as well', async (t) => {
  t.equal(
    errorHeaders(20, 'ks user')['x-kaltura-app'],
    'exiting on error 20 - Request parameter [ks user] is missing, ks user'
  )
  t.equal(
    errorHeaders(25, errorDetail(25))['x-kaltura-app'],
    'exiting on error 25 - wrong query attributes, This format is unsupported'
  )
})

t.test('what may be told to everybody is about the object alone', async (t) => {
  for (const code of [1, 6, 12, 19, 25, 49]) t.ok(isErrorOfObject(code), String(code))
  for (const code of [3, 7, 16, 27, 28, 30, 31, 32, 34, 53]) t.notOk(isErrorOfObject(code), String(code))
})

t.test('the number in X-Kaltura', async (t) => {
  for (const [header, code] of [
    ['error-6', 6],
    ['cached-error-1', 1],
    [' error-31 ', 31],
    ['error- UNKNOWN_RESPONSE_FORMAT', null],
    ['cache-key,playManifest-1', null],
    [undefined, null]
  ] as const) {
    t.equal(parseErrorHeader(header), code, String(header))
  }
})
