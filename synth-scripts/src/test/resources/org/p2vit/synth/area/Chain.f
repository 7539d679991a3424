Chain.sv
Leaf.sv
ram_32x9.sv
