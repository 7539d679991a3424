// Runs the accelerator: executes a script written by org.p2vit.verif.Simulator, one command a line.
//
//   axi <latency> <stall probability> <seed> <outstanding>   how the memory answers
//   memory <name> <base> <bytes> <ro|rw>                     adds memory
//   load <address> <file>                                    file to memory
//   save <address> <bytes> <file>                            memory to file
//   fail-read <address>, fail-write <address>                this beat is answered with an error
//   limit <cycles>                                           of one run
//   trace <first cycle> <last cycle> <file>                  waveform, cycles since reset
//   write <register offset> <value>                          AXI4-Lite
//   taps <directory>, taps-off                               where the next runs record chunk results
//   execution <window cycles> <file>                         what the next run did when, see ExecutionTrace
//   run <name>                                               starts the engine, waits for irq
//
// Usage: sim <script> <result.json>. Standard error carries lines "progress <run> <runs> <cycles of this run>
// <cycles a second> <jobs>", at most one a second, and in case of failure "error: <what>" (exit status 1).

#include <chrono>
#include <fstream>
#include <iostream>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include "Vtop.h"
#include "axi_memory.h"
#include "design.h"
#include "execution_recorder.h"
#include "taps.h"
#include "verilated.h"
#if defined(P2VIT_FST)
#include "verilated_fst_c.h"
using Waveform = VerilatedFstC;
#define P2VIT_TRACE
#elif defined(P2VIT_VCD)
#include "verilated_vcd_c.h"
using Waveform = VerilatedVcdC;
#define P2VIT_TRACE
#endif

namespace p2vit {

using Clock = std::chrono::steady_clock;

// Called by Verilator's runtime when it needs a time stamp.
static uint64_t simulatedCycles = 0;

class Simulation {
 public:
  Simulation() : memory(AXI_BYTES) {
    Verilated::randReset(0);
    top_.reset = 1;
    top_.s_axil_awvalid = top_.s_axil_wvalid = top_.s_axil_bready = 0;
    top_.s_axil_arvalid = top_.s_axil_rready = 0;
    top_.eval();
    for (const TapSource& source : TAPS) taps_.emplace_back(std::make_unique<Tap>(source));
  }

  ~Simulation() {
    top_.final();
#ifdef P2VIT_TRACE
    if (trace_) trace_->close();
#endif
  }

  AxiMemory memory;

  void reset() {
    top_.reset = 1;
    for (int i = 0; i < 4; ++i) cycle();
    top_.reset = 0;
  }

  // One clock cycle with the inputs as they are set. Inputs change while the clock is low and outputs are sampled
  // before it rises, so that paths through the design without a register work too.
  void cycle() {
    memory.drive(top_);
    top_.clock = 0;
    top_.eval();
    dump(0);
    memory.sample(top_);
    if (recording_) {
      for (auto& tap : taps_) tap->sample();
    }
    if (recorder_) recorder_->sample();
    sampleLite();
    top_.clock = 1;
    top_.eval();
    dump(1);
    ++simulatedCycles;
  }

  bool irq() const { return top_.irq; }

  void write(uint32_t offset, uint32_t value) {
    top_.s_axil_awaddr = offset;
    top_.s_axil_wdata = value;
    top_.s_axil_wstrb = 0xf;
    top_.s_axil_awvalid = top_.s_axil_wvalid = top_.s_axil_bready = 1;
    for (int i = 0; top_.s_axil_bready; ++i) {
      step(i, "write", offset);
      if (awTaken_) top_.s_axil_awvalid = 0;
      if (wTaken_) top_.s_axil_wvalid = 0;
      if (bGiven_) {
        if (response_ != 0) throw std::runtime_error("AXI4-Lite write to " + std::to_string(offset) + " was refused");
        top_.s_axil_bready = 0;
      }
    }
  }

  uint32_t read(uint32_t offset) {
    top_.s_axil_araddr = offset;
    top_.s_axil_arvalid = top_.s_axil_rready = 1;
    for (int i = 0; top_.s_axil_rready; ++i) {
      step(i, "read", offset);
      if (arTaken_) top_.s_axil_arvalid = 0;
      if (rGiven_) {
        if (response_ != 0) throw std::runtime_error("AXI4-Lite read of " + std::to_string(offset) + " was refused");
        top_.s_axil_rready = 0;
      }
    }
    return readData_;
  }

  void record(const std::string& directory) {
    for (auto& tap : taps_) tap->open(directory);
    recording_ = true;
  }

  void endRecord() {
    for (auto& tap : taps_) tap->close();
    recording_ = false;
  }

  void recordExecution(uint64_t windowCycles, const std::string& file) {
    recorder_ = std::make_unique<ExecutionRecorder>(windowCycles, file);
  }

