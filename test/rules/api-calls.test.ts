import fc from 'fast-check'
import t from 'tap'
import { isNeverPassed, PLAYER_ACTIONS, readActionPair } from '../../src/rules/api-actions.js'
import { type ApiCalls, readApiCalls } from '../../src/rules/api-calls.js'
import { readApiParameters, UnclearApiRequest } from '../../src/rules/api-parameters.js'
import { refuseApiCalls } from '../../src/rules/api-permission.js'
import { makeKsV1, makeKsV2 } from '../../src/viewer/ks.js'

interface Given {
  path?: string
  query?: string
  form?: string
  json?: unknown
}

function read({ path = '', query = '', form, json }: Given): ApiCalls {
  const body =
    form !== undefined
      ? ({ type: 'form', text: form } as const)
      : json !== undefined
        ? ({ type: 'json', text: typeof json === 'string' ? json : JSON.stringify(json) } as const)
        : null
  return readApiCalls(readApiParameters({ segments: path.split('/').filter(Boolean), query, body }))
}

/** Actions and partners, or the word for a request that cannot be judged. */
function look(given: Given): [string[], number[]] | 'unclear' {
  try {
    const { actions, partners } = read(given)
    return [[...actions], [...partners]]
  } catch (error) {
    if (error instanceof UnclearApiRequest) return 'unclear'
    throw error
  }
}

const ksOf = (partnerId: number) =>
  makeKsV2({ partnerId, secret: 's', userId: '', type: 0, expiry: 4e9, privileges: '' })

t.test('one action, in every form that Kaltura reads', async (t) => {
  const expected = [['baseentry.list'], [101]]
  t.same(look({ path: 'service/baseEntry/action/list', query: 'partnerId=101' }), expected)
  t.same(look({ query: 'service=baseEntry&action=LIST&p=101' }), expected)
  t.same(look({ query: 'service=BASEENTRY&action=list', form: 'widgetId=_101' }), expected)
  t.same(look({ path: 'service/baseEntry/action/list', json: { partnerId: 101 } }), expected)
  t.same(look({ json: { service: 'baseEntry', action: 'list', ks: ksOf(101) } }), expected)
  const ks = makeKsV1({ partnerId: 101, secret: 's', userId: '', type: 0, expiry: 4e9, privileges: '' })
  t.same(look({ query: `service=baseEntry&action=list&ks=${encodeURIComponent(ks)}` }), expected)
})

t.test('a multirequest in every nesting', async (t) => {
  const expected = [['session.startwidgetsession', 'baseentry.list'], [101]]
  const calls = {
    1: { service: 'session', action: 'startWidgetSession', widgetId: '_101' },
    2: { service: 'baseEntry', action: 'list', ks: '{1:result:ks}' }
  }
  t.same(look({ path: 'service/multirequest', json: { ...calls, ks: '' } }), expected)
  t.same(look({ json: { service: 'MultiRequest', ...calls } }), expected)
  const colon = '1:service=session&1:action=startWidgetSession&1:widgetId=_101&2:service=baseEntry&2:action=list'
  t.same(look({ query: `service=multirequest&${colon}` }), expected)
  t.same(look({ path: 'service/multirequest/action/null', form: colon }), expected)
  const brackets = colon.replace(/(\d):(\w+)=/g, '$1[$2]=')
  t.same(look({ query: 'service=multirequest', form: brackets }), expected)
  t.same(look({ path: 'service/multirequest', form: encodeURI(brackets) }), expected)
  const mixed = { '1:service': 'session', 1: { action: 'startWidgetSession', widgetId: '_101' }, 2: calls[2] }
  t.same(look({ path: 'service/multirequest', json: mixed }), expected)
  const zero = { 0: calls[1], 1: calls[2] }
  t.same(look({ path: 'service/multirequest', json: zero }), expected, 'counting may begin at 0')
  const path = 'service/multirequest/1:service/session/1:action/startWidgetSession/1:widgetId/_101'
  t.same(look({ path }), [['session.startwidgetsession'], [101]])
})

t.test('all sub-requests count, also those that Kaltura would not come to', async (t) => {
  const first = { service: 'baseEntry', action: 'list', partnerId: 101 }
  const late = { 1: first, 7: { service: 'flavorAsset', action: 'getUrl' } }
  t.same(look({ path: 'service/multirequest', json: late }), [['baseentry.list', 'flavorasset.geturl'], [101]])
  t.same(
    look({ path: 'service/baseEntry/action/list', json: { partnerId: 101, ...late } }),
    [['baseentry.list', 'baseentry.list', 'flavorasset.geturl'], [101]],
    'also where nobody said multirequest'
  )
  t.equal(look({ path: 'service/multirequest', json: { 1: first, 2: { service: 'flavorAsset' } } }), 'unclear')
  t.equal(look({ path: 'service/multirequest', json: { 1: first, 2: { action: 'getUrl' } } }), 'unclear')
  t.equal(look({ path: 'service/multirequest', json: { 1: first, ' 2': 'x' } }), 'unclear')
  t.equal(look({ path: 'service/multirequest', json: {} }), 'unclear')
  const many = Object.fromEntries(Array.from({ length: 51 }, (_, index) => [index + 1, first]))
  t.equal(look({ path: 'service/multirequest', json: many }), 'unclear')
})

