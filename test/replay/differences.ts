/**
 * Every difference between what Kaltura answered and what a client finally gets through the gateway, with its reason.
 * A difference that is not listed fails the replay; a listed one that no longer exists fails it too. docs/compatibility.md
 * is made from this table.
 */
export interface Difference {
  /** Over the names of recordings. */
  cases: RegExp
  /** `sharing`: only in the run in which the gateway has to answer by itself; `always`: in both. */
  when: 'always' | 'sharing'
  /** What the request is, in words. */
  what: string
  /** Set where Kaltura has to decide for the viewer, so that no answer can be everybody's. */
  ofViewer?: true
  /** What the gateway does instead. */
  instead: string
  reason: string
}

export const DIFFERENCES: readonly Difference[] = [
  {
    cases: /^fmt_none_/,
    when: 'always',
    what: 'no `format`',
    instead: '302 to the file',
    reason: "Kaltura's help page says `url`; the F4M that Kaltura answers is played by nothing today"
  },
  {
    cases: /^path_pct(?:00|2f_in_value|2f_in_ks|2f_lower|252f)$/,
    when: 'always',
    what: 'an encoded slash or control character in the path',
    instead: '400 with a reason',
    reason: "Kaltura's web server answers a bare 404"
  },
  {
    cases: /^path_pct2f_query$/,
    when: 'always',
    what: 'an id with a slash in it',
    instead: '400 with a reason',
    reason: 'no id has one; Kaltura looks for it and falls back'
  },
  {
    cases: /^path_query_array$/,
    when: 'always',
    what: 'a parameter given as a list',
    instead: '400 with a reason',
    reason: 'Kaltura fails with 500'
  },
  {
    cases: /^path_no_slash_after$/,
    when: 'always',
    what: 'nothing behind `playManifest`',
    instead: 'error 1',
    reason: "a request without an entry, as with a slash behind it; Kaltura's web server does not know the address"
  },
  {
    cases: /^prefix_index$/,
    when: 'always',
    what: '`/index.php/extwidget/playManifest`',
    instead: '404',
    reason: "the inside of Kaltura's web server, without a partner in it"
  },
  {
    cases: /^prefix_wrongpartner$/,
    when: 'always',
    what: 'another partner in the path than the one of the entry',
    instead: 'error 14',
    reason: 'Kaltura ignores the partner in the path; the gateway serves the partners it is configured for'
  },
  {
    cases: /^(?:method_|put_)/,
    when: 'always',
    what: 'PUT, DELETE',
    instead: '405',
    reason: 'Kaltura answers every method alike'
  },
  {
    cases: /^rf_jsonp_badcallback$/,
    when: 'always',
    what: 'a JSONP callback that is no plain name',
    instead: '400 with a reason',
    reason: 'Kaltura strips the angle brackets and goes on; what remains is still chosen by a stranger'
  },
  {
    cases: /^(?:entry_(?:acks|limfl|prev|site)\w*_|acks_(?!ks)|site_|rule_)/,
    when: 'sharing',
    what: 'an entry whose access control profile has rules',
    ofViewer: true,
    instead: 'redirect',
    reason: "Kaltura decides for the viewer; no answer is everybody's"
  },
  {
    cases: /^flv_flavor\w*(?:notready|otherentry|wrong|mixed|unknown)/,
    when: 'sharing',
    what: 'an explicit id that is no ready flavor of the entry',
    ofViewer: true,
    instead: 'redirect',
    reason: 'Kaltura may know more about it than a widget session sees, and strangers must not make cache keys'
  },
  {
    cases: /^(?:live3_(?!http$|sl$|url$)|entry_live0002_applehttp$|live2_applehttp_to_mc$)/,
    when: 'sharing',
    what: 'live streams that have something to play',
    ofViewer: true,
    instead: 'redirect',
    reason: 'their URLs carry tokens and may be for one viewer only'
  },
  {
    cases: /^entry_live0002_mpegdash$/,
    when: 'sharing',
    what: 'a redirect with an empty Location',
    instead: 'error 25',
    reason: 'there is nothing to play, and no client understands it'
  },
  {
    cases: /^(?:kt_(?!valid_expired)|expiry_(?!past))/,
    when: 'sharing',
    what: 'a URL signed by Kaltura (`kt`), or with an `expiry` that never comes',
    ofViewer: true,
    instead: 'redirect',
    reason: 'only Kaltura can check its own signature'
  },
  {
    cases: /^path_pct_nonutf8$/,
    when: 'sharing',
    what: 'bytes that are no UTF-8',
    instead: 'redirect',
    reason: 'two different requests must never look the same here; Kaltura drops what it cannot read'
  },
  {
    cases: /^sequence_mpegdash$/,
    when: 'sharing',
    what: '`sequence`',
    ofViewer: true,
    instead: '302 to Kaltura',
    reason: 'rules of the stitched entries may look at the viewer, and nobody has read them'
  },
  {
    cases: /^(?:deliverycode|playbackcontext|time|nocache|hashes|usePlayServer)/i,
    when: 'sharing',
    what: '`deliveryCode`, `playbackContext`',
    ofViewer: true,
    instead: 'redirect',
    reason: "Kaltura writes the viewer's value into the answer"
  },
  {
    cases: /^rf_jsonp_(?!badcallback)/,
    when: 'sharing',
    what: '`responseFormat=jsonp`',
    ofViewer: true,
    instead: 'redirect',
    reason: "the answer is script with the viewer's callback in it"
  },
  {
    cases: /^(?:fmt_(?:bogus|rtsp|hdnetwork)_|fmt_uppercase|path_semicolon$|\w+_(?:rtsp|hdnetwork)$)/,
    when: 'sharing',
    what: 'formats that are unknown, a page (`rtsp`), or hold the request itself (`hdnetwork`)',
    instead: 'redirect',
    reason: 'what the gateway does not understand better than Kaltura goes there unchanged'
  },
  {
    cases: /^rf_redirect_rtmp$/,
    when: 'sharing',
    what: 'a Location that is no http(s) URL',
    instead: 'redirect',
    reason: 'only http and https URLs of allowed hosts are handed out'
  },
  {
    cases: /^(?:entry_KMCLOGO_|otherpartner_)/,
    when: 'sharing',
    what: 'an entry of partner 0',
    instead: 'error 1',
    reason: "another partner's entry is refused unless `otherPartnersEntries: redirect`"
  },
  {
    cases: /^blocked_partner_/,
    when: 'sharing',
    what: 'a partner without a credential and a statement',
    ofViewer: true,
    instead: 'redirect',
    reason: 'nothing is known about it here'
  },
  {
    cases: /^post_/,
    when: 'sharing',
    what: 'POST',
    ofViewer: true,
    instead: '307 to Kaltura',
    reason: "a body is Kaltura's to read"
  },
  {
    cases: /^path_long_7k$/,
    when: 'sharing',
    what: 'a path segment of 7,000 characters',
    instead: 'redirect',
    reason: "Kaltura's web server refuses it with 403, which says nothing about the entry"
  },
  {
    cases: /^range_header$/,
    when: 'sharing',
    what: '`Range` on a manifest',
    instead: '200 with the whole manifest',
    reason: 'a range of a manifest is of no use, and 200 is a right answer to it'
  }
]
