// Stands in for the accelerator in tests of the simulator: ports and registers of the real one, almost no work. A run
// reads one 8-byte beat at INPUT, writes its complement at OUTPUT, shows WATCHDOG results on the taps and ends.
// A WATCHDOG of 0 never ends.
module MatMul(input clock, input reset, input io_go, input [15:0] io_n, output io_tap_valid, output [63:0] io_tap_bits);
  assign io_tap_valid = io_go;
  assign io_tap_bits = {16'hffff - io_n, io_n, 16'h8000, io_n + 16'd1};
endmodule
module Softmax(input clock, input reset, input io_go, input [15:0] io_n, output io_tap_valid, output [19:0] io_tap_bits);
  assign io_tap_valid = io_go && io_n[0];
  assign io_tap_bits = {5'd16, 5'd15, io_n[4:0], 5'd1};
endmodule
module Shifter(input clock, input reset, input io_go, input [15:0] io_n, output io_tap_valid, output [31:0] io_tap_bits);
  assign io_tap_valid = io_go;
  assign io_tap_bits = {8'h80, 8'hff, 8'h7f, io_n[7:0]};
endmodule
module LayerNorm(input clock, input reset, input io_go, input [15:0] io_n, output io_tap_valid, output [31:0] io_tap_bits);
  assign io_tap_valid = 0;
  assign io_tap_bits = 0;
endmodule
module P2vit(
  input clock, input reset, output irq,
  input [11:0] s_axil_awaddr, input s_axil_awvalid, output s_axil_awready,
  input [31:0] s_axil_wdata, input [3:0] s_axil_wstrb, input s_axil_wvalid, output s_axil_wready,
  output [1:0] s_axil_bresp, output s_axil_bvalid, input s_axil_bready,
  input [11:0] s_axil_araddr, input s_axil_arvalid, output s_axil_arready,
  output [31:0] s_axil_rdata, output [1:0] s_axil_rresp, output s_axil_rvalid, input s_axil_rready,
  output m_axi_arid, output [31:0] m_axi_araddr, output [7:0] m_axi_arlen, output [2:0] m_axi_arsize,
  output [1:0] m_axi_arburst, output m_axi_arvalid, input m_axi_arready,
  input m_axi_rid, input [63:0] m_axi_rdata, input [1:0] m_axi_rresp, input m_axi_rlast, input m_axi_rvalid, output m_axi_rready,
  output m_axi_awid, output [31:0] m_axi_awaddr, output [7:0] m_axi_awlen, output [2:0] m_axi_awsize,
  output [1:0] m_axi_awburst, output m_axi_awvalid, input m_axi_awready,
  output [63:0] m_axi_wdata, output [7:0] m_axi_wstrb, output m_axi_wlast, output m_axi_wvalid, input m_axi_wready,
  input m_axi_bid, input [1:0] m_axi_bresp, input m_axi_bvalid, output m_axi_bready
);
  localparam IDLE = 0, ASK = 1, READ = 2, TELL = 3, WRITE = 4, ANSWER = 5, SHOW = 6;
  reg [2:0] state;
  reg [31:0] registers [0:127];
  reg [63:0] data;
  reg [7:0] code;
  reg done, pending, awHeld, wHeld;
  reg [11:0] address;
  reg [31:0] value, count;
  reg bHeld, rHeld;
  reg [31:0] rData;

  wire go = state == SHOW && count != registers['h18 / 4];
  MatMul matmul(.clock(clock), .reset(reset), .io_go(go), .io_n(count[15:0]), .io_tap_valid(), .io_tap_bits());
  Softmax softmax(.clock(clock), .reset(reset), .io_go(go), .io_n(count[15:0]), .io_tap_valid(), .io_tap_bits());
  Shifter shifter(.clock(clock), .reset(reset), .io_go(go), .io_n(count[15:0]), .io_tap_valid(), .io_tap_bits());
  LayerNorm layerNorm(.clock(clock), .reset(reset), .io_go(go), .io_n(count[15:0]), .io_tap_valid(), .io_tap_bits());

  assign irq = pending && registers['h10 / 4][0];
  assign s_axil_awready = !awHeld && !bHeld;
  assign s_axil_wready = !wHeld && !bHeld;
  assign s_axil_bresp = 0;
  assign s_axil_bvalid = bHeld;
  assign s_axil_arready = !rHeld;
  assign s_axil_rdata = rData;
  assign s_axil_rresp = 0;
  assign s_axil_rvalid = rHeld;
  assign {m_axi_arid, m_axi_arlen, m_axi_arsize, m_axi_arburst} = {1'b0, 8'd0, 3'd3, 2'd1};
  assign {m_axi_awid, m_axi_awlen, m_axi_awsize, m_axi_awburst} = {1'b0, 8'd0, 3'd3, 2'd1};
  assign m_axi_araddr = registers['h30 / 4];
  assign m_axi_arvalid = state == ASK;
  assign m_axi_rready = state == READ;
  assign m_axi_awaddr = registers['h38 / 4];
  assign m_axi_awvalid = state == TELL;
  assign m_axi_wdata = ~data;
  assign m_axi_wstrb = 8'hff;
  assign m_axi_wlast = 1;
  assign m_axi_wvalid = state == WRITE;
  assign m_axi_bready = state == ANSWER;

  always @(posedge clock) begin
    if (s_axil_awvalid && s_axil_awready) begin awHeld <= 1; address <= s_axil_awaddr; end
    if (s_axil_wvalid && s_axil_wready) begin wHeld <= 1; value <= s_axil_wdata; end
    if (bHeld && s_axil_bready) bHeld <= 0;
    if (rHeld && s_axil_rready) rHeld <= 0;
    if (s_axil_arvalid && s_axil_arready) begin
      rHeld <= 1;
      case (s_axil_araddr)
        12'h000: rData <= 32'h50325654;
        12'h00c: rData <= {16'd0, code, 5'd0, code != 0, done, state != IDLE};
        12'h100: rData <= count;
        default: rData <= s_axil_araddr < 12'h100 ? registers[s_axil_araddr[8:2]] : 32'd0;
      endcase
    end
    case (state)
      ASK: if (m_axi_arready) state <= READ;
      READ: if (m_axi_rvalid) begin
        data <= m_axi_rdata;
        state <= m_axi_rresp == 0 ? TELL : IDLE;
        if (m_axi_rresp != 0) begin code <= 1; pending <= 1; end
      end
      TELL: if (m_axi_awready) state <= WRITE;
      WRITE: if (m_axi_wready) state <= ANSWER;
      ANSWER: if (m_axi_bvalid) begin
        state <= m_axi_bresp == 0 ? SHOW : IDLE;
        if (m_axi_bresp != 0) begin code <= 2; pending <= 1; end
      end
      SHOW: begin
        count <= count + 1;
        if (count == registers['h18 / 4] && count != 0) begin state <= IDLE; done <= 1; pending <= 1; end
      end
      default: ;
    endcase
    if (awHeld && wHeld) begin
      awHeld <= 0; wHeld <= 0; bHeld <= 1;
      registers[address[8:2]] <= value;
      if (address == 12'h008 && value[0]) begin state <= ASK; count <= 0; done <= 0; code <= 0; end
      if (address == 12'h014) pending <= 0;
    end
    if (reset) begin
      state <= IDLE; done <= 0; pending <= 0; code <= 0; awHeld <= 0; wHeld <= 0; bHeld <= 0; rHeld <= 0; count <= 0;
    end
  end
endmodule
