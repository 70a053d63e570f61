#!/usr/bin/env bash
# SPDX-FileCopyrightText: gegl-diffusion developers
# SPDX-License-Identifier: GPL-3.0-or-later
#
# dialog3.sh MODULE-FOLDER GEGL-FOLDER MODELS-FOLDER [SCREENSHOTS]: GIMP 3 on a
# screen of its own. Filters > Render > Diffusion is gone through by the keyboard,
# OK keeps a filter that lives, and GIMP's own file has it with its class. The
# screenshots, if asked for, are SCREENSHOTS-menu.png, -dialog.png and -live.png.
# TAP; skipped without GIMP 3 or the model fashion.
set -u
here=$(cd "$(dirname "$0")" && pwd)
. "$here/screen.sh"
need "$3" gimp-3.0 gimp-console-3.0
set_up "$@"
screenshots=${4:+$(realpath -m "$4")}

# No welcome, no looking for updates, and keys for saving.
start_gimp3 ()
{
  mkdir -p "$XDG_CONFIG_HOME/GIMP/3.0"
  cat > "$XDG_CONFIG_HOME/GIMP/3.0/gimprc" << END
(show-welcome-dialog no)
(check-updates no)
(config-version "$(gimp-3.0 --version | grep -oE '[0-9.]+$')")
END
  start_gimp gimp-3.0 --no-splash --no-fonts --new-instance "$folder/picture.xcf"
}

take ()
{
  if [[ -n $screenshots ]]; then
    shoot "$screenshots-$1.png"
  fi
}

opens ()
{
  place_main 'picture.*GIMP'
}

# The menu by its letters: Filters, Render, and at its end Diffusion.
open_menu ()
{
  xdotool windowfocus "$main"
  sleep 1
  xdotool key alt+r
  sleep 2
  xdotool key r
  sleep 2
  xdotool key Up
  sleep 1
  xdotool key Right
  sleep 2
}

choose_ours ()
{
  open_menu
  take menu
  xdotool key Return
  dialog=$(window 'Fashion') && wait_for 60 is_painted
}

# The ninth class of the menu.
choose_bag ()
{
  xdotool windowmove "$dialog" 760 60
  sleep 2
  xdotool mousemove --window "$dialog" 200 100 click 1
  sleep 2
  for ((row = 0; row < 8; row++)); do
    xdotool key Down
  done
  xdotool key Return mousemove 400 760
  wait_for 60 drawn 2 && sleep 3
  take dialog
}

keep_it ()
{
  xdotool windowfocus "$dialog" key alt+o
  wait_for 60 dialog_closed
}

dialog_closed ()
{
  ! xdotool search --onlyvisible --name 'Fashion' > "$folder/out.txt" 2>&1
}

# GIMP writes its own file; another GIMP reads it.
saves ()
{
  touch "$folder/before"
  xdotool windowfocus "$main"
  sleep 1
  take live
  xdotool key ctrl+s
  wait_for 60 eval "[[ '$folder/picture.xcf' -nt '$folder/before' ]]" && sleep 3
  cd "$folder" && cp picture.xcf live.xcf
  DM_STAGE=load DM_PICTURE=picture.png timeout 300 gimp-console-3.0 -i \
    --batch-interpreter python-fu-eval -b "exec (open ('$here/filters3.py').read ())" --quit \
    > loaded.txt 2>&1
  grep -qx 'class: bag' loaded.txt && return 0
  sed 's/^/# /' loaded.txt
  return 1
}

make_picture ()
{
  gimp-console-3.0 -i --batch-interpreter plug-in-script-fu-eval -b '
    (let* ((image (car (gimp-image-new 280 280 RGB)))
           (layer (car (gimp-layer-new image "layer" 280 280 RGBA-IMAGE 100 LAYER-MODE-NORMAL))))
      (gimp-image-insert-layer image layer 0 0)
      (gimp-drawable-fill layer FILL-WHITE)
      (gimp-file-save RUN-NONINTERACTIVE image "'"$folder"'/picture.xcf"))' --quit \
    > "$folder/out.txt" 2>&1
}

start_screen
make_picture
start_gimp3
ok 'GIMP 3 starts' opens
ok 'its menu has our operation, which draws' choose_ours
ok 'once' drawn 1
ok 'another class, once more' choose_bag
ok 'OK closes the dialog' keep_it
ok 'the filter lives in the file, with its class' saves
ok 'nothing was drawn again' drawn 2
ok 'GIMP is well' is_well
echo "1..$n_tests"
