#!/usr/bin/env bash
# SPDX-FileCopyrightText: gegl-diffusion developers
# SPDX-License-Identifier: GPL-3.0-or-later
#
# program-op.sh PROGRAM MODULE-FOLDER GEGL-FOLDER: the operations at GEGL's
# command line. TAP. GEGL ends with status 0 whatever happens, so it is always
# the picture that is looked at.
set -u
program=$(realpath "$1")
gegl_folder=$3
GEGL_PATH=$gegl_folder:$(realpath "$2")
export GEGL_PATH
. "$(dirname "$0")/support/program.sh"
export GEGL_DIFFUSION_MODELS=$folder/models XDG_DATA_HOME=$folder/none XDG_DATA_DIRS=$folder/none

# What babl has learnt of colours it makes at every later start, which may take
# seconds: each program begins without.
forget_colours ()
{
  rm -rf "$XDG_CACHE_HOME/babl"
}

# gegl, which must come back
gegl ()
{
  forget_colours
  LD_PRELOAD=$sanitizer timeout 60 "$(type -P gegl)" "$@"
}

# draw FILE OPERATION ARGUMENT...: 8 bits a channel
draw ()
{
  local file=$1
  shift
  gegl -- "$@" gegl:png-save path="$file" bitdepth=8 2> err.txt > out.txt
  [[ -s $file ]]
}

# without COMMAND...: a program of GEGL that needs nothing of ours
without ()
{
  forget_colours
  GEGL_PATH=$gegl_folder timeout 60 "$@" > out.txt 2>&1
}

# same A B: the same size and pixels
same ()
{
  without gegl "$1" -o a.ppm
  without gegl "$2" -o b.ppm
  cmp -s a.ppm b.ppm
}

# alike A B: with their alpha, in the same numbers
alike ()
{
  without gegl -- gegl:load path="$1" gegl:png-save path=a-copy.png bitdepth=8
  without gegl -- gegl:load path="$2" gegl:png-save path=b-copy.png bitdepth=8
  cmp -s a-copy.png b-copy.png
}

differ ()
{
  ! same "$@"
}

exists ()
{
  gegl --exists "$@" > out.txt 2>&1
}

absent ()
{
  ! exists "$@"
}

# op_is_sample CLASS: the same values, the same pixels
op_is_sample ()
{
  "$program" sample plain --class "$1" --guidance 1.5 --seed 7 --steps 5 -o sample.png &&
    draw op.png diffusion:plain class="$1" guidance=1.5 seed=7 steps=5 width=8 height=8 &&
    same sample.png op.png &&
    draw generate.png diffusion:generate model=plain class="${1^^}" guidance=1.5 seed=7 \
      steps=5 width=8 height=8 &&
    same sample.png generate.png
}

graph_in_xml ()
{
  cat > graph.xml << END
<?xml version='1.0' encoding='UTF-8'?>
<gegl>
  <node operation='gegl:invert-gamma'/>
  <node operation='diffusion:plain'>
    <params>
      <param name='class'>ant</param>
      <param name='seed'>3</param>
      <param name='width'>8</param>
      <param name='height'>8</param>
    </params>
  </node>
</gegl>
END
  gegl graph.xml -o graph.png > out.txt 2>&1
  draw chain.png diffusion:plain class=ant seed=3 width=8 height=8 gegl:invert-gamma
  [[ -s graph.png ]] && without gegl-imgcmp graph.png chain.png
}

# one_line PATTERN: the one thing GEGL has said on standard error
one_line ()
{
  [[ $(grep -c . err.txt) == 1 ]] && grep -q "$1" err.txt && return 0
  sed 's/^/# /' err.txt
  return 1
}

unknown_class ()
{
  draw x.png diffusion:generate model=plain class=unicorn width=40 height=30 &&
    one_line 'unicorn.*ant'
}

unknown_model ()
{
  draw x.png diffusion:generate model=nobody width=40 height=30 && one_line 'nobody'
}

broken_model ()
{
  head -c 500 models/plain.safetensors > models/broken.safetensors
  draw x.png diffusion:plain class=ant width=8 height=8 && one_line 'broken.safetensors' &&
    absent diffusion:broken && exists diffusion:plain
  local status=$?
  rm models/broken.safetensors
  return $status
}

