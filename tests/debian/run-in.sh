#!/bin/bash
# SPDX-FileCopyrightText: gegl-diffusion developers
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Runs a command on a fresh Debian, made by debootstrap below a folder.
set -euo pipefail

source=$(cd "$(dirname "$0")/../.." && pwd)
home=/root/gegl-diffusion # of the clone, within

usage ()
{
  cat << END
Usage: tests/debian/run-in.sh [--roots DIR] [--new] RELEASE [COMMAND...]

Makes a Debian RELEASE (bookworm, trixie) with git and a C compiler in
DIR/RELEASE, or takes the one that is there, clones the last commit into it and
runs COMMAND in the clone: without one, tests/debian/check-fresh.sh. Packages
come from where this machine's apt gets them. To be run by root.

  --roots DIR   where the systems lie; build-debian/ otherwise
  --new         remove the one that is there first
END
}

fail ()
{
  echo "run-in.sh: $*" >&2
  exit 1
}

# mirror LABEL: where this machine has packages of that label from
mirror ()
{
  # shellcheck disable=SC2016 # for apt to replace
  apt-get indextargets --format '$(LABEL) $(REPO_URI)' 'Origin: Debian' |
    sed -n "s/^$1 //p" | sort -u | head -n 1
}

# Proxies, time-outs and certificates, but not what this machine fetches.
apt_settings ()
{
  apt-config dump |
    grep '^Acquire::' | grep -vE '^Acquire::(IndexTargets|Changelogs|CompressionTypes|cdrom)'
}

# apart COMMAND...: what it mounts or starts is gone when it ends, and it ends
# when this script does, however that is.
apart ()
{
  setpriv --pdeathsig KILL unshare --mount --pid --fork --kill-child --propagation private "$@"
}

# in_root COMMAND...: within the system, as its root
in_root ()
{
  local variable kept=()

  for variable in TERM http_proxy https_proxy no_proxy; do
    if [[ -n ${!variable-} ]]; then
      kept+=("$variable=${!variable}")
    fi
  done

  # shellcheck disable=SC2016 # for that shell to replace
  apart sh -ec '
    root=$1
    shift
    mount --rbind /dev "$root/dev"
    mount -t proc proc "$root/proc"
    mount -t sysfs -o ro sysfs "$root/sys"
    mount -t tmpfs tmpfs "$root/run"
    mount -t tmpfs tmpfs "$root/tmp"
    chroot "$root" "$@" || exit
  ' sh "$root" env -i HOME=/root USER=root LANG=C.UTF-8 \
    PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin "${kept[@]}" "$@"
}

make_root ()
{
  local archive security
  archive=$(mirror Debian)
  security=$(mirror Debian-Security)

  [[ -n $archive ]] || fail "apt knows no packages of Debian; run apt-get update first"
  rm -rf "$root"
  mkdir -p "$root"
  apart debootstrap --variant=minbase --include=git,gcc,libc6-dev "$release" "$root" "$archive" ||
    fail "debootstrap could not make $root; see $root/debootstrap/debootstrap.log"

  {
    echo "deb $archive $release main"
    echo "deb $archive $release-updates main"
    if [[ -n $security ]]; then
      echo "deb $security $release-security main"
    fi
  } > "$root/etc/apt/sources.list"
  apt_settings > "$root/etc/apt/apt.conf.d/90machine"
  touch "$root/made"
}

# The last commit, in a clone whose build folders stay.
clone ()
{
  local tree=$root$home

  if [[ ! -d $tree/.git ]]; then
    git init --quiet "$tree"
  fi
  git -C "$tree" fetch --quiet --depth 1 "file://$source" HEAD
  git -C "$tree" reset --quiet --hard FETCH_HEAD
  git -C "$tree" clean -fdq
  if [[ -n $(git -C "$source" status --porcelain) ]]; then
    echo "run-in.sh: what is not committed is left out" >&2
  fi
}

roots=$source/build-debian new=no
while [[ ${1-} == -* ]]; do
  case $1 in
    --roots=?*)  roots=${1#*=} ;;
    --roots)     roots=${2:?} && shift ;;
    --new)       new=yes ;;
    --help | -h) usage; exit ;;
    *)           usage >&2; exit 2 ;;
  esac
  shift
done
if [[ $# == 0 ]]; then
  usage >&2
  exit 2
fi
release=$1
shift
[[ $release =~ ^[a-z]+$ ]] || fail "no name of a Debian release: $release"

[[ $(id -u) == 0 ]] || fail "only root can make a system and run in it"
for program in debootstrap setpriv unshare git; do
  command -v "$program" > /dev/null || fail "$program is not installed"
done

root=$(realpath -m "$roots")/$release
if [[ $new == yes || ! -e $root/made ]]; then
  make_root
fi
cp -L /etc/resolv.conf /etc/hosts "$root/etc/"
clone

if [[ $# == 0 ]]; then
  set -- tests/debian/check-fresh.sh
fi
# shellcheck disable=SC2016 # for that shell to replace
in_root bash -c 'cd "$1" && shift && "$@"' bash "$home" "$@"
