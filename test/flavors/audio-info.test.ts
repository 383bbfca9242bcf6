import t from 'tap'
import { audioInfo, languageName, threeLetterCode } from '../../src/flavors/audio-info.js'
import { vectors } from '../helpers/vectors.js'

interface Stored {
  language?: string | null
  label?: string | null
  isDefault?: boolean
  mediaInfo?: { audioCodecId?: string; contentStreams?: { audio?: { audioLanguage?: string }[] } }
}

interface Input {
  /** PHP writes an empty map as an empty list. */
  flavor: Stored | []
  defaultAudioLang?: string
  partnerIn3CodeLanguageList?: boolean
}

for (const { name, input, expected } of vectors<Input, Record<string, unknown>>('audio-info')) {
  t.test(name, async (t) => {
    const { language, label, isDefault, mediaInfo }: Stored = Array.isArray(input.flavor) ? {} : input.flavor
    const info = audioInfo(
      {
        language,
        label,
        isDefault,
        audioCodecId: mediaInfo?.audioCodecId,
        streamLanguage: mediaInfo?.contentStreams?.audio?.[0]?.audioLanguage
      },
      { defaultAudioLang: input.defaultAudioLang, threeLetter: input.partnerIn3CodeLanguageList }
    )
    const languageAsReported = language === undefined || language === null ? null : languageName(language)
    t.strictSame({ ...info, languageAsReported }, expected)
  })
}

t.test('three-letter codes of packager file names', async (t) => {
  t.equal(threeLetterCode('eng'), 'eng')
  t.equal(threeLetterCode('ger'), 'deu')
  t.equal(threeLetterCode('zz9'), null)
  t.equal(threeLetterCode('en'), null, 'two letters are not what the parameter takes')
})

t.test('an empty language is a language, a missing one is undefined', async (t) => {
  t.match(audioInfo({ language: '' }), { audioLanguage: '', audioLanguageName: '' })
  t.match(audioInfo({}), { audioLanguage: 'und', audioLanguageName: 'Undefined' })
})
