/**
 * Languages as Kaltura names them in API v3's `KalturaLanguage`, and the codes that its manifests use. One row a language,
 * `two three[/bibliographic] Name`; a dash stands for a code that the language does not have, and a two-letter code with
 * a region is a code of its own. Facts of the public API and of ISO 639 (vector group audio-info). Names such as `Persian`
 * or `Latvian` are missing because Kaltura spells them `Farsi` and `Latvian (Lettish)`: unknown names stand for themselves.
 */
const ROWS = `
aa aar Afar|ab abk Abkhazian|af afr Afrikaans|am amh Amharic|ar ara Arabic|ar_lb - Arabic (Lebanon)
ar_qa - Arabic (Qatar)|ar_sa - Arabic (Saudi Arabia)|as asm Assamese|ay aym Aymara|az aze Azerbaijani|ba bak Bashkir
be bel Byelorussian (Belarusian)|bg bul Bulgarian|bh bih Bihari|bi bis Bislama|bn ben Bengali (Bangla)
bo bod/tib Tibetan|br bre Breton|bs bos Bosnian|ca cat Catalan|co cos Corsican|cr cre Cree|cs ces/cze Czech
cy cym/wel Welsh|da dan Danish|de deu/ger German|dz dzo Bhutani|el ell/gre Greek|en eng English
en enu English (American)|en enb English (British)|en_au - English (Australian)|eo epo Esperanto|es spa Spanish
es_xl - Spanish (Latin America)|et est Estonian|eu eus/baq Basque|fa fas/per Farsi|fa_ir - Persian (Iran)|fi fin Finnish
fj fij Fiji|fo fao Faeroese|fr fra/fre French|fr_ca - French (Canada)|fy fry Frisian|ga gle Irish
gd gla Gaelic (Scottish)|gl glg Galician|gn grn Guarani|gu guj Gujarati|gv glv Gaelic (Manx)|ha hau Hausa|he heb Hebrew
hi hin Hindi|hr hrv Croatian|hu hun Hungarian|hy hye/arm Armenian|ia ina Interlingua|id ind Indonesian
ie ile Interlingue|ik ipk Inupiak|is isl/ice Icelandic|it ita Italian|iu iku Inuktitut|ja jpn Japanese|jv jav Javanese
ka kat/geo Georgian|kk kaz Kazakh|kl kal Greenlandic|km khm Cambodian|kn kan Kannada|ko kor Korean|ks kas Kashmiri
ku kur Kurdish|ky kir Kirghiz|la lat Latin|lb ltz Luxembourgish (Letzeburgesch)|li lim Limburgish ( Limburger)
ln lin Lingala|lo lao Laothian|lt lit Lithuanian|lv lav Latvian (Lettish)|mg mlg Malagasy|mi mri/mao Maori
mk mkd/mac Macedonian|ml mal Malayalam|mn mon Mongolian|mo mol Moldavian|mr mar Marathi|ms msa/may Malay|mt mlt Maltese
mu mul Multilingual|my mya/bur Burmese|na nau Nauru|ne nep Nepali|nl nld/dut Dutch|no nor Norwegian|oc oci Occitan
oj oji Ojibwe, Ojibwa|om orm Oromo (Afan, Galla)|or ori Oriya|pa pan Punjabi|pl pol Polish|ps pus Pashto (Pushto)
pt por Portuguese|pt_br - Portuguese (Brazil)|qu que Quechua|rm roh Rhaeto-Romance|rn run Kirundi (Rundi)
ro ron/rum Romanian|ru rus Russian|rw kin Kinyarwanda (Ruanda)|sa san Sanskrit|sd snd Sindhi|sg sag Sangro
sh hbs Serbo-Croatian|si sin Sinhalese|sk slk/slo Slovak|sk_sk - Slovakian|sl slv Slovenian|sm smo Samoan|sn sna Shona
so som Somali|sq sqi/alb Albanian|sr srp Serbian|ss ssw Siswati|st sot Sesotho|su sun Sundanese|sv swe Swedish
sw swa Swahili (Kiswahili)|ta tam Tamil|te tel Telugu|tg tgk Tajik|th tha Thai|ti tir Tigrinya|tk tuk Turkmen
tl tgl Tagalog|tn tsn Setswana|to ton Tonga|tr tur Turkish|ts tso Tsonga|tt tat Tatar|tw twi Twi|ug uig Uighur
uk ukr Ukrainian|un und Undefined|ur urd Urdu|uz uzb Uzbek|vi vie Vietnamese|vo vol Volapuk|wo wol Wolof|xh xho Xhosa
yi yid Yiddish|yo yor Yoruba|zh zho/chi Chinese|zh_cn - Simplified Chinese|zh_hk - Traditional Chinese
zh_tw - Taiwanese Mandarin|zu zul Zulu|- ang Old English|- arb Arabic (standard)|- arc Aramaic|- ast Asturian|- awa Awadhi
- bal Baluchi|- ban Balinese|- bar Bavarian|- bho Bhojpuri|- ceb Cebuano|- chr Cherokee|- cmn Mandarin Chinese|- cop Coptic
- crh Crimean Tatar|- csb Kashubian|- dak Dakota|- dsb Sorbian Lower|- enm English Middle (1100-1500)|- fil Filipino
- frp Franco-Prove|- frr Frisian Northern|- fur Friulian|- gan Gan|- gez Geez|- grc Greek Ancient (to 1453)
- gsw Swiss German Alemannic Alsatian|- hai Haida|- hak Hakka|- haw Hawaiian|- hil Hiligaynon|- hmn Hmong|- hop Hopi
- hsb Sorbian Upper|- ilo Iloko|- jbo Lojban|- kab Kabyle|- kok Konkani (generic)|- kos Kosraean|- lad Ladino
- lij Ligurian|- lkt Lakota|- lmo Lombard|- mad Madurese|- mai Maithili|- mas Masai|- mic Micmac|- min Minangkabau
- moh Mohawk|- mos Mossi|- mwl Mirandese|- nap Neapolitan|- nds Low German Low Saxon|- new Newari Nepal Bhasa|- niu Niuean
- non Norse Old|- nso Northern Sotho Pedi Sepedi|- ojs Ojibwa Severn|- ojw Ojibwa Western|- oka Okanagan|- pag Pangasinan
- pam Pampanga|- pap Papiamento|- pau Palauan|- pes Western Farsi|- pms Piedmontese|- prs Persian (Dari)|- rap Rapanui
- rar Rarotongan|- rom Romany|- rup Aromanian|- sah Sakha|- sat Santali|- scn Sicilian|- sco Scots|- sma Southern Sami
- smi Sami languages|- smj Lule Sami|- smn Inari Sami|- sms Skolt Sami|- snk Soninke|- srn Sranan|- syr Syriac
- szl Silesian|- tce Southern Tutchone|- tcy Tulu|- tet Tetum|- tig Tigre|- tlh Klingon tlhIngan-Hol|- tli Tlingit
- tpi Tok Pisin|- tum Tumbuka|- tvl Tuvalu|- tyv Tuvinian|- udm Udmurt|- vec Venetian|- vep Veps
- war Waray (Philippines)|- wuu Wu Chinese|- xal Kalmyk Oirat|- yue Cantonese|- zxx No linguistic content
`

