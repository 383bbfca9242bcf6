import type { Config } from '../config/config.js'
import { errorName, errorText, parseErrorHeader } from '../playmanifest/errors.js'
import { redactUrl } from '../playmanifest/redact.js'
import type { Decision } from '../resolve/decision.js'
import type { Bound, Recorder } from '../resolve/recorder.js'
import type { Answered, Question } from './ask-in-process.js'
import { dateText, entryReport } from './entry-report.js'
import { flavorReport } from './flavor-report.js'
import { manifestReport } from './manifest-report.js'
import {
  addedParameters,
  masked,
  maskedPieces,
  maskedWhole,
  shownHeaders,
  shownParameters,
  unknownParameters,
  withoutPieces
} from './mask.js'
import { ruleReport } from './rule-report.js'

/** Why a request is answered as it is, as JSON for operators (docs/explain.md). No KS, token, secret or key is in it. */
export type Explanation = ReturnType<typeof report>

/** @param now Unix ms */
export function report(
  question: Question,
  answered: Answered,
  recorder: Recorder,
  config: Pick<Config, 'partners'>,
  now: number
) {
  const { request, decision, catalog } = recorder
  const explanation = masked({
    asked: {
      method: question.method,
      url: redactUrl(question.target),
      // Their values may be anything; what they came to stands under `viewer`.
      headers: Object.keys(question.headers).map(maskedWhole),
      peer: question.peer
    },
    answer: answerReport(answered, decision),
    parameters: request === null ? null : [...shownParameters(request, question.target), ...addedParameters(recorder)],
    unknownParameters: request === null ? null : unknownParameters(request, question.target),
    viewer: viewerReport(recorder),
    signature:
      decision === null ? null : { state: decision.signature, key: decision.signatureKey, ...linkReport(recorder) },
    grant: decision?.grant == null ? null : maskedWhole(decision.grant),
    rules: ruleReport(recorder),
    flavors: decision === null ? null : flavorReport(recorder, decision),
    sharing: decision === null ? null : sharingReport(decision, config),
    manifest: manifestReport(recorder.manifest),
    entry: catalog === null ? null : entryReport(catalog.value),
    caches: decision === null ? null : cacheReport(recorder, decision, now),
    life: lifeReport(answered, recorder),
    steps: recorder.steps.map(({ step, ms }) => ({ step, ms: Math.round(ms * 100) / 100 }))
  })
  return withoutPieces(explanation, maskedPieces(question.target))
}

function answerReport({ status, headers, body }: Answered, decision: Decision | null) {
  const code = parseErrorHeader(headerText(headers['x-kaltura']))
  const type = headers['content-type'] ?? ''
  return {
    kind: decision === null ? 'problem' : (decision.answer ?? 'problem'),
    status,
    headers: shownHeaders(headers, decision?.answer === 'viewer' || decision?.answer === 'grant'),
    body: { bytes: body.length },
    problem: type.startsWith('application/problem+json') && body.length > 0 ? maskedWhole(problemOf(body)) : null,
    kalturaError: code === null ? null : errorReport(code),
    failure: decision?.failure ?? null
  }
}

function problemOf(body: Buffer) {
  const { code, title, detail } = JSON.parse(body.toString()) as Record<string, string>
  return { code, title, detail }
}

function errorReport(code: number) {
  return { code, name: errorName(code), text: errorText(code) }
}

function viewerReport({ identified, scheme, address, ks, decision }: Recorder) {
  if (identified === null || decision === null) return decision === null ? null : { ks: { state: decision.ks } }
  return {
    device: { ...identified.device, source: identified.source },
    headersRead: identified.headersRead,
    scheme,
    address,
    ks: { state: ks?.state, place: ks?.place, session: decision.session }
  }
}

function linkReport({ limits }: Recorder) {
  if (limits === null) return { expires: null, bound: false }
  return { expires: limits.expires === null ? null : dateText(limits.expires), bound: limits.bound }
}

function sharingReport({ partnerId, sharingClass, sharing }: Decision, { partners }: Pick<Config, 'partners'>) {
  const partner = partners.get(partnerId)
  return {
    class: sharingClass,
    reasons: sharing,
    partner:
      partner === undefined
        ? null
        : {
            id: partnerId,
            sharePublic: partner.sharePublic,
            credential:
              partner.adminSecrets.length > 0 ? 'admin secret' : partner.appToken === null ? 'none' : 'app token',
            signedLinks: partner.signedLinks,
            viewerProxy: partner.viewerProxy,
            ksUriRestrict: partner.ksUriRestrict
          }
  }
}

function cacheReport({ catalog, target }: Recorder, decision: Decision, now: number) {
  const upstream = target?.upstream ?? null
  return {
    // How the entry of a reference id was found.
    reference: decision.reference,
    catalog: { state: decision.catalog, secondsLeft: catalog === null ? null : seconds(catalog.remaining) },
    target: {
      state: decision.target,
      // What was loaded, perhaps for somebody else and a while ago.
      loaded: target === null ? null : { secondsAgo: seconds(now - target.at), bounds: target.bounds.map(boundReport) },
      upstream: upstream === null ? null : upstreamReport(upstream)
    },
    forTheViewer: decision.viewer
  }
}

function upstreamReport({
  status,
  cacheControl,
  age,
  facts
}: NonNullable<NonNullable<Recorder['target']>['upstream']>) {
  return {
    status,
    cacheControl: cacheControl === null ? null : maskedWhole(cacheControl),
    age,
    kalturaError: facts.error === null ? null : errorReport(facts.error),
    facts: maskedWhole(facts)
  }
}

/** What the life in `Cache-Control` comes from. */
function lifeReport({ headers }: Answered, { answer, bounds, limits }: Recorder) {
  const template = answer?.kind === 'template' ? answer.life : null
  return {
    cacheControl: headers['cache-control'] ?? null,
    bounds: bounds.map(boundReport),
    why:
      template === 'private'
        ? "the viewer's own parameters or session are in the answer"
        : template === 'failed'
          ? 'upstream was not there, or too slow'
          : answer?.kind === 'viewer'
            ? 'it was fetched for this viewer alone'
            : null,
    linkEnds: limits?.expires == null ? null : dateText(limits.expires),
    linkIsBound: limits?.bound ?? false
  }
}

/** Null seconds: it sets no bound. */
function boundReport({ by, ms }: Bound) {
  return { by, seconds: Number.isFinite(ms) ? seconds(ms) : null }
}

function seconds(ms: number): number {
  return Math.round(ms) / 1000
}

function headerText(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value
}