t.test('what is said twice, differently, is refused, in whichever places', async (t) => {
  const list = 'service/baseEntry/action/list/partnerId/101'
  t.equal(look({ path: list, query: 'action=delete' }), 'unclear')
  t.equal(look({ path: list, json: { service: 'session' } }), 'unclear')
  t.equal(look({ query: 'service=baseEntry&action=list&action=delete&p=101' }), 'unclear')
  t.equal(look({ query: 'service=baseEntry&action=list&p=101', form: 'action=delete' }), 'unclear')
  t.equal(look({ query: '1:service=a&1:action=b', json: { service: 'multirequest', 1: { service: 'c' } } }), 'unclear')
  t.equal(look({ form: 'service=multirequest&1:service=a&1[service]=b&1:action=c&p=101' }), 'unclear')
  t.equal(look({ path: 'service/multirequest', form: '1=x&1:service=a&1:action=b' }), 'unclear')
  t.equal(look({ path: `${list}/action/delete` }), 'unclear')
  t.same(look({ path: list, query: 'action=list', json: { action: 'list' } }), [['baseentry.list'], [101]])
})

t.test('a parameter that decides cannot be set to null behind our back', async (t) => {
  const list = 'service/baseEntry/action/list'
  for (const name of ['partnerId', 'ks', 'service', 'action', 'format', 'widgetId', '1']) {
    t.equal(look({ path: list, query: `partnerId=101&${name}__null=1` }), 'unclear', name)
  }
  t.equal(look({ path: 'service/multirequest', form: 'p=101&1:service=a&1:action=b&1:ks__null=1' }), 'unclear')
  t.same(look({ path: list, query: 'partnerId=101&entry:name__null=1' }), [['baseentry.list'], [101]])
})

t.test('what cannot be read is refused', async (t) => {
  for (const json of ['', '[]', 'null', '"x"', '{"service":', '{"service":{"a":"b"},"action":"c"}']) {
    t.equal(look({ json }), 'unclear', json)
  }
  t.equal(look({ query: 'service=baseEntry&action=%zz' }), 'unclear')
  t.equal(look({ query: 'service=baseEntry&action=%ff' }), 'unclear')
  t.equal(look({}), 'unclear')
  t.equal(look({ path: 'service/baseEntry' }), 'unclear')
  const deep = '['.repeat(40) + ']'.repeat(40)
  t.equal(look({ json: `{"service":"a","action":"b","p":"101","x":${deep}}` }), 'unclear')
  const many = Array.from({ length: 1001 }, (_, index) => `a${index}=1`).join('&')
  t.equal(look({ query: `service=a&action=b&p=101&${many}` }), 'unclear')
})

t.test('JSONP and content types of the caller are refused', async (t) => {
  const list = { path: 'service/baseEntry/action/list/partnerId/101' }
  for (const query of ['callback=x', 'callback=', 'content-type=text/html', 'Content-Type=text/html', 'format=9']) {
    t.equal(look({ ...list, query }), 'unclear', query)
  }
  for (const format of ['09', '9 ', '+9', '9.0', '1x', '10', '-1', 'text/html']) {
    t.equal(look({ ...list, query: `format=${encodeURIComponent(format)}` }), 'unclear', format)
  }
  t.equal(look({ ...list, query: 'format[]=9' }), 'unclear')
  t.equal(look({ ...list, json: { format: 9 } }), 'unclear')
  for (const format of ['1', '2', '8', '']) t.type(look({ ...list, query: `format=${format}` }), Array)
})

t.test('whose it is: every partner that is named anywhere', async (t) => {
  const call = { service: 'baseEntry', action: 'list' }
  const partnersOf = (given: Given) => look(given)[1]
  const multi = (...calls: object[]) => ({ path: 'service/multirequest', json: { ...[{}, ...calls].slice(1) } })
  t.same(partnersOf(multi({ ...call, partnerId: 101 }, { ...call, p: '102' })), [101, 102])
  t.same(partnersOf(multi({ ...call, partnerId: 101, ks: ksOf(102) })), [101, 102])
  t.same(partnersOf({ json: { ...call, widgetId: '_103', ks: ksOf(104) } }), [103, 104])
  t.same(partnersOf({ json: { ...call, ks: '' } }), [])
  for (const partnerId of [0, -1, '101abc', '0101', '1e2', ' 101', '{1:result:partnerId}', [101], 10 ** 12]) {
    t.equal(look({ json: { ...call, partnerId } }), 'unclear', String(partnerId))
  }
  for (const widgetId of ['101', '_', '_x', '_101x', '1_abcdefgh', '{1:result}', '_0']) {
    t.equal(look({ json: { ...call, widgetId } }), 'unclear', widgetId)
  }
  for (const ks of ['garbage', 'djJ8', Buffer.from('v2|+102|xxxxxxxxxxxxxxxxxxxx').toString('base64')]) {
    t.equal(look({ json: { ...call, p: 101, ks } }), 'unclear', ks)
  }
})

