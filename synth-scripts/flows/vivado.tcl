# Synthesis, placement and routing of an emitted design in Vivado, out of context (no pins are assigned).
# Not run in this project's tests: Vivado is not free software. Written for 2022.2 or later.
#
# Usage: vivado -mode batch -source vivado.tcl -tclargs RTL_DIR OUT_DIR TOP PART [PERIOD_NS]
#   for example    ... -tclargs build/rtl/rtl build/vivado P2vit xczu7ev-ffvc1156-2-e 4.0
# Writes utilization.rpt, utilization_hierarchical.rpt, timing.rpt, power.rpt, routed.dcp
lassign $argv rtl out top part period
if {$part eq ""} { error "usage: vivado.tcl RTL_DIR OUT_DIR TOP PART \[PERIOD_NS\]" }
if {$period eq ""} { set period 4.0 }
file mkdir $out

set list [open [file join $rtl $top.f]]
foreach file [split [read $list] "\n"] {
  set file [string trim $file]
  if {$file ne "" && ![string match "//*" $file]} { read_verilog -sv [file join $rtl $file] }
}
close $list

set constraints [open [file join $out clock.xdc] w]
puts $constraints "create_clock -name clock -period $period \[get_ports clock\]"
# The ports are registered by whoever surrounds the design: half a period is theirs.
set half [expr {$period / 2}]
puts $constraints "set_input_delay -clock clock $half \[get_ports -filter {DIRECTION == IN && NAME != clock}\]"
puts $constraints "set_output_delay -clock clock $half \[get_ports -filter {DIRECTION == OUT}\]"
close $constraints
read_xdc -mode out_of_context [file join $out clock.xdc]

# The hierarchy is rebuilt, so that reports tell the chunks apart.
synth_design -top $top -part $part -mode out_of_context -flatten_hierarchy rebuilt
opt_design
place_design
phys_opt_design
route_design
report_utilization -file [file join $out utilization.rpt]
report_utilization -hierarchical -file [file join $out utilization_hierarchical.rpt]
report_timing_summary -file [file join $out timing.rpt]
report_power -file [file join $out power.rpt]
write_checkpoint -force [file join $out routed.dcp]
set slack [get_property SLACK [get_timing_paths -max_paths 1 -setup]]
puts [format "Fmax %.1f MHz" [expr {1000.0 / ($period - $slack)}]]
