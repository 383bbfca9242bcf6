/**
 * The few rules of PHP 8 that playManifest's answers depend on. Sources: vector group flavor-selection
 * (minBitrate-value-*, maxBitrate-value-*, flavorParamIds-numeric-equality), recordings maxBitrate_val_*.
 */

const NUMERIC = /^[ \t\n\r\v\f]*[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?[ \t\n\r\v\f]*$/

/**
 * The number that PHP sees in a string, or null when it is not numeric. White space on either side, a sign, a fraction
 * and an exponent are allowed (`1e3`, ` 900`, `900.5`); hexadecimal, units and the empty string are not.
 */
export function parseNumeric(text: string): number | null {
  return NUMERIC.test(text) ? Number(text) : null
}

/** Truth of a request parameter: not sent, no value, the empty string and `0` are false; `0.0` and `false` are true. */
export function isTruthy(value: string | false | undefined): value is string {
  return value !== undefined && value !== false && value !== '' && value !== '0'
}

/**
 * PHP's `==` between an integer and a request value: numeric strings compare as numbers (`1.0`, `+2`, `03`), other
 * strings never equal an integer, and `false` (a path key without a value) equals 0 only.
 */
export function looselyEquals(integer: number, value: string | false): boolean {
  if (value === false) return integer === 0
  return parseNumeric(value) === integer
}
