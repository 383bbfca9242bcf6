import type { Rule } from './schema.js'

/**
 * The documented mobile rules (reference device-rules.md section 1) as data, in order; the fallback levels are those of
 * Kaltura itself behind the documented tag. They apply to the formats that the design names; every other device and
 * format keeps Kaltura's own tag levels. rules/default.yaml is the same to read; a test holds them equal.
 */
export const SHIPPED_RULES: readonly Rule[] = [
  {
    name: 'iPad',
    when: { device: 'ipad', format: ['applehttp', 'auto'] },
    then: { format: 'applehttp', tags: [['ipadnew'], ['iphonenew'], ['ipad', 'iphone']] }
  },
  {
    name: 'iPhone',
    when: { device: 'iphone', format: ['applehttp', 'auto'] },
    then: { format: 'applehttp', tags: [['iphonenew'], ['ipadnew'], ['ipad', 'iphone']] }
  },
  {
    name: 'Android with HLS',
    when: { device: 'android', androidFrom: 4, format: ['applehttp', 'auto'] },
    then: {
      format: 'applehttp',
      tags: [['iphonenew'], ['ipadnew'], ['ipad', 'iphone']],
      excludeAudioOnly: true
    }
  },
  {
    name: 'Android without HLS',
    when: { device: 'android', androidBelow: 4, format: ['url', 'auto'] },
    then: {
      format: 'url',
      tags: [['iphonenew'], ['iphone'], ['mbr'], ['web']],
      single: 'largest',
      maxBitrate: 900,
      excludeAudioOnly: true
    }
  },
  { name: 'Windows Phone', when: { device: 'windows-phone', format: 'auto' }, then: { format: 'url' } },
  { name: 'Everything else', when: { format: 'auto' }, then: { format: 'applehttp' } }
]