  void endExecution() {
    if (recorder_) recorder_->write();
    recorder_.reset();
  }

  void traceTo(uint64_t first, uint64_t last, const std::string& file) {
#ifdef P2VIT_TRACE
    Verilated::traceEverOn(true);
    traceFirst_ = first;
    traceLast_ = last;
    trace_ = std::make_unique<Waveform>();
    top_.trace(trace_.get(), 99);
    trace_->open(file.c_str());
    if (!trace_->isOpen()) throw std::runtime_error("cannot write " + file);
#else
    throw std::runtime_error("this simulation was built without waveforms: cannot write " + file);
#endif
  }

 private:
  static constexpr int LITE_PATIENCE = 1000;

  void step(int tries, const char* what, uint32_t offset) {
    if (tries == LITE_PATIENCE) {
      throw ProtocolError(std::string("the AXI4-Lite ") + what + " at offset " + std::to_string(offset) +
                          " got no answer in " + std::to_string(LITE_PATIENCE) + " cycles");
    }
    cycle();
  }

  void sampleLite() {
    awTaken_ = top_.s_axil_awvalid && top_.s_axil_awready;
    wTaken_ = top_.s_axil_wvalid && top_.s_axil_wready;
    arTaken_ = top_.s_axil_arvalid && top_.s_axil_arready;
    bGiven_ = top_.s_axil_bvalid && top_.s_axil_bready;
    rGiven_ = top_.s_axil_rvalid && top_.s_axil_rready;
    if (bGiven_) response_ = top_.s_axil_bresp;
    if (rGiven_) {
      response_ = top_.s_axil_rresp;
      readData_ = top_.s_axil_rdata;
    }
  }

  void dump([[maybe_unused]] int half) {
#ifdef P2VIT_TRACE
    if (trace_ && simulatedCycles >= traceFirst_ && simulatedCycles <= traceLast_) {
      trace_->dump(simulatedCycles * 2 + half);
    }
#endif
  }

  Vtop top_;
  std::vector<std::unique_ptr<Tap>> taps_;
  bool recording_ = false;
  std::unique_ptr<ExecutionRecorder> recorder_;
  bool awTaken_ = false, wTaken_ = false, bGiven_ = false, arTaken_ = false, rGiven_ = false;
  uint8_t response_ = 0;
  uint32_t readData_ = 0;
#ifdef P2VIT_TRACE
  std::unique_ptr<Waveform> trace_;
  uint64_t traceFirst_ = 0, traceLast_ = 0;
#endif
};

// Executes the script and gathers the results of its runs.
class Script {
 public:
  explicit Script(const std::string& file) {
    std::ifstream in(file);
    std::string line;
    while (std::getline(in, line)) {
      lines_.push_back(line);
      if (line.rfind("run ", 0) == 0) ++runs_;
    }
    if (!in.eof() || lines_.empty()) throw std::runtime_error("cannot read " + file);
  }

  void execute() {
    simulation_.reset();
    for (const std::string& line : lines_) {
      std::istringstream in(line);
      in.exceptions(std::ios::failbit);
      try {
        execute(in);
      } catch (const std::ios::failure&) {
        throw std::runtime_error("malformed script line: " + line);
      }
      if (abandoned_) break;
    }
  }

  void writeResult(const std::string& file, double seconds) const {
    std::ofstream out(file);
    out << "{\"simulatedCycles\": " << simulatedCycles << ", \"seconds\": " << seconds
        << ", \"beatsRead\": " << simulation_.memory.beatsRead()
        << ", \"beatsWritten\": " << simulation_.memory.beatsWritten() << ", \"runs\": [" << results_ << "]}\n";
    out.close();
    if (!out) throw std::runtime_error("cannot write " + file);
  }

 private:
  static constexpr uint64_t CLOCK_CHECK_CYCLES = 1024;

  static std::string rest(std::istream& in) {
    std::string text;
    in >> std::ws;
    std::getline(in, text);
    return text;
  }

  static uint64_t number(std::istream& in) {
    std::string text;
    in >> text;
    return std::stoull(text, nullptr, 0);
  }

