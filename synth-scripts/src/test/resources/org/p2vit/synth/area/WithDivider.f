WithDivider.sv
Divider.sv
