import { parseArgs } from 'node:util'
import { pino } from 'pino'
import { buildApp } from '../app.js'
import { ConfigError } from '../config/config.js'
import { type Environment, loadConfig } from '../config/load.js'
import { explainer } from '../explain/explain.js'
import { BadQuestion, readQuestion } from '../explain/question.js'
import type { Explanation } from '../explain/report.js'
import { ADMIN_OPTIONS, postAdmin } from './admin-client.js'
import { CommandError, type CommandIo } from './command.js'
import { describeExplanation } from './explain-text.js'
import { readHeaders } from './options.js'
import { json } from './text.js'

export const EXPLAIN_HELP = `playmanifest-gateway explain: why a playManifest request is answered as it is

Usage:
  playmanifest-gateway explain URL [viewer] [--config FILE] [--json]
  playmanifest-gateway explain URL [viewer] --admin http://127.0.0.1:3001 [--token-file FILE] [--json]

The viewer:
  --user-agent TEXT       what the viewer's program says it is
  --device ipad           as device= in the URL
  --header 'name: value'  any header of the viewer's; may be given several times
  --peer 203.0.113.7      address of the connection; headers of a proxy count only when TRUST_PROXY names it
  --method GET            GET, HEAD or POST

Who is asked:
  --admin URL             a running gateway, by its admin side: with what it has in its caches
  --token-file FILE       its token; without it that of ADMIN_TOKEN or ADMIN_TOKEN_FILE
  --config FILE           the configuration file, in place of CONFIG_FILE; the environment is read too

Without --admin a gateway is made here, of the environment and the file, with empty caches: it asks Kaltura once, listens
nowhere and ends. Sessions and tokens are masked in what is printed.
Exit status: 0 when it was explained, whatever the answer is; 1 when it could not be.

Examples:
  playmanifest-gateway explain "$URL" --device android
  playmanifest-gateway explain "$URL" --user-agent "$UA" --header 'x-forwarded-proto: https' --peer 10.0.0.1 --config gateway.yaml
  playmanifest-gateway explain "$URL" --admin http://127.0.0.1:3001 --json | jq .rules.matched
`

/** The command `explain`. */
export async function runExplain(args: readonly string[], env: Environment, io: CommandIo): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      ...ADMIN_OPTIONS,
      help: { type: 'boolean', short: 'h' },
      json: { type: 'boolean' },
      'user-agent': { type: 'string' },
      device: { type: 'string' },
      header: { type: 'string', multiple: true },
      peer: { type: 'string' },
      method: { type: 'string' },
      config: { type: 'string' }
    }
  })
  if (values.help === true) {
    io.out(EXPLAIN_HELP)
    return 0
  }
  const [url] = positionals
  if (url === undefined || positionals.length > 1) throw new CommandError('explain takes one URL; see explain --help.')
  const { admin, config, device, peer, method } = values
  if (admin !== undefined && config !== undefined) {
    throw new CommandError('--admin asks a running gateway and --config makes one here; right would be one of them.')
  }
  const asked = {
    url,
    headers: readHeaders(values.header ?? []),
    ...(values['user-agent'] === undefined ? {} : { userAgent: values['user-agent'] }),
    ...(device === undefined ? {} : { device }),
    ...(peer === undefined ? {} : { peer }),
    ...(method === undefined ? {} : { method })
  }
  const explanation =
    admin === undefined ? await explainHere(asked, config, env, io) : await explainThere(asked, values, env, io)
  if (values.json === true) io.out(json(explanation))
  else io.out(describeExplanation(explanation, io.colours))
  return 0
}

async function explainThere(
  asked: Record<string, unknown>,
  options: Parameters<typeof postAdmin>[2],
  env: Environment,
  io: CommandIo
): Promise<Explanation> {
  const said = (await postAdmin('/explain', asked, options, env, io)) as Partial<Explanation>
  if (said.asked === undefined || said.answer === undefined || said.steps === undefined) {
    throw new CommandError('What answers there explains nothing; right would be the admin side of a gateway.')
  }
  return said as Explanation
}

/** A whole gateway of this process: nothing listens, nothing is logged, nothing is shared with others. */
async function explainHere(
  asked: Record<string, unknown>,
  file: string | undefined,
  env: Environment,
  io: CommandIo
): Promise<Explanation> {
  const question = inWords(() => readQuestion(asked, '127.0.0.1'))
  const config = inWords(() => loadConfig(file === undefined ? env : { ...env, CONFIG_FILE: file }, io.read))
  // A running gateway answers without Kaltura where that takes longer; who asks why wants to see what Kaltura says.
  const patient = { catalogPatience: config.upstreamTimeout, targetPatience: config.upstreamTimeout }
  const alone = { ...config, ...patient, redisUrls: [] }
  const app = await buildApp(alone, { logger: pino({ level: 'silent' }) })
  try {
    return await explainer(app, alone)(question)
  } finally {
    await app.close()
  }
}

/** What a person can do about it. @throws CommandError, ConfigError */
function inWords<T>(read: () => T): T {
  try {
    return read()
  } catch (error) {
    if (error instanceof BadQuestion) throw new CommandError(error.message)
    if (error instanceof ConfigError) {
      throw new ConfigError([
        ...error.problems,
        'To ask a running gateway in place of one that is made here, add --admin.'
      ])
    }
    throw error
  }
}
