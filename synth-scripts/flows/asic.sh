#!/usr/bin/env bash
# Maps an emitted design to standard cells with Yosys and ABC, and has OpenSTA tell timing and power.
#
# The hierarchy is kept. Memories that are read synchronously are left out, as a macro would take their place, and so
# are large queues, which would be register files; other queues, which are read within the cycle, become flip-flops.
# Wires have no load but the pins: there is no layout.
#
# Usage: asic.sh RTL_DIR OUT_DIR TOP
#   LIBERTY  cells; default: osu018 (0.18 um) of the Debian package qflow-tech-osu018
#   DRIVER   a cell that drives the inputs, default INVX4, for buffering and sizing; empty for another LIBERTY: none
#   PERIOD   clock period in ns, default 10
#   QUEUE    bits from which on a queue is left out, default 1024
#   ACTIVITY toggles of a net in a cycle, for power, default 0.1
# Writes usage.json (Yosys' stat, with areas), netlist.v, timing.txt, power.txt, constraints.sdc; for simulation, the
# netlist with its hierarchy, gates.v, models of the cells, cells.v, the memories, and the list of all, gates.f; and for
# p2vit power netlist.json and cells.json
set -euo pipefail
rtl=$1 out=$2 top=$3
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
osu018=/usr/share/qflow/tech/osu018/osu018_stdcells.lib
export LIBERTY=${LIBERTY:-$osu018} PERIOD=${PERIOD:-10} ACTIVITY=${ACTIVITY:-0.1}
[ "$LIBERTY" = "$osu018" ] && DRIVER=${DRIVER-INVX4}
mkdir -p "$out"
out=$(realpath "$out")
cd "$rtl"
logic=() macros=()
bits() { # of the memory in a file, 0 if there is none
  sed -nE 's/^  reg +(\[([0-9]+):0\])? +Memory\[0:([0-9]+)\];.*/\3 \2/p' "$1" | awk '{ b = ($1 + 1) * ($2 + 1) } END { print b + 0 }'
}
for file in $(grep -v '^//' "$top.f"); do
  if grep -q 'R0_word' "$file" || [ "$(bits "$file")" -ge "${QUEUE:-1024}" ]; then
    macros+=("$file")
  else
    logic+=("$file")
  fi
done
blackboxes=
for file in "${macros[@]}"; do
  blackboxes+="read_verilog -sv $file; blackbox ${file%.sv}; "
done
constraints=
if [ -n "${DRIVER:-}" ]; then
  printf 'set_driving_cell %s\nset_load 50\n' "$DRIVER" > "$out/abc.constr" # fF
  constraints="-constr $out/abc.constr"
fi
# Without the SAT sweeping of Yosys' own script (&fraig, scorr, &dch), which takes hours on multipliers.
abc='strash;dc2;dc2;&get,-n;&nf,{D};&put;buffer;upsize,{D};dnsize,{D};stime,-p'
yosys -p "
  $blackboxes
  read_verilog -sv ${logic[*]}
  synth -top $top
  dfflibmap -liberty $LIBERTY
  abc -liberty $LIBERTY -D $(awk "BEGIN { print int($PERIOD * 1000) }") $constraints -script +$abc
  opt_clean
  tee -o $out/usage.json stat -json -liberty $LIBERTY -top $top
  tee -o $out/usage.txt stat -liberty $LIBERTY -top $top
  rename -enumerate
  write_verilog -noattr -noexpr $out/gates.v
  flatten
  setundef -zero
  opt_clean -purge
  write_json $out/netlist.json
  splitnets -ports
  opt_clean -purge
  write_verilog -noattr -noexpr -nohex -nodec $out/netlist.v
"
yosys -q -p "read_liberty $LIBERTY; write_json $out/cells.json; clean -purge; write_verilog -noattr $out/cells.v"
[ ${#macros[@]} -eq 0 ] || cp "${macros[@]}" "$out"
printf '%s\n' gates.v cells.v "${macros[@]}" > "$out/gates.f"
# What OpenSTA does not read: the contents of the macros, which it takes for black boxes.
OUT=$out TOP=$top sta -no_splash -exit "$here/asic.tcl"
