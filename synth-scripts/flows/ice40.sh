#!/usr/bin/env bash
# Synthesizes, places and routes an emitted design for an iCE40 with Yosys and nextpnr.
#
# The design has more ports than the chip has pins: a wrapper feeds them from a shift register and samples them into
# another, a flip-flop for each port bit. Its cells are in the figures.
#
# Usage: ice40.sh RTL_DIR OUT_DIR TOP
#   DEVICE   up5k (default), hx8k, hx1k, lp8k, ...: the options of nextpnr-ice40
#   PACKAGE  sg48 (default for up5k), ct256 (for hx8k), ...
#   MHZ      clock to aim at, default 12
#   SEED     of the placer, default 1
#   OPTIONS  more options of synth_ice40, for example -abc9
# Writes usage.json (Yosys' stat), report.json (nextpnr: cells, Fmax, critical path), placed.asc
set -euo pipefail
rtl=$1 out=$2 top=$3
device=${DEVICE:-up5k}
case $device in up5k) package=sg48 ;; hx*) package=ct256 ;; lp*) package=cm121 ;; *) package=cm121 ;; esac
mkdir -p "$out"
out=$(realpath "$out")
cd "$rtl"
files=$(grep -v '^//' "$top.f" | tr '\n' ' ')

# The ports, from Yosys' own reading of the top module.
yosys -p "
  read_verilog -sv $files
  hierarchy -check -top $top
  proc
  cd $top
  dump -o $out/ports.il i:* o:*
"
awk -v top="$top" '
  /^ *wire / {
    width = 1; name = $NF; sub(/^\\/, "", name); direction = ""
    for (i = 1; i <= NF; i++) {
      if ($i == "width") width = $(i + 1)
      if ($i == "input" || $i == "output") direction = $i
    }
    if (name == "clock" || direction == "") next
    if (direction == "input") { ports = ports sprintf(",\n    .%s(in[%d:%d])", name, ins + width - 1, ins); ins += width }
    else { ports = ports sprintf(",\n    .%s(out[%d:%d])", name, outs + width - 1, outs); outs += width }
  }
  END {
    if (ins == 0) { ins = 1 }
    if (outs == 0) { outs = 1 }
    print "module harness(input clock, input shift, input load, output last);"
    printf "  reg  [%d:0] in;\n  wire [%d:0] out;\n  reg  [%d:0] sampled;\n", ins - 1, outs - 1, outs - 1
    print  "  always @(posedge clock) begin"
    if (ins > 1) printf "    in <= {in[%d:0], shift};\n", ins - 2; else print "    in <= shift;"
    if (outs > 1) printf "    sampled <= load ? out : {sampled[%d:0], 1'\''b0};\n", outs - 2; else print "    sampled <= out;"
    print  "  end"
    printf "  assign last = sampled[%d];\n  %s design (\n    .clock(clock)%s\n  );\nendmodule\n", outs - 1, top, ports
  }' "$out/ports.il" > "$out/harness.v"

dsp=
[ "$device" = up5k ] && dsp=-dsp
yosys -p "
  read_verilog -sv $files $out/harness.v
  synth_ice40 -top harness $dsp ${OPTIONS:-} -json $out/netlist.json
  tee -o $out/usage.json stat -json -top harness
"
nextpnr-ice40 --"$device" --package "${PACKAGE:-$package}" --json "$out/netlist.json" --asc "$out/placed.asc" \
  --report "$out/report.json" --freq "${MHZ:-12}" --seed "${SEED:-1}" --pcf-allow-unconstrained --timing-allow-fail
