#!/usr/bin/env bash
# Installs the Debian packages that p2vit needs and does not find. Says what it does, never asks.
#
# Usage: install-tools.sh [--flows]
#   --flows  also those of the synthesis flows that are placed or timed (some 40 MB to download, 250 MB on disk)
set -euo pipefail

declare -A package_of=(
  [javac]=openjdk-17-jdk-headless
  [mvn]=maven
  [g++]=g++
  [make]=make
  [verilator]=verilator
  [yosys]=yosys
  [nextpnr-ice40]=nextpnr-ice40
  [sta]=opensta
)
tools=(javac mvn g++ make verilator yosys)
[ "${1:-}" = --flows ] && tools+=(nextpnr-ice40 sta)

missing=()
for tool in "${tools[@]}"; do
  command -v "$tool" >/dev/null || missing+=("${package_of[$tool]}")
done
# Verilator's FST writer compresses with zlib, whose header is a package of its own.
[ -e /usr/include/zlib.h ] || missing+=(zlib1g-dev)
[ "${1:-}" != --flows ] || [ -e /usr/share/qflow/tech/osu018/osu018_stdcells.lib ] || missing+=(qflow-tech-osu018)

[ ${#missing[@]} -eq 0 ] && exit 0

if ! command -v apt-get >/dev/null; then
  echo "p2vit needs: ${missing[*]} (Debian package names); this system has no apt-get, so please install them" >&2
  exit 1
fi
run=()
if [ "$(id -u)" -ne 0 ]; then
  command -v sudo >/dev/null || { echo "p2vit needs: ${missing[*]}; not root and no sudo, so please install them" >&2; exit 1; }
  run=(sudo)
fi
export DEBIAN_FRONTEND=noninteractive
echo "Installing with apt: ${missing[*]}"
"${run[@]}" apt-get update -qq
"${run[@]}" apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
echo "Installed: ${missing[*]}"
