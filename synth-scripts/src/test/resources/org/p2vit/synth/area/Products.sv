// Multipliers: a pair with a common operand, one alone, a wide one, and one by a constant, which is none.
module Products(
  input         clock,
  input  [7:0]  x,
                w,
                v,
  input  [3:0]  n,
  input  [31:0] a,
  input  [18:0] b,
  output [15:0] first,
                second,
  output [11:0] third,
  output [50:0] fourth,
  output [10:0] fifth
);

  reg [15:0] p;
  reg [15:0] q;
  reg [11:0] r;
  reg [50:0] s;
  reg [10:0] t;
  always @(posedge clock) begin
    p <= {{8{x[7]}}, x} * {{8{w[7]}}, w};
    q <= {{8{v[7]}}, v} * {{8{x[7]}}, x};
    r <= {{4{w[7]}}, w} * {8'h0, n};
    s <= {{19{a[31]}}, a} * {{32{b[18]}}, b};
    t <= {{3{x[7]}}, x} * 11'h5;
  end // always @(posedge)
  assign first = p;
  assign second = q;
  assign third = r;
  assign fourth = s;
  assign fifth = t;
endmodule
