/**
 * API v3's errors as they go over the wire: HTTP 200 and an object with `code`, `message`, `objectType` and `args`,
 * which is an object, or an empty array when there are no arguments (reference api-v3.md section 2).
 */
export class ApiError extends Error {
  readonly code: string
  readonly args: Readonly<Record<string, string>>
  constructor(code: string, message: string, args: Readonly<Record<string, string>> = {}) {
    super(message)
    this.code = code
    this.args = args
  }

  /** The JSON form; key order as recorded. */
  toWire(): Record<string, unknown> {
    const args = Object.keys(this.args).length === 0 ? [] : this.args
    return { code: this.code, message: this.message, objectType: 'KalturaAPIException', args }
  }
}

/**
 * An action that ends the request from inside with playManifest's headers and an empty body instead of an API error
 * (recording flavorasset_geturl_protected_widget).
 */
export class ApiDie extends Error {
  readonly headers: Readonly<Record<string, string>>
  constructor(headers: Readonly<Record<string, string>>) {
    super('request ended without an answer')
    this.headers = headers
  }
}

/** An action whose answer is somewhere else. */
export class ApiRedirect extends Error {
  readonly location: string
  constructor(location: string) {
    super('the answer is elsewhere')
    this.location = location
  }
}

export const serviceNotSpecified = (): ApiError =>
  new ApiError('SERVICE_NOT_SPECIFIED', 'Service name was not specified, please specify one')

export const serviceDoesNotExist = (service: string): ApiError =>
  new ApiError('SERVICE_DOES_NOT_EXISTS', `Service "${service}" does not exists`, { SRV_NAME: service })

export const actionDoesNotExist = (service: string, action: string): ApiError =>
  new ApiError('ACTION_DOES_NOT_EXISTS', `Action "${action}" does not exists for service "${service}"`, {
    ACTION_NAME: action,
    SERVICE_NAME: service
  })

export const serviceForbidden = (service: string, action: string): ApiError =>
  new ApiError('SERVICE_FORBIDDEN', `The access to service [${service}->${action}] is forbidden`, {
    SERVICE: `${service}->${action}`
  })

export const contentBlocked = (): ApiError =>
  new ApiError(
    'SERVICE_FORBIDDEN_CONTENT_BLOCKED',
    'The access to this service is forbidden since the specified partner is blocked'
  )

export const missingParameter = (name: string): ApiError =>
  new ApiError('MISSING_MANDATORY_PARAMETER', `Missing parameter "${name}"`, { PARAM_NAME: name })

/** `ksId` is the KS itself or, for one that was understood, the word for what is wrong with it (error_ks_expired). */
export const invalidKs = (ksId: string, code = '-1', description = 'INVALID_STR'): ApiError =>
  new ApiError('INVALID_KS', `Invalid KS "${ksId}", Error "${code},${description}"`, {
    KSID: ksId,
    ERR_CODE: code,
    ERR_DESC: description
  })

export const entryNotFound = (id: string): ApiError =>
  new ApiError('ENTRY_ID_NOT_FOUND', `Entry id "${id}" not found`, { ENTRY_ID: id })

export const flavorNotFound = (id: string): ApiError =>
  new ApiError('FLAVOR_ASSET_ID_NOT_FOUND', `Flavor asset id "${id}" not found`, { ID: id })

export const flavorNotReady = (): ApiError => new ApiError('FLAVOR_ASSET_IS_NOT_READY', 'The flavor asset is not ready')

export const noFlavorsFound = (): ApiError => new ApiError('NO_FLAVORS_FOUND', 'No flavors found')

export const accessControlNotFound = (id: number): ApiError =>
  new ApiError('ACCESS_CONTROL_ID_NOT_FOUND', `Access control id "${id}" not found`, { ID: String(id) })

export const conversionProfileNotFound = (id: number): ApiError =>
  new ApiError('CONVERSION_PROFILE_ID_NOT_FOUND', `Conversion profile id "${id}" not found`, { ID: String(id) })

export const propertyCannotBeNull = (property: string): ApiError =>
  new ApiError('PROPERTY_VALIDATION_CANNOT_BE_NULL', `The property "${property}" cannot be null`, {
    PROP_NAME: property
  })

export const startSessionError = (partnerId: number): ApiError =>
  new ApiError('START_SESSION_ERROR', `Error while starting session for partner [${partnerId}]`, {
    PID: String(partnerId)
  })

export const invalidWidgetId = (widgetId: string): ApiError =>
  new ApiError('INVALID_WIDGET_ID', `Unknown widget [${widgetId}]`, { WIDGET_ID: widgetId })