file_by_path ()
{
  cp models/plain.safetensors elsewhere.safetensors
  draw path.png diffusion:generate model="$folder/elsewhere.safetensors" class=bee seed=1 \
    width=8 height=8 &&
    draw name.png diffusion:generate model=plain class=bee seed=1 width=8 height=8 &&
    same path.png name.png
}

threads_agree ()
{
  GEGL_THREADS=1 GEGL_DIFFUSION_THREADS=1 draw one.png diffusion:plain class=ant seed=2 \
    width=700 height=500 fit=cover &&
    GEGL_THREADS=4 GEGL_DIFFUSION_THREADS=3 draw four.png diffusion:plain class=ant seed=2 \
      width=700 height=500 fit=cover &&
    same one.png four.png
}

# A hole is filled, opaque, and what is around it stays.
hole_is_filled ()
{
  local hole=(svg:dst-out 'aux=[' gegl:rectangle x=10 y=10 width=12 height=9 ']')

  draw hole.png diffusion:plain class=ant seed=2 width=40 height=40 "${hole[@]}" &&
    draw filled.png gegl:load path=hole.png diffusion:repaint model=plain class=ant &&
    draw again.png gegl:load path=hole.png diffusion:plain-repaint class=ant &&
    draw around.png gegl:load path=filled.png "${hole[@]}" &&
    draw on-red.png gegl:color value=red gegl:crop width=40 height=40 \
      gegl:over 'aux=[' gegl:load path=filled.png ']' &&
    same filled.png again.png && differ filled.png hole.png &&
    same around.png hole.png && same on-red.png filled.png
}

# same_into FILE ARGUMENT...: drawn into it by sample and by the operation, in
# the numbers of the file, whose alpha counts
same_into ()
{
  local file=$1 options=() values=() value
  shift
  for value; do
    options+=("--${value%%=*}" "${value#*=}")
    values+=("$value")
  done
  "$program" sample plain --input "$file" "${options[@]}" -o sample.png &&
    draw into.png gegl:load path="$file" diffusion:repaint model=plain "${values[@]}" &&
    alike sample.png into.png && differ sample.png "$file"
}

sample_fills_too ()
{
  same_into hole.png class=ant seed=4 guidance=1.5 &&
    same_into hole.png class=bee seed=4 resample=2 context=0.5 steps=5
}

# From itself; a picture without alpha, and one of 16 bits.
sample_draws_anew_too ()
{
  draw plain.png diffusion:plain class=ant seed=2 width=20 height=24 fit=cover &&
    gegl plain.png -o plain.jpg > out.txt 2>&1 &&
    gegl -- gegl:load path=plain.png gegl:gaussian-blur \
      gegl:png-save path=deep.png bitdepth=16 > out.txt 2>&1 &&
    same_into plain.png class=bee seed=1 strength=0.6 &&
    same_into plain.jpg class=bee seed=1 strength=0.3 &&
    "$program" sample plain --input deep.png --strength 0.6 --class bee -o deep-bee.png &&
    [[ $(od -An -tu1 -j24 -N1 deep-bee.png) -eq 16 ]]
}

sample_fills_many ()
{
  mkdir -p filled
  "$program" sample plain --input hole.png --class all --count 2 -o filled > out.txt 2>&1 &&
    [[ $(find filled -name '*.png' | wc -l) == 4 ]] &&
    differ filled/ant-w1-00000.png filled/ant-w1-00001.png &&
    "$program" sample plain --input hole.png --class bee -o sample.png &&
    same filled/bee-w1-00000.png sample.png
}

sample_refuses ()
{
  draw opaque.png diffusion:plain class=ant width=20 height=20 fit=cover &&
    status 1 'opaque.png.*transparent.*strength' "$program" sample plain --input opaque.png \
      -o x1.png &&
    status 1 'nobody.png' "$program" sample plain --input nobody.png -o x1.png &&
    status 1 'folder' "$program" sample plain --input hole.png --class all -o x1.png &&
    status 2 'strength needs.*--input' "$program" sample plain --strength 0.5 -o x1.png &&
    status 2 'strength: 0.*more than 0' "$program" sample plain --input hole.png --strength 0 -o x1.png &&
    status 2 'canvas and --input' "$program" sample plain --input hole.png --canvas 9x9 -o x1.png &&
    GEGL_DIFFUSION_MEMORY_MB=0.001 status 1 'not enough memory for the picture' \
      "$program" sample plain --input hole.png -o x1.png &&
    [[ ! -e x1.png ]]
}

