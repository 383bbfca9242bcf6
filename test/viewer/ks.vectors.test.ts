import { readFileSync } from 'node:fs'
import t from 'tap'
import { isAdmin, isWidgetSession, ksValidity, sessionIdHash, verifyKs } from '../../src/viewer/ks.js'

interface Vector {
  name: string
  input: {
    ks: string
    secret: string | null
    partnerId: number
    now: number
    clientIp: string
    requestUri: string
  }
  expected: Record<string, unknown> & { parse: string; validity?: { code: number } }
}

const vectors = JSON.parse(
  readFileSync(new URL('../fixtures/vectors/ks.json', import.meta.url), 'utf8')
) as readonly Vector[]

/** As the vectors write a field: the text of a number, or null. */
const written = (value: number | null): string | null => (value === null ? null : String(value))

t.test('vectors', async (t) => {
  t.ok(vectors.length > 50, 'the fixture holds the group')
  for (const { name, input, expected } of vectors) {
    const secrets = input.secret === null ? [] : input.secret.split(',')
    const ks = verifyKs(input.ks, secrets, input.partnerId)
    if (expected.parse !== 'ok') {
      t.notOk(ks.ok, name)
      continue
    }
    if (!ks.ok) {
      t.fail(`${name}: ${ks.reason}`)
      continue
    }
    const { clientIp, requestUri, now } = input
    t.strictSame(
      {
        parse: 'ok',
        version: ks.version,
        partnerId: written(ks.partnerId),
        type: written(ks.type),
        expiry: written(ks.expiry),
        user: ks.userId,
        privileges: ks.privileges,
        parsedPrivileges: Object.fromEntries(ks.parsedPrivileges),
        masterPartnerId: ks.masterPartnerId,
        additionalData: ks.additionalData,
        isAdmin: isAdmin(ks),
        isWidgetSession: isWidgetSession(ks),
        hash: ks.hash,
        sessionIdHash: sessionIdHash(ks),
        validity: ksValidity(ks, { now, clientIp, requestUri })
      },
      { ...expected, validity: expected.validity?.code },
      name
    )
  }
})
