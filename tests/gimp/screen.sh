# SPDX-FileCopyrightText: gegl-diffusion developers
# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash
#
# For tests that work GIMP on a screen of its own: a folder that is its home,
# windows, keys, what is to be seen.

# The model that is tested; sourcing files may set another.
model=fashion

# need FOLDER PROGRAM...: skips the test without the model in the folder or one of
# these
need ()
{
  local program

  for program in "${@:2}" Xvfb openbox xdotool import convert; do
    command -v "$program" > /dev/null || skip "$program is not installed"
  done
  [[ -e $1/$model.safetensors ]] || skip "no model $model in $1"
}

skip ()
{
  echo "1..0 # SKIP $*"
  exit 0
}

processes=()

# GIMP asked to end may wait for an answer to one of its dialogs: nobody gives it.
finish ()
{
  kill "${processes[@]}" 2> /dev/null
  sleep 1
  kill -9 "${processes[@]}" 2> /dev/null
  wait
  rm -rf "$folder"
}

# set_up MODULE-FOLDER GEGL-FOLDER MODELS-FOLDER: the model in a folder of its own,
# which tests may change
set_up ()
{
  GEGL_PATH=$2:$(realpath "$1")
  folder=$(mktemp -d)
  trap finish EXIT
  mkdir "$folder/models"
  cp "$3/$model.safetensors" "$folder/models/"
  export GEGL_PATH GEGL_DIFFUSION_MODELS=$folder/models GEGL_USE_OPENCL=no HOME=$folder
  export XDG_CONFIG_HOME=$folder/.config XDG_DATA_HOME=$folder/data
  export XDG_CACHE_HOME=$folder/cache LC_ALL=C.UTF-8
  # GIMP prints what our module tells those who look for faults: each run
  export G_MESSAGES_DEBUG=gegl-diffusion
}

# wait_for SECONDS COMMAND...: until it is true
wait_for ()
{
  local end=$((SECONDS + $1))
  shift
  until "$@"; do
    [[ $SECONDS -lt $end ]] || return 1
    sleep 1
  done
}

# window NAME: its number, as soon as it is there
window ()
{
  wait_for 300 eval "xdotool search --onlyvisible --name '$1' > '$folder/window' 2> /dev/null" &&
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

# start_gimp PROGRAM ARGUMENT...
start_gimp ()
{
  "$@" > "$folder/gimp.log" 2>&1 &
  gimp=$!
  processes+=("$gimp")
}

# White pixels of the screen: those of the picture, until something is drawn.
count_white ()
{
  import -window root "$folder/screen.png"
  convert "$folder/screen.png" -fill black +opaque white -format '%[fx:int(mean*w*h)]' info:
}

# is_white [PIXELS]: of the 280 x 280 of the picture
is_white ()
{
  [[ $(count_white) -gt ${1-70000} ]]
}

is_painted ()
{
  [[ $(count_white) -lt 35000 ]]
}

# place_main NAME [PIXELS]: all of the picture on the screen, as soon as it is
# there with its white
place_main ()
{
  main=$(window "$1") || return 1
  xdotool windowmove "$main" 0 0 windowsize "$main" 1200 800
  wait_for 120 is_white "${@:2}"
}

# n_runs [SEED]: how often the network has drawn, of all seeds
n_runs ()
{
  grep -c "gegl-diffusion-DEBUG.* draws.* seed ${1-[0-9]*}\$" "$folder/gimp.log"
}

# drawn N [SEED]: as often as that, no more
drawn ()
{
  [[ $(n_runs "${@:2}") == "$1" ]] && return 0
  echo "# drawn $(n_runs "${@:2}") times"
  return 1
}

# same FILE OTHER: the pixels of both
same ()
{
  gegl "$1" -o "$folder/a.ppm" > "$folder/out.txt" 2>&1
  gegl "$2" -o "$folder/b.ppm" > "$folder/out.txt" 2>&1
  cmp "$folder/a.ppm" "$folder/b.ppm"
}

n_tests=0

# ok WHAT COMMAND...: what comes next needs it
ok ()
{
  n_tests=$((n_tests + 1))
  local line="$n_tests - $1"
  shift
  if "$@"; then
    echo "ok $line"
    return
  fi
  echo "not ok $line"
  sed 's/^/# /' "$folder/gimp.log"
  echo "1..$n_tests"
  if [[ -n ${screenshot-} ]]; then
    import -window root "${screenshot%.png}-failed.png"
  fi
  exit 1
}

is_well ()
{
  kill -0 "$gimp" && ! grep -qi 'critical' "$folder/gimp.log"
}

# shoot FILE [GEOMETRY]: the screen, or part of it
shoot ()
{
  import -window root "$folder/screen.png"
  convert "$folder/screen.png" ${2:+-crop "$2" +repage} -colors 256 "PNG8:$1"
}
