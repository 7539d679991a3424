#!/usr/bin/env bash
# Has OpenSTA tell what each cell of a netlist that asic.sh made takes when one of its pins changes, at the slews and
# loads that it has there. How often they change is for the simulation of gates.f to tell: OpenSTA 2.0 of Debian 12
# reads no waveforms, and overwrites the activity of pins with what it propagates.
#
# Usage: power.sh OUT_DIR TOP
#   LIBERTY, PERIOD  as they were for asic.sh
# Writes energies.txt (OpenSTA's messages), total.txt (its report, for energies.txt to be held against)
set -euo pipefail
out=$(realpath "$1") top=$2
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
export LIBERTY=${LIBERTY:-/usr/share/qflow/tech/osu018/osu018_stdcells.lib} PERIOD=${PERIOD:-10}
OUT=$out TOP=$top sta -no_splash -exit "$here/power.tcl" 2>&1 | grep -vE 'cap = |when act' > "$out/energies.txt"
grep -q '^Total' "$out/total.txt" || { echo "error: OpenSTA reports no power"; tail -3 "$out/energies.txt"; exit 1; }
