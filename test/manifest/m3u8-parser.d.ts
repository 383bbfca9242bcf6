/** The part of m3u8-parser that tests use as an independent reader; the package ships no types. */
declare module 'm3u8-parser' {
  interface Rendition {
    uri?: string
  }
  interface Manifest {
    playlists?: { uri: string; attributes: Record<string, unknown> }[]
    iFramePlaylists?: { uri: string }[]
    mediaGroups?: Record<string, Record<string, Record<string, Rendition>>>
    segments: { uri: string; map?: { uri: string }; key?: { uri: string } }[]
  }
  export class Parser {
    manifest: Manifest
    push(text: string): void
    end(): void
  }
}