# With a file before the chain, gegl leaks even after its own filters.
nothing_leaks ()
{
  draw x.png diffusion:plain class=ant width=300 height=300 gegl:gaussian-blur std-dev-x=3 &&
    ! grep -qi 'leak\|critical\|warning' err.txt &&
    draw x.png gegl:load path=hole.png diffusion:repaint model=plain class=ant &&
    ! grep -qi 'leak\|critical\|warning' err.txt
}

one_file_each ()
{
  mkdir -p each
  "$program" sample plain --class any,bee --guidance 0,2 --count 2 -o each > out.txt 2>&1 &&
    [[ ! -s out.txt && $(cd each && echo *) == "any-w0-00000.png any-w0-00001.png\
 any-w2-00000.png any-w2-00001.png bee-w0-00000.png bee-w0-00001.png\
 bee-w2-00000.png bee-w2-00001.png" ]]
}

too_large_a_sheet ()
{
  timeout 20 "$program" sample plain --count 20000 --steps 1000 -o x.png > out.txt 2>&1
  [[ $? == 1 ]] && grep -q 'too large.*folder' out.txt
}

too_many_at_once ()
{
  GEGL_DIFFUSION_MEMORY_MB=4 status 1 'fewer at a time' "$program" sample plain \
    --class "$(yes ant,bee | head -n 50 | paste -s -d ,)" --count 400 -o x.png
}

# in a folder they are written as they are drawn
any_number_of_files ()
{
  mkdir -p many
  GEGL_DIFFUSION_MEMORY_MB=1.2 "$program" sample plain --count 3000 --steps 1 -o many > out.txt 2>&1 && [[ ! -s out.txt ]] &&
    [[ $(find many -name "*.png" | wc -l) == 3000 ]] && "$program" sample plain --count 18 --steps 1 -o each &&
    cmp each/any-w1-00017.png many/any-w1-00017.png
}

place_is_missed_at_once ()
{
  # so large that it would not have been drawn in ten seconds
  timeout 10 "$program" sample plain --canvas 4000x4000 --steps 1000 -o nowhere/x.png > out.txt 2>&1
  [[ $? == 1 ]] && grep -q 'nowhere/x.png: there is no folder nowhere; make it' out.txt
}

other_seeds_and_classes ()
{
  draw 1.png diffusion:plain class=ant seed=1 width=8 height=8 &&
    draw 2.png diffusion:plain class=ant seed=2 width=8 height=8 &&
    draw 3.png diffusion:plain class=bee seed=1 width=8 height=8 &&
    differ 1.png 2.png && differ 1.png 3.png
}

no_models ()
{
  draw x.png diffusion:generate width=40 height=30 && one_line 'none is installed.*models'
}

check 'without models there is diffusion:generate' exists diffusion:generate
check 'and no other' absent diffusion:plain
check 'which says where models belong' no_models

mkdir models
idx_data data
"$program" train data -o models/plain.safetensors --classes Ant,Bee --images 1600 --width 16 \
  --multipliers 1,2 --blocks 1 --embedding 32 --groups 4 --batch 8 --no-sheets > out.txt ||
  { cat out.txt; exit 1; }
rm models/*.state

check 'a model has its operation' exists diffusion:plain
check 'it draws what sample draws' op_is_sample ant
check 'of the other class too' op_is_sample bee
check 'sample writes one file each' one_file_each
check 'it says at once that there is no such folder' place_is_missed_at_once
check 'or that a sheet would be too large' too_large_a_sheet
check 'or so many pictures' too_many_at_once
check 'any number of pictures in a folder' any_number_of_files
check 'seeds and classes differ' other_seeds_and_classes
check 'a graph in XML' graph_in_xml
check 'a file by its path' file_by_path
check 'any number of threads' threads_agree
check 'a hole is filled' hole_is_filled
check 'sample fills it likewise' sample_fills_too
check 'sample draws a picture anew likewise' sample_draws_anew_too
check 'sample fills it many times' sample_fills_many
check 'what sample cannot fill it says' sample_refuses
check 'nothing leaks' nothing_leaks
check 'an unknown class' unknown_class
check 'an unknown model' unknown_model
check 'a broken model among good ones' broken_model
cp models/plain.safetensors models/second.safetensors
check 'two models' exists diffusion:second
echo "1..$n_tests"
