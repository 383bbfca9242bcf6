/** The bug: tokens that a CDN takes in the path were not seen: CDN77's, longer hashes, a session, `;name=hash`. */
import t from 'tap'
import { tokenIn } from '../../src/resolve/tokens.js'

const END = 1799999999
const MD5 = '5f4dcc3b5aa765d61d8327deb882cf99'
const MD5_BASE64 = 'X03MO1qnZdYdgyfeuILPmQ'
const SHA1 = '5baa61e4c9b93f3f0682250b6cf8331b7ee68fd8'

t.test('a token in the path is one', async (t) => {
  const paths = [
    `/${MD5_BASE64}==,${END}/a.mp4`,
    `/${MD5_BASE64},${END}/a.mp4`,
    `/${END},${MD5_BASE64}==/a.mp4`,
    `/${END}_${SHA1}/a.mp4`,
    `/${SHA1}/${END}/a.mp4`,
    `/${SHA1}_${END}/a.mp4`,
    '/session/1b4e28ba-2fa1-11d2-883f-0016d3cca427/a.m3u8',
    `/access_token/${MD5}/a.mp4`,
    '/x/ip/192.0.2.1/a.m3u8',
    `/x/a.m3u8;v=${MD5}`,
    `/x;tk=${MD5_BASE64}/a.m3u8`
  ]
  for (const path of paths) {
    t.not(tokenIn(`https://cdn.example.com${path}`), null, path)
    t.not(
      tokenIn(`https://cdn.example.com${encodeURIComponent(path).replaceAll('%2F', '/')}`),
      null,
      `${path}, encoded`
    )
  }
})

t.test('what is none stays none', async (t) => {
  const paths = [
    '/p/101/sp/10100/serveFlavor/entryId/0_a1b2c3d4/v/1/flavorId/0_abcd,1234,efgh,/name/a.mp4.urlset/master.m3u8',
    '/hls/p/101/sp/10100/serveFlavor/entryId/0_a/v/2/ev/5/flavorId/0_b/forceproxy/true/name/a.mp4/index.m3u8',
    '/out/v1/5f4dcc3b5aa765d61d8327deb882cf99/index.m3u8',
    '/ip/a.m3u8'
  ]
  for (const path of paths) t.equal(tokenIn(`https://cdn.example.com${path}`), null, path)
})
