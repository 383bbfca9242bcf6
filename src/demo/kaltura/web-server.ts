const TITLES: Readonly<Record<number, [title: string, text: string]>> = {
  400: ['Bad Request', 'Your browser sent a request that this server could not understand.<br />\n'],
  403: ['Forbidden', "You don't have permission to access this resource."],
  404: ['Not Found', 'The requested URL was not found on this server.'],
  414: ['Request-URI Too Long', "The requested URL's length exceeds the capacity\nlimit for this server.<br />\n"]
}

/** Content type of the web server's own pages. */
export const WEB_SERVER_TYPE = 'text/html; charset=iso-8859-1'

/** The page that the web server in front of Kaltura answers by itself (recordings path_*). */
export function webServerPage(status: number): string {
  const [title, text] = TITLES[status] ?? TITLES[404]!
  return (
    '<!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 4.01//EN" "http://www.w3.org/TR/html4/strict.dtd">\n' +
    `<html><head>\n<title>${status} ${title}</title>\n</head><body>\n<h1>${title}</h1>\n<p>${text}</p>\n</body></html>\n`
  )
}
