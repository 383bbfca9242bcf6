import { PARAMETER_NAMES, PARAMETERS, type ParameterClass, type ParameterSpec } from '../src/playmanifest/parameters.js'

/** What a class means for a reader of the docs. */
const CLASSES: Readonly<Record<ParameterClass, string>> = {
  choice: 'changes what is chosen; part of every cache key and of what Kaltura is asked',
  answer: 'changes what is answered; part of every cache key and of what Kaltura is asked',
  identity: 'says who asks; sent on to Kaltura, never in a key; the answer is not shared (`referrer` excepted)',
  pass: "the viewer's own; sent on to Kaltura in a redirect, without effect on a shared answer",
  viewer: 'Kaltura writes something for this viewer; sent on, and the answer is never shared',
  gateway: "the gateway's own; taken out before anything goes to Kaltura",
  ignored: 'has no effect at Kaltura, and none here'
}

const TYPES: Readonly<Record<ParameterSpec['type'], string>> = {
  id: 'id',
  ids: 'comma list of ids',
  list: 'comma list',
  number: 'number',
  ms: 'ms',
  s: 'Unix seconds or s',
  kbps: 'kbps',
  word: 'word',
  text: 'text',
  flag: 'flag',
  base64: 'base64'
}

/** docs/parameters.md, made from the one table of parameters. */
export function parametersDoc(): string {
  const lines = [
    '# Parameters',
    '',
    '<!-- Made by `npm run docs` from src/playmanifest/parameters.ts: change the table, not this page. -->',
    '',
    'A parameter is a pair in the path (`/format/applehttp`) or in the query (`?format=applehttp`). The path wins over the',
    'query, the long name over the short one wherever they stand, the first of two in the path, the last of two in the query.',
    'Empty path segments and `index.php` are dropped before the segments are paired. A last segment without a value, such as',
    '`a.m3u8`, is decoration. Names that are not listed are passed on to Kaltura in a redirect and have no effect on a shared',
    'answer.',
    '',
    '| name | short | value | class | meaning |',
    '|---|---|---|---|---|'
  ]
  for (const name of PARAMETER_NAMES) {
    const spec: ParameterSpec = PARAMETERS[name]
    const short = spec.short === undefined ? '' : `\`${spec.short}\``
    const secret = spec.secret === true ? ' Masked in logs.' : ''
    lines.push(`| \`${name}\` | ${short} | ${TYPES[spec.type]} | ${spec.class} | ${spec.about}${secret} |`)
  }
  lines.push('', '| class | what it means |', '|---|---|')
  for (const [name, text] of Object.entries(CLASSES)) lines.push(`| ${name} | ${text} |`)
  return `${lines.join('\n')}\n`
}
