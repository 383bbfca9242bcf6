import t from 'tap'
import { isApiUrl, redactApiUrl } from '../../src/playmanifest/redact-api.js'

t.test('of an API URL only service and action are told', async (t) => {
  const cases = {
    '/api_v3': '/api_v3',
    '/api_v3/': '/api_v3',
    '/api_v3/service/multirequest': '/api_v3/service/multirequest',
    '/api_v3/service/user/action/login/password/x?ks=abc': '/api_v3/service/user/action/login',
    '/api_v3/index.php?password=p&service=user&action=login&secret=x': '/api_v3/service/user/action/login',
    '/api_v3/?1:secret=x': '/api_v3/***',
    '/api_v3/secret/x': '/api_v3/***',
    '/api_v3/service/djJ8MTAxfJ_abcdefghijklmnop/action/x': '/api_v3/service/***',
    '/api_v3/service/%22evil?x': '/api_v3/***'
  }
  for (const [url, told] of Object.entries(cases)) t.equal(redactApiUrl(url), told, url)
})

t.test('which URLs are the API', async (t) => {
  for (const url of ['/api_v3', '/api_v3/x', '/api_v3?x']) t.ok(isApiUrl(url))
  for (const url of ['/', '/p/101/playManifest', '/api_v3x']) t.notOk(isApiUrl(url))
})
