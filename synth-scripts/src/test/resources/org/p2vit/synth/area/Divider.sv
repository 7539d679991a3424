// circt-synth lowers no division by a variable.
module Divider(
  input         clock,
  input  [31:0] a,
                b,
  output [31:0] quotient
);

  reg [31:0] held;
  always @(posedge clock)
    held <= a / b;
  assign quotient = held;
endmodule
