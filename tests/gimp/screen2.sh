# SPDX-FileCopyrightText: gegl-diffusion developers
# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash
#
# For tests of the dialog of GEGL operations in GIMP 2.10, on top of screen.sh.

# what stands before ours in GIMP's list, which is sorted by title
rows_before=8

# start_gimp2 FILE ARGUMENT...: with keys for the tool and for saving the file
# again
start_gimp2 ()
{
  mkdir -p "$XDG_CONFIG_HOME/GIMP/2.10"
  cat > "$XDG_CONFIG_HOME/GIMP/2.10/menurc" << END
(gtk_accel_path "<Actions>/tools/tools-gegl" "<Primary><Alt>g")
(gtk_accel_path "<Actions>/file/file-overwrite" "<Primary><Alt>o")
END
  start_gimp gimp-2.10 --no-splash --no-fonts --new-instance "$@"
}

# open_dialog [PIXELS]: see place_main
open_dialog ()
{
  place_main 'picture.*GIMP' "$@" || return 1
  sleep 2
  xdotool windowfocus "$main" key ctrl+alt+g
  dialog=$(window '^GEGL Operation$')
}

# choose ROW: of our operations
choose ()
{
  local row

  xdotool windowmove "$dialog" 740 60
  sleep 2
  xdotool mousemove --window "$dialog" 180 70 click 1
  sleep 2
  for ((row = 0; row < rows_before + $1; row++)); do
    xdotool key Down
  done
  xdotool key Return
}

# choose_class ROW Y: in the menu of classes, which stands there in the dialog
choose_class ()
{
  local row

  xdotool mousemove --window "$dialog" 180 "$2" click 1
  sleep 2
  for ((row = 0; row < $1; row++)); do
    xdotool key Down
  done
  xdotool key Return
}

# is_drawn N: as often as that, and to the end
is_drawn ()
{
  [[ $(grep -c 'gegl-diffusion-DEBUG.* has drawn' "$folder/gimp.log") -ge $1 ]]
}

dialog_height ()
{
  xdotool getwindowgeometry --shell "$dialog" | sed -n 's/^HEIGHT=//p'
}

dialog_closed ()
{
  ! xdotool search --onlyvisible --name '^GEGL Operation$' > "$folder/out.txt" 2>&1
}

# press WINDOW KEY COMMAND...: until it is true; a busy GIMP may not hear the first
press ()
{
  local window=$1 key=$2 i
  shift 2
  for ((i = 0; i < 4; i++)); do
    xdotool windowfocus "$window" key "$key"
    wait_for 20 "$@" && return
  done 2> /dev/null
  return 1
}

is_saved ()
{
  [[ $folder/picture.png -nt $folder/before ]]
}

# OK, and the file is written again.
save_result ()
{
  touch "$folder/before"
  press "$dialog" alt+o dialog_closed || return 1
  sleep 2
  press "$main" ctrl+alt+o is_saved && sleep 3
}
