import t from 'tap'
import { findLanguage, languageByName, languageByThree } from '../../src/flavors/language-table.js'

t.test('a language is found by name, constant and both three-letter codes', async (t) => {
  const german = { name: 'German', two: 'de', three: 'deu', bibliographic: 'ger' }
  t.strictSame(languageByName('German'), german)
  for (const stored of ['German', 'DE', 'deu', 'ger']) t.strictSame(findLanguage(stored), german, stored)
})

t.test('what Kaltura does not look up is not found', async (t) => {
  for (const stored of ['german', 'de', 'iw', 'DEU', 'Persian', '', 'constructor', '-']) {
    t.equal(findLanguage(stored), undefined, stored)
  }
  t.equal(languageByThree('qen'), undefined)
})

t.test('of several languages with one code the plain one has it', async (t) => {
  t.equal(findLanguage('EN')?.name, 'English')
  t.equal(findLanguage('PT_BR')?.name, 'Portuguese (Brazil)')
  t.equal(languageByName('English (British)')?.two, 'en')
})
