#!/usr/bin/env bash
# Makes the media of the embedded Kaltura (src/demo/media). Run it again only to change the media: the files are kept in the
# repository, and the facts about them in src/demo/media-files.ts are checked against them by test/demo/media-files.test.ts.
#
# Every rendition and every audio language is encoded once and kept three times, without encoding again:
#   KEY.mp4        plain MP4 with the index in front, for progressive download
#   KEY.m2t        MPEG-TS with PAT and PMT at every segment, and KEY.m2t.m3u8 that says where the segments lie: HLS.
#                  MPEG-TS because Kaltura's masters pair muxed variants with alternate audio, and hls.js can leave the audio
#                  of a variant aside only in MPEG-TS
#   KEY.cmaf.mp4   one track in fragments of one GOP, with an index (sidx): DASH, and HLS with /container/fmp4
#
# Usage: bash scripts/make-media.sh [output directory]
# Needs ffmpeg with libx264, aac and drawtext, and the DejaVu fonts (Debian: ffmpeg, fonts-dejavu-core).
set -euo pipefail

out=${1:-"$(cd "$(dirname "$0")/.." && pwd)/src/demo/media"}
seconds=12
fps=25
gop=2 # seconds: one key frame, one HLS segment, one CMAF fragment

command -v ffmpeg >/dev/null || { echo 'make-media: ffmpeg is missing (Debian: apt-get install ffmpeg)' >&2; exit 1; }

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$out"
# -fflags and -flags +bitexact keep dates and version strings out, so that the same ffmpeg makes the same bytes.
ff() { ffmpeg -nostdin -hide_banner -loglevel error -y "$@"; }
exact=(-fflags +bitexact -flags:v +bitexact -flags:a +bitexact)

# encode_video KEY WIDTH HEIGHT KBPS: no B-frames and closed GOPs, so that decode time is presentation time in every container.
encode_video() {
  local size=$(($3 / 6)) frames=$((fps * gop))
  ff -f lavfi -i "testsrc2=size=$2x$3:rate=$fps:duration=$seconds" \
    -vf "drawtext=font=DejaVu Sans:text='$3p':fontsize=$size:fontcolor=white:box=1:boxcolor=black@0.7:boxborderw=$((size / 5)):x=(w-tw)/2:y=(h-th)/2" \
    "${exact[@]}" -threads 1 -c:v libx264 -preset veryslow -profile:v main -pix_fmt yuv420p -refs 3 -bf 0 \
    -g "$frames" -keyint_min "$frames" -sc_threshold 0 -flags:v +cgop+bitexact \
    -b:v "$4k" -maxrate "$(($4 * 3 / 2))k" -bufsize "$(($4 * 2))k" "$work/$1.mp4"
}

# encode_audio KEY LANGUAGE HERTZ: a tone with a beep every second; the pitch tells the language. A little shorter than the
# picture: the encoder's own padding would otherwise begin a segment of one frame at the end.
encode_audio() {
  ff -f lavfi -i "sine=frequency=$3:beep_factor=3:sample_rate=48000:duration=$((seconds - 1)).95" "${exact[@]}" \
    -c:a aac -b:a 48k -ac 2 -metadata:s:a:0 "language=$2" "$work/$1.mp4"
}

# keep KEY INPUTS...: the MP4 and the MPEG-TS of the given inputs, as they are.
keep() {
  local key=$1 inputs=()
  shift
  for input in "$@"; do inputs+=(-i "$work/$input.mp4"); done
  local maps=()
  for ((i = 0; i < $#; i++)); do maps+=(-map "$i"); done
  ff "${inputs[@]}" "${maps[@]}" "${exact[@]}" -c copy -movflags +faststart "$out/$key.mp4"
  (cd "$work" && ff "${inputs[@]}" "${maps[@]}" "${exact[@]}" -c copy -f hls -hls_time "$gop" -hls_list_size 0 \
    -hls_playlist_type vod -hls_flags single_file -hls_segment_filename "$key.m2t" "$key.m2t.m3u8")
  mv "$work/$key.m2t" "$work/$key.m2t.m3u8" "$out/"
}

# keep_cmaf KEY FRAGMENT-OPTIONS...: the one track of KEY in fragments.
keep_cmaf() {
  local key=$1
  shift
  ff -i "$work/$key.mp4" -map 0 "${exact[@]}" -c copy -use_editlist 0 -avoid_negative_ts make_zero "$@" "$out/$key.cmaf.mp4"
}

encode_audio audio-en eng 440
encode_audio audio-es spa 660
for language in audio-en audio-es; do
  keep "$language" "$language"
  keep_cmaf "$language" -movflags +cmaf+empty_moov+default_base_moof+global_sidx -frag_duration $((gop * 1000000))
done

while read -r key width height kbps; do
  encode_video "$key" "$width" "$height" "$kbps"
  keep "$key" "$key" audio-en
  keep_cmaf "$key" -movflags +frag_keyframe+cmaf+empty_moov+default_base_moof+global_sidx
done <<'LADDER'
v180 320 180 75
v270 480 270 140
v360 640 360 240
v540 960 540 440
LADDER

cat >"$out/en.vtt" <<'VTT'
WEBVTT

1
00:00:00.000 --> 00:00:03.000
This is the demo clip.

2
00:00:03.000 --> 00:00:06.500
Its number says which rendition plays.

3
00:00:06.500 --> 00:00:09.500
Its tone says which language plays.

4
00:00:09.500 --> 00:00:12.000
That was all.
VTT

cat >"$out/es.vtt" <<'VTT'
WEBVTT

1
00:00:00.000 --> 00:00:03.000
Este es el vídeo de demostración.

2
00:00:03.000 --> 00:00:06.500
El número dice qué calidad se reproduce.

3
00:00:06.500 --> 00:00:09.500
El tono dice qué idioma se reproduce.

4
00:00:09.500 --> 00:00:12.000
Eso fue todo.
VTT

{
  echo 'Made by scripts/make-media.sh with:'
  ffmpeg -version | head -1
  echo
  echo 'The pictures and tones are ffmpeg test sources (testsrc2, sine): nobody else has a right in them.'
} >"$out/MADE-BY.txt"

total=$(cat "$out"/* | wc -c)
echo "make-media: $(ls "$out" | wc -l) files, $total bytes in $out, $(ffmpeg -version | head -1 | cut -d' ' -f1-3)"
[ "$total" -le 5500000 ] || { echo "make-media: more than 5500000 bytes; lower the bitrates" >&2; exit 1; }
