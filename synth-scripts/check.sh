#!/usr/bin/env bash
# Lints an emitted design and has Yosys read it. Usage: check.sh RTL_DIR [TOP]
set -euo pipefail
[ $# -ge 1 ] || { echo "usage: $0 RTL_DIR [TOP]" >&2; exit 2; }
cd "$1"
top=${2:-P2vit}
[ -f "$top.f" ] || { echo "$0: no file list $top.f in $1" >&2; exit 1; }

waivers=()
[ -f "$top.vlt" ] && waivers=("$top.vlt")
verilator --lint-only -Wall --top-module "$top" "${waivers[@]}" -f "$top.f"
echo "verilator --lint-only -Wall: no warnings"

files=$(grep -v '^//' "$top.f" | tr '\n' ' ')
yosys -q -p "read_verilog -sv $files; hierarchy -check -top $top; proc; check -assert"
echo "yosys: read and elaborated"
