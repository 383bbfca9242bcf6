// What Fastify alone costs: one route that sends an answer made beforehand. ANSWER is { status, headers, body }.
import Fastify from 'fastify'

const { status, headers, body } = JSON.parse(process.env.ANSWER)
const app = Fastify({ logger: false, keepAliveTimeout: 72_000 })
app.get('/*', (_request, reply) => {
  reply
    .code(status)
    .headers(headers)
    .send(body === '' ? undefined : body)
})
await app.listen({ port: Number(process.env.PORT), host: process.env.HOST })
