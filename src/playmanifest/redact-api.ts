import { redactText } from './redact.js'

const NAME = '([A-Za-z0-9_]{1,64})(?=[/?&]|$)'
const SERVICE = new RegExp(`[/?&]service[/=]${NAME}`)
const ACTION = new RegExp(`[/?&]action[/=]${NAME}`)

export function isApiUrl(url: string): boolean {
  return /^\/api_v3(?:[/?]|$)/.test(url)
}

/**
 * An API URL as it may stand in a log: service and action, and nothing of the rest, which may be sessions, secrets or
 * passwords under any name.
 */
export function redactApiUrl(url: string): string {
  const [, service] = SERVICE.exec(url) ?? []
  const [, action] = ACTION.exec(url) ?? []
  if (service === undefined) return url.length > '/api_v3/'.length ? '/api_v3/***' : '/api_v3'
  return redactText(`/api_v3/service/${service}${action === undefined ? '' : `/action/${action}`}`)
}
