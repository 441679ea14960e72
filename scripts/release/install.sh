#!/bin/sh
# Installs kioku-mesh @VERSION@ for this user: fetches the archive for this system, holds it against the checksum that
# stands below, and puts the program into ~/.local/bin. Needs curl or wget, and tar.
#
#   KIOKU_MESH_FROM  where the archives are: a URL or a folder (default: where this script came from)
#   KIOKU_MESH_BIN   the folder for the program (default: ~/.local/bin)
set -eu

version='@VERSION@'
from=${KIOKU_MESH_FROM:-'@BASE@'}
bin=${KIOKU_MESH_BIN:-${HOME:?HOME is not set}/.local/bin}
# The oldest C library that the program for Linux works with.
glibc='@GLIBC@'
# system  SHA-256 of its archive
checksums='
@CHECKSUMS@
'

fail() {
  printf 'error: Cannot install kioku-mesh: %s\n' "$1" >&2
  exit 1
}

case $(uname -s) in
  Linux) os=linux ;;
  Darwin) os=macos ;;
  *) fail "this is $(uname -s). On Windows use install.ps1." ;;
esac
case $(uname -m) in
  x86_64 | amd64) arch=x64 ;;
  arm64 | aarch64) arch=arm64 ;;
  *) fail "there is no program for the processor $(uname -m)." ;;
esac
target=$os-$arch
expected=$(printf '%s\n' "$checksums" | while read -r name sum; do
  if [ "$name" = "$target" ]; then echo "$sum"; fi
done)
[ -n "$expected" ] || fail "this version was not made for $target."

# Whether version $1 is version $2 or a later one.
reaches() {
  [ "$(printf '%s\n%s\n' "$2" "$1" | sort -t . -k 1,1n -k 2,2n | head -n 1)" = "$2" ]
}
if [ "$os" = linux ]; then
  found=$(getconf GNU_LIBC_VERSION 2>/dev/null | sed 's/.* //') || found=''
  [ -n "$found" ] || fail "it needs the C library glibc $glibc or later, and this system has another one."
  reaches "$found" "$glibc" || fail "it needs glibc $glibc or later, and this system has $found."
fi

archive=kioku-mesh-$version-$target.tar.gz
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
trap 'exit 1' HUP INT TERM
case $from in
  *://*)
    if command -v curl >/dev/null 2>&1; then
      curl -fsSL "$from/$archive" -o "$scratch/$archive" || fail "$from/$archive cannot be fetched."
    elif command -v wget >/dev/null 2>&1; then
      wget -q "$from/$archive" -O "$scratch/$archive" || fail "$from/$archive cannot be fetched."
    else
      fail 'neither curl nor wget is here. Install one of them.'
    fi
    ;;
  *) cp "$from/$archive" "$scratch/$archive" 2>/dev/null || fail "there is no $from/$archive." ;;
esac

if command -v sha256sum >/dev/null 2>&1; then
  actual=$(sha256sum "$scratch/$archive")
elif command -v shasum >/dev/null 2>&1; then
  actual=$(shasum -a 256 "$scratch/$archive")
else
  fail 'neither sha256sum nor shasum is here to check what was fetched.'
fi
[ "${actual%% *}" = "$expected" ] || fail "$archive is not what was released (its checksum is ${actual%% *})."

mkdir "$scratch/files"
tar -xzf "$scratch/$archive" -C "$scratch/files" || fail "$archive cannot be unpacked."
mkdir -p "$bin" || fail "$bin cannot be made."
# Beside its place first, so that a program that runs is never written to, and there is always one.
for file in "$scratch"/files/*; do
  name=${file##*/}
  case $name in
    kioku-mesh | kioku-mesh.engine) ;;
    *) continue ;;
  esac
  cp "$file" "$bin/.$name.new" && mv -f "$bin/.$name.new" "$bin/$name" || fail "$bin/$name cannot be written."
done
ln -sf kioku-mesh "$bin/kioku-mesh-mcp" || fail "$bin/kioku-mesh-mcp cannot be made."
"$bin/kioku-mesh" --version >/dev/null || fail "$bin/kioku-mesh does not start."

printf 'installed: %s (%s)\n' "$bin/kioku-mesh" "$("$bin/kioku-mesh" --version)"
case :$PATH: in
  *:"$bin":*) ;;
  *) printf 'Add it to your PATH: export PATH="%s:$PATH"\n' "$bin" ;;
esac
printf 'next: kioku-mesh mcp install\n'