  void execute(std::istream& in) {
    std::string command;
    in >> command;
    AxiMemory& memory = simulation_.memory;
    if (command == "axi") {
      AxiBehaviour behaviour;
      in >> behaviour.latency >> behaviour.stall >> behaviour.seed >> behaviour.outstanding;
      memory.setBehaviour(behaviour);
    } else if (command == "memory") {
      std::string name, access;
      in >> name;
      uint64_t base = number(in), bytes = number(in);
      in >> access;
      memory.addRegion(name, base, bytes, access == "rw");
    } else if (command == "load") {
      uint64_t address = number(in);
      load(address, rest(in));
    } else if (command == "save") {
      uint64_t address = number(in), bytes = number(in);
      save(address, bytes, rest(in));
    } else if (command == "fail-read") {
      memory.failRead(number(in));
    } else if (command == "fail-write") {
      memory.failWrite(number(in));
    } else if (command == "limit") {
      limit_ = number(in);
    } else if (command == "trace") {
      uint64_t first = number(in), last = number(in);
      simulation_.traceTo(first, last, rest(in));
    } else if (command == "write") {
      uint32_t offset = number(in), value = number(in);
      simulation_.write(offset, value);
    } else if (command == "taps") {
      taps_ = rest(in);
    } else if (command == "taps-off") {
      taps_.clear();
    } else if (command == "execution") {
      uint64_t windowCycles = number(in);
      simulation_.recordExecution(windowCycles, rest(in));
    } else if (command == "run") {
      run(rest(in));
    } else {
      throw std::runtime_error("unknown script command: " + command);
    }
  }

  void load(uint64_t address, const std::string& file) {
    std::ifstream in(file, std::ios::binary | std::ios::ate);
    if (!in) throw std::runtime_error("cannot read " + file);
    const uint64_t size = in.tellg();
    in.seekg(0);
    in.read(reinterpret_cast<char*>(simulation_.memory.at(address, size)), size);
    if (!in) throw std::runtime_error("cannot read " + file);
  }

  void save(uint64_t address, uint64_t bytes, const std::string& file) {
    std::ofstream out(file, std::ios::binary);
    out.write(reinterpret_cast<const char*>(simulation_.memory.at(address, bytes)), bytes);
    out.close();
    if (!out) throw std::runtime_error("cannot write " + file);
  }

  void run(const std::string& name) {
    if (simulation_.irq()) throw ProtocolError("irq is high before run " + name + " starts");
    if (!taps_.empty()) simulation_.record(taps_);
    const uint64_t start = simulatedCycles;
    progressCycle_ = start;
    simulation_.write(CONTROL, CONTROL_START);
    while (!simulation_.irq() && simulatedCycles - start < limit_) {
      simulation_.cycle();
      if (simulatedCycles % CLOCK_CHECK_CYCLES == 0) progress(start);
    }
    const uint64_t taken = simulatedCycles - start;
    const bool interrupted = simulation_.irq();
    abandoned_ = !interrupted;
    if (!taps_.empty()) simulation_.endRecord();
    simulation_.endExecution();
    std::ostringstream out;
    out << (runsDone_ == 0 ? "" : ", ") << "{\"name\": \"" << name << "\", \"interrupted\": "
        << (interrupted ? "true" : "false") << ", \"cycles\": " << taken << ", \"registers\": {";
    const char* separator = "";
    for (const NamedRegister& r : READABLE_REGISTERS) {
      out << separator << "\"" << r.name << "\": " << simulation_.read(r.offset);
      separator = ", ";
    }
    out << "}}";
    results_ += out.str();
    ++runsDone_;
    if (interrupted) {
      simulation_.write(IRQ_CLEAR, 1);
      if (simulation_.irq()) throw ProtocolError("irq stays high after IRQ_CLEAR");
    }
  }

  void progress(uint64_t start) {
    const Clock::time_point now = Clock::now();
    const double seconds = std::chrono::duration<double>(now - progressTime_).count();
    if (seconds < 1) return;
    const uint32_t jobs = simulation_.read(JOBS);
    std::cerr << "progress " << runsDone_ << " " << runs_ << " " << simulatedCycles - start << " "
              << static_cast<uint64_t>((simulatedCycles - progressCycle_) / seconds) << " " << jobs << std::endl;
    progressTime_ = now;
    progressCycle_ = simulatedCycles;
  }

  Simulation simulation_;
  std::vector<std::string> lines_;
  std::string taps_;
  std::string results_;
  uint64_t limit_ = UINT64_MAX;
  int runs_ = 0;
  int runsDone_ = 0;
  bool abandoned_ = false;
  uint64_t progressCycle_ = 0;
  Clock::time_point progressTime_ = Clock::now();
};

}  // namespace p2vit

double sc_time_stamp() { return static_cast<double>(p2vit::simulatedCycles); }

int main(int argc, char** argv) {
  if (argc != 3) {
    std::cerr << "usage: " << argv[0] << " <script> <result.json>\n";
    return 2;
  }
  try {
    const p2vit::Clock::time_point start = p2vit::Clock::now();
    p2vit::Script script(argv[1]);
    script.execute();
    script.writeResult(argv[2], std::chrono::duration<double>(p2vit::Clock::now() - start).count());
    return 0;
  } catch (const p2vit::ProtocolError& e) {
    std::cerr << "protocol: " << e.what() << std::endl;
  } catch (const std::exception& e) {
    std::cerr << "error: " << e.what() << std::endl;
  }
  return 1;
}
