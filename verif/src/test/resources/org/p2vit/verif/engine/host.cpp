// A host that does what it is told on standard input, one command a line, and answers each with one line:
//   write OFFSET VALUE STROBE AW_DELAY W_DELAY B_DELAY   register write; answers with the response code
//   read OFFSET AR_DELAY R_DELAY                         register read; answers with value and response code
//   step CYCLES                                          answers with the number of cycles so far
//   irq                                                  answers with the level of irq
//   memory NAME BASE BYTES WRITABLE                      adds memory
//   poke ADDRESS HEX_BYTES / peek ADDRESS BYTES          the host's view of memory
//   freeze 1 / freeze 0                                  memory does not answer any more / answers again
//   bursts                                               bursts announced so far: reads and writes
#include <cstdio>
#include <cstdlib>
#include <iomanip>
#include <iostream>
#include <sstream>
#include <string>

#include "Vtop.h"
#include "axi_memory.h"
#include "bench.h"

static Vtop top;
static p2vit::AxiMemory memory(AXI_BYTES);
static bool frozen = false;
static long cycles = 0, reads = 0, writes = 0;

static void silence() {
  top.m_axi_arready = top.m_axi_awready = top.m_axi_wready = 0;
  top.m_axi_rvalid = top.m_axi_bvalid = 0;
}

// One clock cycle; the registers' handshakes are those before the edge.
static void step() {
  if (frozen) {
    silence();
  } else {
    memory.drive(top);
  }
  top.clock = 0;
  top.eval();
  reads += top.m_axi_arvalid && top.m_axi_arready;
  writes += top.m_axi_awvalid && top.m_axi_awready;
  if (!frozen) memory.sample(top);
}

static void edge() {
  top.clock = 1;
  top.eval();
  ++cycles;
}

static const int PATIENCE = 1000;

static int writeRegister(unsigned offset, unsigned value, unsigned strobe, int awDelay, int wDelay, int bDelay) {
  bool address = false, data = false;
  int response = -1;
  for (int i = 0; i < PATIENCE; ++i) {
    top.s_axil_awaddr = offset;
    top.s_axil_wdata = value;
    top.s_axil_wstrb = strobe;
    top.s_axil_awvalid = !address && i >= awDelay;
    top.s_axil_wvalid = !data && i >= wDelay;
    step();
    top.s_axil_bready = top.s_axil_bvalid && bDelay-- <= 0;
    top.eval();
    address |= top.s_axil_awvalid && top.s_axil_awready;
    data |= top.s_axil_wvalid && top.s_axil_wready;
    const bool done = top.s_axil_bvalid && top.s_axil_bready;
    if (done) response = top.s_axil_bresp;
    edge();
    if (done) break;
  }
  top.s_axil_awvalid = top.s_axil_wvalid = top.s_axil_bready = 0;
  return response;
}

static std::string readRegister(unsigned offset, int arDelay, int rDelay) {
  bool address = false;
  unsigned first = 0;
  bool seen = false;
  for (int i = 0; i < PATIENCE; ++i) {
    top.s_axil_araddr = address ? 0 : offset;
    top.s_axil_arvalid = !address && i >= arDelay;
    step();
    if (top.s_axil_rvalid && seen && top.s_axil_rdata != first) return "changed";
    if (top.s_axil_rvalid) {
      seen = true;
      first = top.s_axil_rdata;
    }
    top.s_axil_rready = top.s_axil_rvalid && rDelay-- <= 0;
    top.eval();
    address |= top.s_axil_arvalid && top.s_axil_arready;
    const bool done = top.s_axil_rvalid && top.s_axil_rready;
    const int response = top.s_axil_rresp;
    edge();
    if (done) {
      top.s_axil_rready = 0;
      return std::to_string(first) + " " + std::to_string(response);
    }
  }
  return "none";
}

static std::string execute(const std::string& line) {
  std::istringstream in(line);
  in >> std::setbase(0);
  std::string command;
  in >> command;
  if (command == "write") {
    unsigned offset, value, strobe;
    int aw, w, b;
    in >> offset >> value >> strobe >> aw >> w >> b;
    return std::to_string(writeRegister(offset, value, strobe, aw, w, b));
  } else if (command == "read") {
    unsigned offset;
    int ar, r;
    in >> offset >> ar >> r;
    return readRegister(offset, ar, r);
  } else if (command == "step") {
    long n;
    for (in >> n; n > 0; --n) {
      step();
      edge();
    }
    return std::to_string(cycles);
  } else if (command == "irq") {
    return std::to_string(top.irq);
  } else if (command == "memory") {
    std::string name;
    uint64_t base, size;
    bool writable;
    in >> name >> base >> size >> writable;
    memory.addRegion(name, base, size, writable);
  } else if (command == "poke") {
    uint64_t address;
    std::string hex;
    in >> address >> hex;
    uint8_t* to = memory.at(address, hex.size() / 2);
    for (size_t i = 0; i < hex.size() / 2; ++i) to[i] = std::stoi(hex.substr(2 * i, 2), nullptr, 16);
  } else if (command == "peek") {
    uint64_t address, size;
    in >> address >> size;
    const uint8_t* from = memory.at(address, size);
    std::string hex;
    for (size_t i = 0; i < size; ++i) {
      char digits[3];
      std::snprintf(digits, sizeof digits, "%02x", from[i]);
      hex += digits;
    }
    return hex;
  } else if (command == "freeze") {
    in >> frozen;
  } else if (command == "bursts") {
    return std::to_string(reads) + " " + std::to_string(writes);
  } else {
    return "unknown command";
  }
  return "ok";
}

int main() {
  top.reset = 1;
  for (int i = 0; i < 3; ++i) {
    step();
    edge();
  }
  top.reset = 0;
  try {
    for (std::string line; std::getline(std::cin, line);) std::cout << execute(line) << std::endl;
  } catch (const std::exception& e) {
    std::cout << "fault: " << e.what() << std::endl;
    return 1;
  }
}
