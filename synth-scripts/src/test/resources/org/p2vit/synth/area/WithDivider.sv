// A part that can be synthesized, and one that cannot.
module WithDivider(
  input         clock,
  input  [31:0] a,
                b,
  output [31:0] quotient,
  output        zero
);

  reg held;
  always @(posedge clock)
    held <= b == 32'h0;
  Divider divider (
    .clock    (clock),
    .a        (a),
    .b        (b),
    .quotient (quotient)
  );
  assign zero = held;
endmodule
