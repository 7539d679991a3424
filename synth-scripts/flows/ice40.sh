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
#   SOFT     modules of whose products LUTs are made, though the device has DSP blocks; default: DotProduct TileSequencer,
#            whose products are small and many
#   MODULES  1: keep the hierarchy, count what each module takes by itself, and stop before placement
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

[ -z "${MODULES:-}" ] && whole=harness || whole=$top
{
  echo "read_verilog -sv $files $out/harness.v"
  echo "hierarchy -check -top $whole"
  # A buffer's word is never read and written in one cycle; Yosys would add logic for that case.
  echo 'setattr -set no_rw_check 1 memory_*/m:*'
  for module in ${SOFT:-DotProduct TileSequencer}; do
    echo "chtype -set \$__soft_mul $module/t:\$mul"
  done
  if [ -n "${MODULES:-}" ]; then
    echo 'setattr -mod -set keep_hierarchy 1 *'
    echo 'setattr -mod -unset keep_hierarchy memory_* ram_* Queue*'
  fi
  echo "synth_ice40 -top $whole ${OPTIONS:-} -run begin:coarse"
  # The step "coarse" of synth_ice40, but for its pass ice40_dsp, which Yosys 0.23 does not survive.
  echo 'opt_expr; opt_clean; check; opt -nodffe -nosdff; fsm; opt; wreduce; peepopt; opt_clean; share'
  echo 'techmap -map +/cmp2lut.v -D LUT_WIDTH=4; opt_expr; opt_clean; memory_dff; wreduce t:$mul'
  if [ "$device" = up5k ]; then
    echo 'techmap -map +/mul2dsp.v -map +/ice40/dsp_map.v -D DSP_A_MAXWIDTH=16 -D DSP_B_MAXWIDTH=16' \
      '-D DSP_A_MINWIDTH=2 -D DSP_B_MINWIDTH=2 -D DSP_Y_MINWIDTH=11 -D DSP_NAME=$__MUL16X16'
    echo 'setattr -unset mul2dsp a:mul2dsp; opt_expr -fine; wreduce'
  fi
  echo 'chtype -set $mul t:$__soft_mul; alumacc; opt; memory -nomap; opt_clean'
  echo "synth_ice40 -top $whole ${OPTIONS:-} -run map_ram:json"
  echo "write_json $out/netlist.json"
  echo "tee -o $out/usage.json stat -json -top $whole"
} > "$out/synth.ys"
yosys -s "$out/synth.ys"
rm -f "$out/report.json"
[ -n "${MODULES:-}" ] && exit 0
nextpnr-ice40 --"$device" --package "${PACKAGE:-$package}" --json "$out/netlist.json" --asc "$out/placed.asc" \
  --report "$out/report.json" --freq "${MHZ:-12}" --seed "${SEED:-1}" --pcf-allow-unconstrained --timing-allow-fail