t.test('a KS may come out of a widget session of the same request, and from nowhere else', async (t) => {
  const start = { service: 'session', action: 'startWidgetSession', widgetId: '_101' }
  const list = { service: 'baseEntry', action: 'list' }
  const asked = (ks: string, first: object = start) =>
    look({ path: 'service/multirequest', json: { 1: first, 2: { ...list, ks }, p: 101 } })
  t.type(asked('{1:result:ks}'), Array)
  for (const ks of ['{2:result:ks}', '{1:result:name}', '{1:result}', 'x{1:result:ks}', '{1:result:ks}{1:result:ks}']) {
    t.equal(asked(ks), 'unclear', ks)
  }
  t.equal(asked('{1:result:ks}', { ...list, p: 101 }), 'unclear')
})

t.test('permission: every call, for every partner named', async (t) => {
  const configured = new Map([
    [101, { apiPassthrough: PLAYER_ACTIONS }],
    [102, { apiPassthrough: ['baseentry.list', 'flavorasset.geturl'] }],
    [103, { apiPassthrough: [] }]
  ])
  const judge = (actions: string[], partners: number[]) =>
    refuseApiCalls({ actions, partners: new Set(partners) }, configured)
  t.equal(judge([...PLAYER_ACTIONS], [101]), null)
  t.equal(judge(['baseentry.list'], [101, 102]), null)
  t.same(judge(['baseentry.list'], []), { kind: 'no-partner' })
  t.same(judge(['baseentry.list'], [103]), { kind: 'not-served' })
  t.same(judge(['baseentry.list'], [101, 999]), { kind: 'not-served' })
  t.same(judge(['baseentry.list', 'baseentry.delete'], [101]), { kind: 'action', action: 'baseentry.delete' })
  t.same(judge(['baseentry.list', 'user.get'], [101, 102]), { kind: 'action', action: 'user.get' })
  t.same(judge(['flavorasset.geturl'], [102]), { kind: 'action', action: 'flavorasset.geturl' }, 'whatever a list says')
})

t.test('never passed, whatever the list says', async (t) => {
  const never = [
    'session.start',
    'session.impersonate',
    'session.impersonateByKs',
    'appToken.startSession',
    'flavorAsset.getUrl',
    'flavorAsset.getDownloadUrl',
    'flavorAsset.getRemotePaths',
    'caption_captionAsset.getUrl',
    'user.login',
    'user.loginByLoginId',
    'adminUser.login',
    'user.resetPassword',
    'partner.getSecrets',
    'multirequest.null'
  ]
  for (const pair of never) {
    t.ok(isNeverPassed(pair.toLowerCase()), pair)
    t.throws(() => readActionPair(pair), /makes no session/, pair)
  }
  for (const pair of PLAYER_ACTIONS) t.equal(readActionPair(pair), pair)
  t.equal(readActionPair('Caption_CaptionAsset.serveWebVTT'), 'caption_captionasset.servewebvtt')
  for (const pair of ['', 'baseEntry', 'baseEntry.', '.list', 'a.b.c', 'a b.c', '*.*', 'baseEntry.*']) {
    t.throws(() => readActionPair(pair), /such as/, pair)
  }
})

t.test('property: however a multirequest is written down, an action that is not on the list is seen', async () => {
  const name = fc.constantFrom('1', '2', '3', '5')
  const style = fc.constantFrom('colon', 'bracket', 'query', 'path')
  fc.assert(
    fc.property(name, style, fc.constantFrom('getUrl', 'GETURL', 'gEtuRl'), (at, how, action) => {
      const pairs = [`${at}:service=flavorAsset`, `${at}:action=${action}`, '4:service=baseEntry', '4:action=list']
      const brackets = pairs.map((pair) => pair.replace(/^(\d):(\w+)=/, '$1[$2]='))
      const base = { path: 'service/multirequest', query: 'p=101' }
      const given: Given =
        how === 'colon'
          ? { ...base, form: pairs.join('&') }
          : how === 'bracket'
            ? { ...base, form: brackets.join('&') }
            : how === 'query'
              ? { ...base, query: `p=101&${pairs.join('&')}` }
              : { path: `${base.path}/${pairs.join('/').replaceAll('=', '/')}`, query: 'p=101' }
      const allowed = new Map([[101, { apiPassthrough: PLAYER_ACTIONS }]])
      return refuseApiCalls(read(given), allowed)?.kind === 'action'
    })
  )
  fc.assert(
    fc.property(fc.jsonValue(), fc.string(), (json, query) => {
      look({ json: JSON.stringify(json), query })
      return true
    }),
    { numRuns: 300 }
  )
})
