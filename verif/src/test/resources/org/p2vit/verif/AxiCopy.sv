// Copies memory over AXI4, 64-bit beats: something for the memory model's test to talk to. `fault` breaks one rule.
module AxiCopy(
  input             clock,
  input             reset,
  input      [31:0] source,
  input      [31:0] destination,
  input      [15:0] bursts,
  input       [7:0] length,      // beats of a burst, less one
  input       [2:0] fault,       // 1: early WLAST, 2: AR valid dropped, 3: W data changed, 4: FIXED burst, 5: no fault, two IDs in turn
  output            done,
  output reg        failed,      // some response was an error
  output reg  [1:0] response,    // the last error response
  output            m_axi_arid,
  output     [31:0] m_axi_araddr,
  output      [7:0] m_axi_arlen,
  output      [2:0] m_axi_arsize,
  output      [1:0] m_axi_arburst,
  output            m_axi_arvalid,
  input             m_axi_arready,
  input             m_axi_rid,
  input      [63:0] m_axi_rdata,
  input       [1:0] m_axi_rresp,
  input             m_axi_rlast,
  input             m_axi_rvalid,
  output            m_axi_rready,
  output            m_axi_awid,
  output     [31:0] m_axi_awaddr,
  output      [7:0] m_axi_awlen,
  output      [2:0] m_axi_awsize,
  output      [1:0] m_axi_awburst,
  output            m_axi_awvalid,
  input             m_axi_awready,
  output     [63:0] m_axi_wdata,
  output      [7:0] m_axi_wstrb,
  output            m_axi_wlast,
  output            m_axi_wvalid,
  input             m_axi_wready,
  input             m_axi_bid,
  input       [1:0] m_axi_bresp,
  input             m_axi_bvalid,
  output            m_axi_bready
);
  reg [63:0] fifo [0:15];
  reg [4:0]  head, tail;
  reg [15:0] reads, writes, answers;
  reg [7:0]  readBeat [0:1];
  reg [7:0]  writeBeat;
  reg        toggle;

  wire [31:0] burstBytes = (32'(length) + 1) * 8;
  wire empty = head == tail;
  wire full = head[3:0] == tail[3:0] && !empty;

  assign m_axi_arid    = fault == 5 ? reads[0] : 1'b1;
  assign m_axi_awid    = 1'b1;
  assign m_axi_araddr  = source + 32'(reads) * burstBytes;
  assign m_axi_arlen   = length;
  assign m_axi_arsize  = 3'd3;
  assign m_axi_arburst = fault == 4 ? 2'd0 : 2'd1;
  assign m_axi_arvalid = !reset && reads != bursts && !(fault == 2 && toggle);
  assign m_axi_rready  = !full;
  assign m_axi_awaddr  = destination + 32'(writes) * burstBytes;
  assign m_axi_awlen   = length;
  assign m_axi_awsize  = 3'd3;
  assign m_axi_awburst = 2'd1;
  assign m_axi_awvalid = !reset && writes != bursts;
  assign m_axi_wdata   = fifo[tail[3:0]] ^ 64'(fault == 3 && toggle);
  assign m_axi_wstrb   = 8'hff;
  assign m_axi_wlast   = writeBeat == (fault == 1 ? length - 8'd1 : length);
  assign m_axi_wvalid  = !empty;
  assign m_axi_bready  = 1'b1;
  assign done = answers == bursts;

  always @(posedge clock) begin
    toggle <= !toggle;
    if (m_axi_arvalid && m_axi_arready) reads <= reads + 1;
    if (m_axi_rvalid && m_axi_rready) begin
      fifo[head[3:0]] <= m_axi_rdata;
      head <= head + 1;
      readBeat[m_axi_rid] <= readBeat[m_axi_rid] == length ? 8'd0 : readBeat[m_axi_rid] + 1;
      // A misplaced RLAST and a wrong ID count as failures, as error responses do.
      if (m_axi_rresp != 0 || m_axi_rlast != (readBeat[m_axi_rid] == length) || (fault != 5 && !m_axi_rid)) begin
        failed <= 1;
        response <= m_axi_rresp;
      end
    end
    if (m_axi_awvalid && m_axi_awready) writes <= writes + 1;
    if (m_axi_wvalid && m_axi_wready) begin
      tail <= tail + 1;
      writeBeat <= writeBeat == length ? 8'd0 : writeBeat + 1;
    end
    if (m_axi_bvalid) begin
      answers <= answers + 1;
      if (m_axi_bresp != 0 || !m_axi_bid) begin
        failed <= 1;
        response <= m_axi_bresp;
      end
    end
    if (reset) begin
      head <= 0; tail <= 0; reads <= 0; writes <= 0; answers <= 0;
      readBeat[0] <= 0; readBeat[1] <= 0; writeBeat <= 0; toggle <= 0; failed <= 0; response <= 0;
    end
  end
endmodule
