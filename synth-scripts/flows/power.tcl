# Energies of a netlist's cells: called by power.sh.
set out $env(OUT)
read_liberty $env(LIBERTY)
read_verilog $out/netlist.v
link_design $env(TOP)
read_sdc $out/constraints.sdc
# Any activity that is not zero does: what follows is before it is multiplied.
set_power_activity -global -activity 0.1
report_power > $out/total.txt
sta::set_debug power 3
report_power
