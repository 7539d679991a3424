// As firtool emits memories that are read within the cycle.
module ram_32x9(
  input  [4:0] R0_addr,
  input        R0_en,
               R0_clk,
  output [8:0] R0_data,
  input  [4:0] W0_addr,
  input        W0_en,
               W0_clk,
  input  [8:0] W0_data
);

  reg [8:0] Memory[0:31];
  always @(posedge W0_clk) begin
    if (W0_en)
      Memory[W0_addr] <= W0_data;
  end // always @(posedge)
  assign R0_data = R0_en ? Memory[R0_addr] : 9'bx;
endmodule
