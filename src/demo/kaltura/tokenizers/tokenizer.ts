/** Settings of a URL tokenizer; which of them count depends on the type. */
export interface TokenizerConfig {
  type: string
  key: string
}
