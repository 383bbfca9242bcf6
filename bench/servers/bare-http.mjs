// The yardstick: node:http sending one answer that was made beforehand. ANSWER is { status, headers, body }.
import { createServer } from 'node:http'

const { status, headers, body } = JSON.parse(process.env.ANSWER)
const server = createServer({ keepAliveTimeout: 72_000 }, (_request, response) => {
  response.writeHead(status, headers)
  response.end(body)
})
server.listen(Number(process.env.PORT), process.env.HOST)