/** One language: its codes are null where ISO, or Kaltura, has none. */
export interface Language {
  name: string
  /** `en`, or with a region `pt_br`. */
  two: string | null
  /** Terminological three-letter code: `deu`. */
  three: string | null
  /** Bibliographic three-letter code where it differs: `ger`. */
  bibliographic: string | null
}

const ROW = /^(\S+) (-|[a-z]{3})(?:\/([a-z]{3}))? (.+)$/

function parseRow(row: string): Language {
  const [, two = '', three = '', bibliographic = null, name = ''] = ROW.exec(row) ?? []
  return { name, two: two === '-' ? null : two, three: three === '-' ? null : three, bibliographic }
}

const LANGUAGES: readonly Language[] = ROWS.trim().split(/[|\n]/).map(parseRow)

const byName = new Map(LANGUAGES.map((language) => [language.name, language]))

const byThree = new Map(
  LANGUAGES.flatMap((language) =>
    [language.three, language.bibliographic].flatMap((code) => (code === null ? [] : [[code, language] as const]))
  )
)

/** `EN`, `PT_BR`: the names of the API's constants. The first of several languages with one code is the plain one. */
const byConstant = new Map(
  LANGUAGES.toReversed().flatMap((language) => {
    const code = language.two ?? language.three
    return code === null ? [] : [[code.toUpperCase(), language] as const]
  })
)

/** A language by its English name, exactly as spelled. */
export function languageByName(name: string): Language | undefined {
  return byName.get(name)
}

/** A language by either three-letter code, lower case. */
export function languageByThree(code: string): Language | undefined {
  return byThree.get(code)
}

/** A language by what an asset's language field may hold: a name, a constant such as `EN`, or a three-letter code. */
export function findLanguage(stored: string): Language | undefined {
  return byName.get(stored) ?? byThree.get(stored) ?? byConstant.get(stored)
}
