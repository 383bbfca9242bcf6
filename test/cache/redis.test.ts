import t, { type Test } from 'tap'
import { IN_LINE, RedisLink } from '../../src/cache/redis.js'
import { until, withRedis } from '../helpers/redis-server.js'

function linked(t: Test, urls: readonly string[]) {
  const lines: string[] = []
  const log = { info: (text: string) => lines.push(`info ${text}`), warn: (text: string) => lines.push(`warn ${text}`) }
  const link = new RedisLink(urls, log)
  t.teardown(() => link.close())
  link.connect()
  return { link, lines }
}

t.test('away, there, silent, there, killed, there again: said once per change', async (t) => {
  const redis = await withRedis(t)
  if (redis === null) return
  await redis.signal('SIGKILL')
  const { link, lines } = linked(t, [redis.url])
  await until('it is known to be away', () => lines.length > 0)
  t.equal(await link.run(async () => 1, 1000), null)
  await redis.start()
  await until('it is taken up', () => link.quick)
  t.equal(await link.runInLine((client) => client.incrby('a', 2)), 2)

  await redis.signal('SIGSTOP')
  let waited = 0
  while (link.quick) {
    t.equal(await link.runInLine((client) => client.incrby('a', 2)), null)
    waited++
  }
  t.equal(waited, 1, 'one waits, for no longer than the bound')
  let asked = false
  t.equal(
    await link.runInLine(async () => {
      asked = true
    }),
    null
  )
  t.notOk(asked, 'the next one does not even ask')
  await redis.signal('SIGCONT')
  await until('it is taken up again', () => link.quick)

  await redis.signal('SIGKILL')
  await until('it is gone', () => !link.quick)
  await redis.start()
  await until('it is taken up once more', () => link.quick)
  t.equal(await link.runInLine((client) => client.incrby('a', 2)), 2, 'and is empty')
  t.match(lines, [/^warn .*ECONNREFUSED/, /^info/, /^warn .*no answer in time/, /^info/, /^warn/, /^info/])
  t.equal(lines.length, 6)
  t.ok(IN_LINE <= 50)
})

t.test('the password is used and never said', async (t) => {
  const redis = await withRedis(t, ['--requirepass', 'not-for-the-log'])
  if (redis === null) return
  const { link, lines } = linked(t, [redis.url.replace('//', '//:not-for-the-log@')])
  await until('it is quick', () => link.quick)
  t.equal(await link.runInLine((client) => client.incrby('a', 1)), 1)
  await redis.signal('SIGKILL')
  await until('it is gone', () => !link.quick)
  const wrong = linked(t, [redis.url.replace('//', '//:another-one@')])
  await redis.start()
  await until('something is said', () => wrong.lines.length > 0)
  t.notOk(wrong.link.quick)
  t.notMatch([...lines, ...wrong.lines].join('\n'), /not-for-the-log|another-one/)
})

t.test('several URLs are nodes of a cluster', async (t) => {
  const redis = await withRedis(t, ['--cluster-enabled', 'yes', '--cluster-announce-ip', '127.0.0.1'])
  if (redis === null) return
  await redis.client().call('CLUSTER', 'ADDSLOTSRANGE', '0', '16383')
  const { link } = linked(t, [redis.url, 'redis://127.0.0.1:1'])
  await until('it is quick', () => link.quick)
  const results = await link.run((client) => client.pipeline().incrby('{a}:x', 1).pexpire('{a}:x', 1000).exec(), 1000)
  t.strictSame(results, [
    [null, 1],
    [null, 1]
  ])
})
