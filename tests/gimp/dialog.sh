#!/usr/bin/env bash
# SPDX-FileCopyrightText: gegl-diffusion developers
# SPDX-License-Identifier: GPL-3.0-or-later
#
# dialog.sh MODULE-FOLDER GEGL-FOLDER MODELS-FOLDER [SCREENSHOT.png]: opens GIMP
# 2.10 on a screen of its own, Tools > GEGL Operation, and chooses our first
# operation there: the preview must appear in the picture. The screenshot shows
# it with the menu of classes open. TAP; skipped without GIMP or a model.
set -u

# what stands before ours in GIMP's list, which is sorted by title
rows_before=8

skip ()
{
  echo "1..0 # SKIP $*"
  exit 0
}

for program in gimp-2.10 Xvfb openbox xdotool import convert; do
  command -v "$program" > /dev/null || skip "$program is not installed"
done
[[ -n $(find "$3" -name '*.safetensors' -print -quit) ]] || skip "no model in $3"

GEGL_PATH=$2:$(realpath "$1")
GEGL_DIFFUSION_MODELS=$(realpath "$3")
screenshot=${4:+$(realpath -m "$4")}
folder=$(mktemp -d)
export GEGL_PATH GEGL_DIFFUSION_MODELS HOME=$folder XDG_CONFIG_HOME=$folder/.config
export XDG_DATA_HOME=$folder/data XDG_CACHE_HOME=$folder/cache LC_ALL=C.UTF-8
processes=()

finish ()
{
  kill "${processes[@]}" 2> /dev/null
  wait
  rm -rf "$folder"
}
trap finish EXIT

# wait_for SECONDS COMMAND...: until it is true
wait_for ()
{
  local end=$((SECONDS + $1))
  shift
  until "$@"; do
    [[ $SECONDS -lt $end ]] || return 1
    sleep 0.3
  done
}

# window NAME: its number, as soon as it is there
window ()
{
  wait_for 90 eval "xdotool search --onlyvisible --name '$1' > '$folder/window' 2> /dev/null" &&
    tail -n 1 "$folder/window"
}

start_screen ()
{
  mkfifo "$folder/display"
  Xvfb -displayfd 3 -screen 0 1200x800x24 -nolisten tcp 3> "$folder/display" 2> /dev/null &
  processes+=($!)
  DISPLAY=:$(head -n 1 "$folder/display")
  export DISPLAY
  openbox > /dev/null 2>&1 &
  processes+=($!)
}

# GIMP with a white picture, and a key for the tool
start_gimp ()
{
  mkdir -p "$XDG_CONFIG_HOME/GIMP/2.10"
  echo '(gtk_accel_path "<Actions>/tools/tools-gegl" "<Primary><Alt>g")' \
    > "$XDG_CONFIG_HOME/GIMP/2.10/menurc"
  convert -size 280x280 xc:white "$folder/white.png"
  gimp-2.10 --no-splash --no-fonts --new-instance "$folder/white.png" \
    > "$folder/gimp.log" 2>&1 &
  gimp=$!
  processes+=("$gimp")
}

# White pixels of the screen: those of the picture, until something is drawn.
count_white ()
{
  import -window root "$folder/screen.png"
  convert "$folder/screen.png" -fill black +opaque white -format '%[fx:int(mean*w*h)]' info:
}

is_white ()
{
  [[ $(count_white) -gt 70000 ]]
}

is_painted ()
{
  [[ $(count_white) -lt $((white / 2)) ]]
}

open_dialog ()
{
  local main
  main=$(window 'white.*GIMP') || return 1
  xdotool windowmove "$main" 0 0 windowsize "$main" 1200 800
  wait_for 30 is_white || return 1
  sleep 1
  xdotool windowfocus "$main" key ctrl+alt+g
  dialog=$(window '^GEGL Operation$')
}

choose_ours ()
{
  xdotool windowmove "$dialog" 740 60
  sleep 1
  white=$(count_white)
  xdotool mousemove --window "$dialog" 180 70 click 1
  sleep 1
  for ((row = 0; row < rows_before; row++)); do
    xdotool key Down
  done
  xdotool key Return
  wait_for 30 is_painted
}

# ok NUMBER WHAT COMMAND...
ok ()
{
  local line="$1 - $2"
  shift 2
  if "$@"; then
    echo "ok $line"
    return
  fi
  echo "not ok $line"
  sed 's/^/# /' "$folder/gimp.log"
  exit 1
}

said_nothing ()
{
  ! grep -qi 'diffusion\|critical' "$folder/gimp.log"
}

echo 1..4
start_screen
start_gimp
ok 1 'GIMP opens the dialog of GEGL operations' open_dialog
ok 2 'our operation draws into the preview' choose_ours
ok 3 'GIMP is well' kill -0 "$gimp"
ok 4 'and says nothing of it' said_nothing

if [[ -n $screenshot ]]; then
  xdotool mousemove --window "$dialog" 180 158 click 1
  sleep 1
  import -window root "$folder/screen.png"
  convert "$folder/screen.png" -colors 256 "PNG8:$screenshot"
fi
