Products.sv
