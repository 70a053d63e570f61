# SPDX-FileCopyrightText: gegl-diffusion developers
# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash
#
# Completion for bash, installed for bash-completion; or: . data/completion.bash

# Commands and options as --help shows them, so that they are always those of
# the program that is there.
_gegl_diffusion_help ()
{
  LC_ALL=C.UTF-8 LANGUAGE='' "$1" ${2:+"$2"} --help 2> /dev/null
}

# Names of the models in the folders where the program looks; to ask its doctor
# would take too long for a key.
_gegl_diffusion_models ()
{
  local folder file folders

  IFS=: read -ra folders <<< "${XDG_DATA_HOME:-$HOME/.local/share}:${XDG_DATA_DIRS:-/usr/local/share:/usr/share}"
  folders=("${folders[@]/%//gegl-diffusion/models}")
  for folder in ${GEGL_DIFFUSION_MODELS//:/ } "${folders[@]}"; do
    for file in "$folder"/*.safetensors; do
      [[ -e $file ]] && basename "$file" .safetensors
    done
  done
}

# Nicks of the classes of the models that stand in the command line.
_gegl_diffusion_classes ()
{
  local word

  echo any all
  for word in "${COMP_WORDS[@]:2}"; do
    [[ $word == -* || $word == '=' ]] || "$1" inspect "$word" --json 2> /dev/null |
      awk '/"class_nicks"/ { inside = 1; next } /\]/ { inside = 0 } inside' | tr -d ' ",'
  done
}

# _gegl_diffusion_values PROGRAM OPTION: what may follow it, nothing for a file
_gegl_diffusion_values ()
{
  case $2 in
    --class) _gegl_diffusion_classes "$1" ;;
    --sampler) echo ancestral ddim heun dpm2m ;;
    --prediction) echo eps v x0 ;;
    --precision) echo bf16 f16 f32 ;;
    --tile) echo x y xy ;;
    --crop) echo center random wrap ;;
    --background) echo white black ;;
    --task) echo diffusion classifier ;;
  esac
}

_gegl_diffusion ()
{
  local program=$1 word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]}
  local command=${COMP_WORDS[1]} words

  # --option=value comes as three words
  if [[ $word == '=' ]]; then
    word=
  elif [[ $before == '=' ]]; then
    before=${COMP_WORDS[COMP_CWORD - 2]}
  fi

  if [[ $COMP_CWORD == 1 ]]; then
    words=$(_gegl_diffusion_help "$program" | sed -n 's/^  \([a-z]\+\)  *[^ ].*/\1/p')
    words+=' --help --version'
  elif words=$(_gegl_diffusion_values "$program" "$before"); [[ -n $words ]]; then
    :
  elif [[ $word == -* ]]; then
    words=$(_gegl_diffusion_help "$program" "$command" | grep -o -e '^  \(-[a-z], \)\?--[a-z-]\+' |
      sed 's/.* //')
  elif [[ $command == sample || $command == inspect || $command == evaluate ]]; then
    words=$(_gegl_diffusion_models)
  fi

  # files are added where nothing else fits
  mapfile -t COMPREPLY < <(compgen -W "${words-}" -- "$word")
}

complete -o default -F _gegl_diffusion gegl-diffusion
