/** `presetsOnly`: in no spelling and by no method does a URL choose anything beside its preset. */
import fc from 'fast-check'
import { pino } from 'pino'
import t from 'tap'
import { buildApp } from '../../src/app.js'
import { DEMO_ENTRIES } from '../../src/demo/kaltura/index.js'
import { LONG_NAMES, PARAMETERS, type ParameterName } from '../../src/playmanifest/parameters.js'
import { parsePlayManifestUrl } from '../../src/playmanifest/parse.js'
import { withDemo } from '../helpers/demo.js'
import { patientConfig } from '../helpers/rules.js'

const FILE = `partners: [{ id: 101, adminSecretFile: s, presetsOnly: true }]
presets: { low: { format: applehttp, maxBitrate: 900, tags: mbr, protocol: http } }
`
const ASKED = { format: 'applehttp', maxBitrate: '900', tags: 'mbr', protocol: 'http', entryId: DEMO_ENTRIES.public }
const CHOOSING = ['choice', 'answer', 'viewer']

const names = fc
  .tuple(
    fc.constantFrom(...LONG_NAMES.keys()),
    fc.constantFrom('', '', '[]', '[0]', '%5B%5D', '[', '%20', '+', '.', '%00', '%FF'),
    fc.constantFrom('', '', '', '+', '%20', '0/', '//', 'index.php/'),
    fc.constantFrom('as it is', 'as it is', 'escaped', 'twice escaped', 'upper case')
  )
  .map(([name, behind, before, way]) => {
    const escaped = `%${name.charCodeAt(0).toString(16)}${name.slice(1)}`
    const written =
      way === 'escaped'
        ? escaped
        : way === 'upper case'
          ? name.toUpperCase()
          : way === 'as it is'
            ? name
            : escaped.replace('%', '%25')
    return `${before}${written}${behind}`
  })
const extra = fc.record({
  name: names,
  value: fc.constantFrom('1', '', 'url', '0_publv540', '%FF', 'low', 'a/b'),
  form: fc.constantFrom('/N/V', '/N', '?N=V', '?N', '&N=V', '//N//V/')
})

t.setTimeout(90_000)

t.test('what goes on to Kaltura holds the preset, and no other choice', async (t) => {
  const demo = await withDemo(t)
  const config = patientConfig(demo, FILE, {
    KALTURA_SHARE_PUBLIC: '',
    KALTURA_ADMIN_SECRET: '',
    KALTURA_PARTNER_ID: ''
  })
  const app = await buildApp(config, { logger: pino({ level: 'silent' }) })
  t.teardown(() => app.close())
  const counts = { sent: 0, refused: 0 }
  const prefixes = ['/p/101/sp/10100', '/p/101', '/s/p/101/sp/10100', '/s/p/101']
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...prefixes),
      fc.constantFrom('/preset/low', '/%70reset/low', '', '/preset/low/preset/other'),
      fc.array(extra, { maxLength: 2 }),
      fc.constantFrom('GET', 'GET', 'HEAD', 'POST'),
      async (prefix, preset, extras, method) => {
        const path = `${prefix}/playManifest/entryId/${DEMO_ENTRIES.public}${preset}`
        const [inPath, inQuery] = [
          extras.filter(({ form }) => !/^[?&]/.test(form)),
          extras.filter(({ form }) => /^[?&]/.test(form))
        ]
        const write = ({ name, value, form }: (typeof extras)[number]) =>
          form.replace('N', () => name).replace('V', () => value)
        const query = inQuery.map((one) => write(one).slice(1)).join('&')
        const url = `${path}${inPath.map(write).join('')}${query === '' ? '' : `?${query}`}`
        const answer = await app.inject({ url, method: method as 'GET' })
        if (answer.statusCode >= 400) {
          counts.refused++
          if (answer.statusCode >= 500) throw new Error(`${answer.statusCode} ${url}`)
          return
        }
        counts.sent++
        const location = String(answer.headers.location).replace(demo.kalturaUrl, '')
        const parsed = parsePlayManifestUrl(location)
        if (!parsed.ok) throw new Error(`${url} leads to ${location}`)
        const { effective } = parsed.request
        const chosen = (Object.keys(effective) as ParameterName[]).filter((name) =>
          CHOOSING.includes(PARAMETERS[name].class)
        )
        t.strictSame(
          Object.fromEntries(chosen.map((name) => [name, effective[name]])),
          ASKED,
          `${method} ${url} leads to ${location}`
        )
        return t.passing()
      }
    ),
    { numRuns: 1500 }
  )
  t.ok(counts.sent > 50, `${counts.sent} went on`)
  t.ok(counts.refused > 50, `${counts.refused} were refused`)
})
