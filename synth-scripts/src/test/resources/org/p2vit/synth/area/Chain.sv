// A path through two instances of a leaf, and one through a memory.
module Chain(
  input        clock,
  input  [9:0] a,
  input  [4:0] address,
  input        write,
  input  [8:0] data,
  output       any,
  output [8:0] word
);

  wire       half;
  wire       whole;
  wire [8:0] read;
  reg  [9:0] held;
  reg        out;
  reg  [4:0] at;
  reg  [8:0] got;
  always @(posedge clock) begin
    held <= a;
    out <= whole;
    at <= address;
    got <= read;
  end // always @(posedge)
  Leaf low (
    .in   (held[4:0]),
    .also (1'h1),
    .out  (half)
  );
  Leaf high (
    .in   (held[9:5]),
    .also (half),
    .out  (whole)
  );
  ram_32x9 ram_ext (
    .R0_addr (at),
    .R0_en   (1'h1),
    .R0_clk  (clock),
    .R0_data (read),
    .W0_addr (address),
    .W0_en   (write),
    .W0_clk  (clock),
    .W0_data (data)
  );
  assign any = out;
  assign word = got;
endmodule
