import fc from 'fast-check'
import t from 'tap'
import { isTruthy, looselyEquals, parseNumeric } from '../../src/flavors/php-number.js'

t.test('parseNumeric', async (t) => {
  const numbers = {
    '900': 900,
    '1e3': 1000,
    '1E+3': 1000,
    '25e-1': 2.5,
    ' 900': 900,
    '900 ': 900,
    '\t\n\r\v\f9\f': 9,
    '900.5': 900.5,
    '.5': 0.5,
    '5.': 5,
    '+900': 900,
    '-5': -5,
    '00900': 900,
    '1e999': Number.POSITIVE_INFINITY
  }
  for (const [text, number] of Object.entries(numbers)) t.equal(parseNumeric(text), number, JSON.stringify(text))
  const others = [
    '',
    ' ',
    'abc',
    '1000k',
    '0x384',
    '0b1',
    '0o7',
    '1e',
    '1e3.5',
    '.',
    '+',
    '--5',
    '1 2',
    '1_000',
    'null'
  ]
  for (const text of [...others, 'Infinity', 'NaN', '９', '1\u00a0', '1\n2']) {
    t.equal(parseNumeric(text), null, JSON.stringify(text))
  }
  fc.assert(fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (n) => parseNumeric(String(n)) === n + 0))
  fc.assert(fc.property(fc.string(), (text) => !Number.isNaN(parseNumeric(text))))
})

t.test('isTruthy', async (t) => {
  for (const value of [undefined, false, '', '0'] as const) t.notOk(isTruthy(value), JSON.stringify(value))
  for (const value of ['0.0', '00', ' ', 'false', 'null', '-0']) t.ok(isTruthy(value), JSON.stringify(value))
})

t.test('looselyEquals', async (t) => {
  for (const value of ['3', '3.0', '+3', '03', ' 3 ', '30e-1']) t.ok(looselyEquals(3, value), value)
  for (const value of ['', '3a', '0x3', '4', '3,4', '3.01', false] as const)
    t.notOk(looselyEquals(3, value), String(value))
  t.ok(looselyEquals(0, false), 'no value equals 0')
  t.ok(looselyEquals(0, '-0'))
  t.notOk(looselyEquals(0, ''), 'since PHP 8 the empty string does not equal 0')
  t.notOk(looselyEquals(0, 'abc'))
})
