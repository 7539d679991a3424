#!/usr/bin/env bash
# Writes the configuration of an emitted design for OpenROAD-flow-scripts: floorplan, placement, clock tree, routing.
# Not run in this project's tests: Debian has no OpenROAD.
#
# Usage: openroad.sh RTL_DIR FLOW_DIR TOP [PLATFORM]
#   FLOW_DIR  the folder flow/ of OpenROAD-flow-scripts
#   PLATFORM  sky130hd (default), nangate45, asap7, ...
#   PERIOD    clock period, in the unit of the platform's Liberty files (ns; ps for asap7), default 10
# Then: make -C FLOW_DIR DESIGN_CONFIG=./designs/PLATFORM/TOP/config.mk
#
# Memories: those that are read synchronously (memory_*.sv) are flip-flops to begin with, which only suits small designs.
# For a macro of your platform, write a module of the same name and ports around it, name that file instead in
# VERILOG_FILES, and add its LEF and Liberty files to ADDITIONAL_LEFS and ADDITIONAL_LIBS.
set -euo pipefail
rtl=$(realpath "$1") flow=$2 top=$3 platform=${4:-sky130hd}
design=$flow/designs/$platform/$top
mkdir -p "$design"
cat > "$design/config.mk" <<EOF
export PLATFORM        = $platform
export DESIGN_NAME     = $top
export VERILOG_FILES   = $(grep -v '^//' "$rtl/$top.f" | sed "/^ *$/d; s#^#$rtl/#" | tr '\n' ' ')
export SDC_FILE        = \$(dir \$(DESIGN_CONFIG))/constraint.sdc
# Each distinct module is synthesized once.
export SYNTH_HIERARCHICAL = 1
export SYNTH_MEMORY_MAX_BITS = 1048576
export CORE_UTILIZATION = 40
export PLACE_DENSITY_LB_ADDON = 0.10
export TNS_END_PERCENT = 100
EOF
cat > "$design/constraint.sdc" <<EOF
current_design $top
set period ${PERIOD:-10}
create_clock -name clock -period \$period [get_ports clock]
set others [all_inputs -no_clocks]
set_input_delay [expr \$period * 0.2] -clock clock \$others
set_output_delay [expr \$period * 0.2] -clock clock [all_outputs]
EOF
echo "$design/config.mk"
