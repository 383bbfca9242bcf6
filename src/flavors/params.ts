/**
 * Request parameters under their long names: a string as sent, `false` for a path key without a value, `undefined` (or
 * no property) when the parameter was not sent. Short names are resolved before they come here.
 */
export type RequestParams = Readonly<Record<string, string | false | undefined>>
