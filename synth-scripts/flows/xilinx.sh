#!/usr/bin/env bash
# Synthesizes an emitted design for Xilinx FPGAs with Yosys: LUTs, carry chains, DSP slices, block RAM. The hierarchy
# is kept, so that each distinct module is mapped once.
#
# Usage: xilinx.sh RTL_DIR OUT_DIR TOP
#   FAMILY  xcup (UltraScale+, default), xcu, xc7: see `yosys -p 'help synth_xilinx'`
#   OPTIONS more options of synth_xilinx, for example -uram or -nodsp
# Writes usage.json (Yosys' stat), netlist.v
set -euo pipefail
rtl=$1 out=$2 top=$3
mkdir -p "$out"
out=$(realpath "$out")
cd "$rtl"
files=$(grep -v '^//' "$top.f" | tr '\n' ' ')
yosys -p "
  read_verilog -sv $files
  synth_xilinx -family ${FAMILY:-xcup} -top $top -noiopad -noclkbuf ${OPTIONS:-}
  tee -o $out/usage.json stat -json -top $top
  write_verilog -noattr $out/netlist.v
"
