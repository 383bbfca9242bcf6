import t from 'tap'
import { vectors } from '../../helpers/vectors.js'
import { type ExpectedAnswer, headerMap } from './expected-answer.js'
import { answerVector, type VectorRequest } from './vector-request.js'

/** Whole requests on one entry with one delivery profile: status, headers and body as the reference answered them. */

interface Vector {
  name: string
  input: VectorRequest
  expected: ExpectedAnswer
  orderDependsOnSortAlgorithm?: true
}

for (const group of ['play-manifest', 'hls-flavor-order']) {
  for (const vector of vectors<VectorRequest, ExpectedAnswer>(group) as Vector[]) {
    const { name, input, expected, orderDependsOnSortAlgorithm } = vector
    const skip = orderDependsOnSortAlgorithm && 'the reference sorts by an inconsistent comparison here'
    t.test(`${group} ${name}`, { skip: skip ?? false }, async (t) => {
      const answer = answerVector(input)
      t.equal(answer.status, expected.status)
      t.strictSame(answer.headers, headerMap(expected.headers))
      t.equal(answer.body, expected.body)
    })
  }
}
