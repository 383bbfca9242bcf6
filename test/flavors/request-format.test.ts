import t from 'tap'
import { effectiveFormat, isTooShort, mediaProtocol, requestedFormat } from '../../src/flavors/request-format.js'

t.test('requestedFormat', async (t) => {
  for (const format of [undefined, false, '', '0'] as const)
    t.equal(requestedFormat({ format }), 'http', String(format))
  t.equal(requestedFormat({ format: 'AppleHTTP' }), 'AppleHTTP', 'case stays')
})

t.test('mediaProtocol', async (t) => {
  for (const protocol of [undefined, false, '', '0', 'null'] as const) {
    t.equal(mediaProtocol('applehttp', { protocol }), 'http', String(protocol))
    t.equal(mediaProtocol('rtmp', { protocol }), 'rtmp', String(protocol))
  }
  for (const format of ['http', 'hdnetworkmanifest', 'hdnetworksmil']) {
    t.equal(mediaProtocol(format, { protocol: 'rtmp' }), 'http', format)
    t.equal(mediaProtocol(format, { protocol: 'https' }), 'https', format)
  }
  for (const format of ['url', 'download', 'applehttp', 'rtsp']) {
    t.equal(mediaProtocol(format, { protocol: 'rtmp' }), 'rtmp', format)
  }
  t.equal(mediaProtocol('rtmp', { protocol: 'rtmpe' }), 'rtmpe')
  t.equal(mediaProtocol('rtmp', { protocol: 'https' }), 'rtmp')
})

t.test('effectiveFormat', async (t) => {
  t.strictSame(effectiveFormat('applehttp', {}), { format: 'applehttp' })
  t.strictSame(effectiveFormat('hdnetworksmil', {}), { format: 'hdnetwork' })
  for (const format of ['url', 'download']) {
    t.strictSame(effectiveFormat(format, {}), { format: 'http', responseFormat: 'redirect' })
    t.strictSame(effectiveFormat(format, { responseFormat: 'xyz' }), { format: 'http', responseFormat: 'xyz' })
    t.strictSame(effectiveFormat(format, { responseFormat: '' }), { format: 'http', responseFormat: '' })
    t.strictSame(effectiveFormat(format, { responseFormat: false }), { format: 'http', responseFormat: '' })
  }
})

t.test('isTooShort', async (t) => {
  t.ok(isTooShort('hdnetworkmanifest', 9499))
  t.notOk(isTooShort('hdnetworkmanifest', 9500), 'rounds to 10 s')
  t.notOk(isTooShort('hdnetworkmanifest', 0), 'unknown')
  t.notOk(isTooShort('applehttp', 5000))
})
