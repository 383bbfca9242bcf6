import fc from 'fast-check'
import t from 'tap'
import { isLoopbackHost, isOwnOrigin } from '../../src/admin/origin.js'

t.test('Host: loopback names and addresses, with any port', async (t) => {
  for (const host of [
    'localhost',
    'LocalHost:3001',
    '127.0.0.1',
    '127.0.0.1:3001',
    '127.1.2.3:80',
    '[::1]',
    '[::1]:3001'
  ])
    t.ok(isLoopbackHost(host), host)
  for (const host of [
    undefined,
    '',
    ':3001',
    'attacker.example',
    'attacker.example:3001',
    'localhost.attacker.example',
    '127.0.0.1.attacker.example:3001',
    'localhost@attacker.example',
    'attacker.example#localhost',
    'localhost:3001:1',
    '127.1',
    '0x7f.1',
    '2130706433',
    '0.0.0.0',
    '10.0.0.1:3001',
    '[::]',
    '[::ffff:10.0.0.1]',
    '::1',
    'localhost, attacker.example'
  ])
    t.notOk(isLoopbackHost(host), String(host))
})

t.test('Origin: the one that Host names, and no other', async (t) => {
  t.ok(isOwnOrigin('http://localhost:3001', 'localhost:3001'))
  t.ok(isOwnOrigin('https://admin.example', 'Admin.example'))
  for (const origin of [
    'null',
    '',
    'http://localhost:4200',
    'http://attacker.example',
    'http://localhost:3001.attacker.example',
    'http://a@localhost:3001',
    'file://localhost:3001',
    'http://localhost:3001/'
  ])
    t.notOk(isOwnOrigin(origin, 'localhost:3001'), origin)
  t.notOk(isOwnOrigin('http://localhost:3001', undefined))
})

t.test('a name that a URL parser takes to another host is never a loopback one', async (t) => {
  const name = fc.string({ unit: fc.constantFrom(...'localhost127.01[]:@/#?% x'), maxLength: 24 })
  fc.assert(
    fc.property(name, (host) => {
      if (!isLoopbackHost(host) || !URL.canParse(`http://${host}/`)) return true
      const { hostname } = new URL(`http://${host}/`)
      return hostname === 'localhost' || hostname === '[::1]' || hostname.startsWith('127.')
    }),
    { numRuns: 5000 }
  )
  t.pass('property holds')
})
