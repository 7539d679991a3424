// docs/numerics.md section 1 word by word, and what makes RoundShiftUnit wrong. Yosys proves that `bad` is
// never high. STREAM_BITS and the ports' names come from the test.

module specification (
  input signed [31:0] x,
  input signed [5:0] shift,
  output signed [63:0] result
);
  wire signed [63:0] wide = x;
  wire [4:0] right = shift[4:0];
  wire [5:0] left = -shift;
  wire signed [63:0] f = wide >>> right;
  wire signed [63:0] r = wide - (f << right);
  wire signed [63:0] h = (64'sd1 << right) >>> 1;
  wire up = r > h || (r == h && f[0]);
  assign result = shift > 0 ? f + $signed({63'b0, up}) : wide << left;
endmodule

module saturation #(parameter BITS = 8) (input signed [63:0] x, output signed [63:0] result);
  localparam signed [63:0] HIGH = (64'sd1 << (BITS - 1)) - 64'sd1;
  localparam signed [63:0] LOW = -(64'sd1 << (BITS - 1));
  assign result = x > HIGH ? HIGH : x < LOW ? LOW : x;
endmodule

module proof (input signed [31:0] x, input signed [5:0] shift, output bad);
  wire signed [63:0] exact;
  wire [31:0] unsigned_found;
  wire signed [7:0] byte_found, narrow;
  wire [7:0] limited;
  wire signed [15:0] word, stream, fitting;
  RoundShiftUnit unit (
    .x(x), .shift(shift), .PORT_exact(exact), .PORT_unsigned(unsigned_found), .PORT_byte(byte_found),
    .PORT_word(word), .PORT_stream(stream), .PORT_narrow(narrow),
    .PORT_limited(limited), .PORT_fitting(fitting)
  );

  wire signed [63:0] rounded, rounded_unsigned, rounded_short, rounded_far;
  specification of_x (.x(x), .shift(shift), .result(rounded));
  specification of_unsigned (.x({16'b0, x[15:0]}), .shift(shift), .result(rounded_unsigned));
  specification of_short (.x({{16{x[15]}}, x[15:0]}), .shift(shift), .result(rounded_short));
  specification of_far (.x(x), .shift(6'sd19 + $signed({3'b0, shift[2:0]})), .result(rounded_far));

  wire signed [63:0] expected_byte, expected_word, expected_stream, expected_narrow;
  saturation #(.BITS(8)) to_byte (.x(rounded), .result(expected_byte));
  saturation #(.BITS(16)) to_word (.x(rounded), .result(expected_word));
  saturation #(.BITS(STREAM_BITS)) to_stream (.x(rounded), .result(expected_stream));
  saturation #(.BITS(8)) to_narrow (.x(rounded_short), .result(expected_narrow));

  wire signed [63:0] expected_limited = rounded_unsigned > 64'sd255 ? 64'sd255 : rounded_unsigned;
  wire in_range = shift >= -8;
  assign bad = in_range && (exact != rounded || byte_found != expected_byte || word != expected_word
      || stream != expected_stream || narrow != expected_narrow || fitting != rounded_far
      || (shift >= 0 && $signed({56'b0, limited}) != expected_limited)
      || (shift >= 0 && {32'b0, unsigned_found} != rounded_unsigned));
endmodule
