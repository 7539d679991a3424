# Timing and power of a netlist: called by asic.sh.
set out $env(OUT)
read_liberty $env(LIBERTY)
read_verilog $out/netlist.v
link_design $env(TOP)
create_clock -name clock -period $env(PERIOD) [get_ports clock]
foreach port [all_inputs] {
  if {[get_property $port full_name] ne "clock"} { set_input_delay 0 -clock clock $port }
}
set_output_delay 0 -clock clock [all_outputs]
write_sdc $out/constraints.sdc
report_checks -path_delay max -format full > $out/timing.txt
report_worst_slack >> $out/timing.txt
report_tns >> $out/timing.txt
set_power_activity -global -activity $env(ACTIVITY)
report_power > $out/power.txt
