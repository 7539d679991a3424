// A function of six inputs: one six-input LUT, or two levels of four-input ones.
module Leaf(
  input  [4:0] in,
  input        also,
  output       out
);

  assign out = (&in) & also;
endmodule
