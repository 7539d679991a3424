// Runs jobs on one chunk: serves its read ports, accepts its writes, moves the progress counters, all with
// random stalls, and writes what happened to a log. It judges nothing; the Java side does.
//
//   sim STIMULUS LOG
//
// Both files are little-endian binary; ChunkBench.java writes the one and BenchLog.java reads the other.
// Ports are found by name at run time, through the generated table in chunk_ports.h.

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "Vtop.h"
#include "verilated.h"

namespace {

constexpr int kChunks = 6;
constexpr int kJobBytes = 64;
constexpr uint32_t kCounterMask = 0xFFFFFF;
constexpr uint32_t kDrainCycles = 200;

[[noreturn]] void fail(const std::string& what) {
  std::fprintf(stderr, "chunk bench: %s\n", what.c_str());
  std::exit(2);
}

// A port of the Verilated model. Verilator stores any width little-endian from the lowest byte.
struct Port {
  uint8_t* at = nullptr;
  int bits = 0;

  int bytes() const { return (bits + 7) / 8; }
  explicit operator bool() const { return at != nullptr; }
  bool high() const { return at != nullptr && (*at & 1); }
  void drive(bool value) const {
    if (at) *at = value;
  }
  uint64_t value() const {
    uint64_t v = 0;
    std::memcpy(&v, at, bytes());
    return v;
  }
  void drive(uint64_t v) const {
    if (bits < 64) v &= (1ull << bits) - 1;
    std::memcpy(at, &v, bytes());
  }
  void drive(const uint8_t* data) const {
    std::memcpy(at, data, bytes());
    if (bits % 8) at[bytes() - 1] &= (1 << bits % 8) - 1;
  }
};

class Ports {
 public:
  void add(const char* name, void* at, int bits) { ports_[name] = {static_cast<uint8_t*>(at), bits}; }
  Port find(const std::string& name) const {
    auto i = ports_.find(name);
    return i == ports_.end() ? Port{} : i->second;
  }
  Port need(const std::string& name) const {
    Port p = find(name);
    if (!p) fail("the chunk has no port " + name);
    return p;
  }
  // Names N of the ports that end in `suffix`, without it.
  std::vector<std::string> ending(const std::string& suffix) const {
    std::vector<std::string> result;
    for (const auto& [name, port] : ports_) {
      if (name.size() > suffix.size() && name.compare(name.size() - suffix.size(), suffix.size(), suffix) == 0) {
        result.push_back(name.substr(0, name.size() - suffix.size()));
      }
    }
    return result;
  }

 private:
  std::map<std::string, Port> ports_;
};

#include "chunk_ports.h"  // void bindPorts(Vtop& top, Ports& ports)

class Reader {
 public:
  explicit Reader(const char* path) {
    FILE* f = std::fopen(path, "rb");
    if (!f) fail(std::string("cannot open ") + path);
    uint8_t buffer[65536];
    size_t n;
    while ((n = std::fread(buffer, 1, sizeof buffer, f)) > 0) data_.insert(data_.end(), buffer, buffer + n);
    std::fclose(f);
  }
  uint32_t word() {
    uint32_t v;
    std::memcpy(&v, take(4), 4);
    return v;
  }
  std::vector<uint8_t> bytes() {
    uint32_t n = word();
    const uint8_t* p = take(n);
    return {p, p + n};
  }
  std::string text() {
    auto b = bytes();
    return {b.begin(), b.end()};
  }

 private:
  const uint8_t* take(size_t n) {
    if (at_ + n > data_.size()) fail("the stimulus is too short");
    at_ += n;
    return &data_[at_ - n];
  }
  std::vector<uint8_t> data_;
  size_t at_ = 0;
};

class Log {
 public:
  explicit Log(const char* path) : file_(std::fopen(path, "wb")) {
    if (!file_) fail(std::string("cannot write ") + path);
  }
  ~Log() { std::fclose(file_); }
  void event(char kind, uint32_t cycle) {
    std::fputc(kind, file_);
    word(cycle);
  }
  void word(uint32_t v) { std::fwrite(&v, 4, 1, file_); }
  void name(const std::string& n) {
    std::fputc(static_cast<int>(n.size()), file_);
    std::fwrite(n.data(), 1, n.size(), file_);
  }
  void port(const Port& p) { std::fwrite(p.at, 1, p.bytes(), file_); }
  void bytes(const uint8_t* data, size_t n) { std::fwrite(data, 1, n, file_); }

 private:
  FILE* file_;
};

struct Memory {
  uint32_t words = 0;
  uint32_t wordBytes = 0;
  bool held = false;
  std::vector<uint8_t> data;
};

struct Stimulus {
  uint32_t seed, jobGap, readStall, writeStall, progressRate, ownChunk, units, maxIdle;
  uint32_t start[kChunks], steps[kChunks];
  std::map<std::string, Memory> memories;
  std::vector<std::vector<uint8_t>> jobs;

  explicit Stimulus(Reader in) {
    for (uint32_t* v : {&seed, &jobGap, &readStall, &writeStall, &progressRate, &ownChunk, &units, &maxIdle}) *v = in.word();
    for (int i = 0; i < kChunks; i++) start[i] = in.word();
    for (int i = 0; i < kChunks; i++) steps[i] = in.word();
    for (uint32_t n = in.word(); n > 0; n--) {
      std::string name = in.text();
      Memory m;
      m.words = in.word();
      m.wordBytes = in.word();
      m.held = in.word() != 0;
      m.data = in.bytes();
      if (m.data.size() != size_t(m.words) * m.wordBytes) fail("size of memory " + name);
      memories[name] = m;
    }
    for (uint32_t n = in.word(); n > 0; n--) {
      jobs.push_back(in.bytes());
      if (jobs.back().size() != kJobBytes) fail("size of a job");
    }
  }
};

class Random {
 public:
  explicit Random(uint32_t seed) : engine_(seed) {}
  bool percent(uint32_t p) { return engine_() % 100 < p; }
  uint32_t word() { return engine_(); }
  void garbage(const Port& p) {
    scratch_.resize(p.bytes());
    for (auto& b : scratch_) b = engine_();
    p.drive(scratch_.data());
  }

 private:
  std::mt19937 engine_;
  std::vector<uint8_t> scratch_;
};

// MemoryRead: data is there in the cycle after the request fired. It stays until the next request where the
// port is the memory's only one; elsewhere there is garbage, as if another had read.
struct ReadPort {
  std::string name;
  Port ready, valid, address, data;
  const Memory* memory;
  bool fired = false;
  uint32_t firedAddress = 0;
};

// Decoupled(MemoryWrite), or Valid(MemoryWrite) without a ready.
struct WritePort {
  std::string name;
  Port ready, valid, address, data, mask;
};

#include "axi_memory.h"  // AxiReadMemory, AxiWriteMemory

class Bench {
 public:
  Bench(Stimulus stimulus, Log& log) : s_(std::move(stimulus)), log_(log), random_(s_.seed) {
    bindPorts(top_, ports_);
    done_ = ports_.need("done");
    busy_ = ports_.need("busy");
    for (int i = 0; Port p = ports_.find("stall_" + std::to_string(i)); i++) stalls_.push_back(p);
    tapValid_ = ports_.find("tap_valid");
    tapBits_ = ports_.find("tap_bits");
    jobReady_ = ports_.need("job_ready");
    jobValid_ = ports_.need("job_valid");
    jobBits_ = ports_.need("job_bits");
    for (int i = 0; i < kChunks; i++) {
      // A counter that the chunk's waits can never name may have been optimized away.
      progressPort_[i] = ports_.find("progress_" + std::to_string(i));
      progress_[i] = s_.start[i];
    }
    for (const auto& name : ports_.ending("_request_valid")) {
      auto m = s_.memories.find(name);
      if (m == s_.memories.end()) fail("no memory for read port " + name);
      ReadPort p{name, ports_.need(name + "_request_ready"), ports_.need(name + "_request_valid"),
                 ports_.need(name + "_request_bits"), ports_.need(name + "_data"), &m->second};
      if (int(m->second.wordBytes) != p.data.bytes()) fail("word size of memory " + name);
      reads_.push_back(p);
    }
    for (const auto& name : ports_.ending("_bits_mask")) {
      if (name == "tableWrite") {
        table_ = WritePort{name, {}, ports_.need(name + "_valid"), ports_.need(name + "_bits_address"),
                           ports_.need(name + "_bits_data"), ports_.need(name + "_bits_mask")};
        if (s_.memories.count(name)) continue;  // the chunk's input, which the bench drives
      }
      writes_.push_back({name, ports_.find(name + "_ready"), ports_.need(name + "_valid"),
                         ports_.need(name + "_bits_address"), ports_.need(name + "_bits_data"),
                         ports_.need(name + "_bits_mask")});
    }
    axiRead_ = AxiReadMemory::create(ports_, s_.memories);
    axiWrite_ = AxiWriteMemory::create(ports_);
  }

  void run() {
    driveConstants();
    ports_.need("reset").drive(true);
    for (int i = 0; i < 4; i++) cycle(false);
    ports_.need("reset").drive(false);
    writeTable();
    uint32_t drain = 0;
    bool hang = false;
    while (drain < kDrainCycles && !hang) {
      cycle(true);
      if (doneCount_ >= s_.units && nextJob_ == s_.jobs.size() && !jobPending_) drain++;
      hang = now_ - lastEvent_ > s_.maxIdle;
    }
    log_.event(hang ? 'H' : 'E', now_);
    log_.word(busyCycles_);
    log_.word(lastBusy_);
    log_.word(stallConflicts_);
  }

 private:
  void driveConstants() {
    jobValid_.drive(false);
    for (auto& p : reads_) p.ready.drive(false);
    for (auto& p : writes_) p.ready.drive(false);
    if (table_.valid && s_.memories.count("tableWrite")) table_.valid.drive(false);
    for (const auto& [name, m] : s_.memories) {
      Port constant = ports_.find(name);  // e.g. a base address
      if (constant && m.words == 1) constant.drive(m.data.data());
    }
  }

  void writeTable() {
    auto m = s_.memories.find("tableWrite");
    if (m == s_.memories.end()) return;
    std::vector<uint8_t> ones(table_.mask.bytes(), 0xFF);
    for (uint32_t word = 0; word < m->second.words; word++) {
      table_.valid.drive(true);
      table_.address.drive(uint64_t(word));
      table_.data.drive(&m->second.data[word * m->second.wordBytes]);
      table_.mask.drive(ones.data());
      cycle(false);
      table_.valid.drive(false);
      random_.garbage(table_.address);
      random_.garbage(table_.data);
      random_.garbage(table_.mask);
      if (random_.percent(50)) cycle(false);
    }
  }

  void cycle(bool active) {
    if (active) drive();
    top_.clock = 0;
    top_.eval();
    if (active) sample();
    top_.clock = 1;
    top_.eval();
    now_++;
  }

  void drive() {
    for (int i = 0; i < kChunks; i++) {
      bool own = uint32_t(i) == s_.ownChunk;
      if (own ? ownDone_ : (s_.steps[i] > 0 && random_.percent(s_.progressRate))) {
        progress_[i] = (progress_[i] + 1) & kCounterMask;
        if (own) {
          ownDone_ = false;
        } else {
          s_.steps[i]--;
        }
        lastEvent_ = now_;
        log_.event('P', now_);
        log_.word(i);
        log_.word(progress_[i]);
      }
      if (progressPort_[i]) progressPort_[i].drive(uint64_t(progress_[i]));
    }
    if (!jobPending_ && nextJob_ < s_.jobs.size() && !random_.percent(s_.jobGap)) jobPending_ = true;
    jobValid_.drive(jobPending_);
    if (jobPending_) {
      jobBits_.drive(s_.jobs[nextJob_].data());
    } else {
      random_.garbage(jobBits_);
    }
    for (auto& p : reads_) {
      p.ready.drive(!random_.percent(s_.readStall));
      if (p.fired) {
        // The hardware would give some word for an address beyond the memory; the log shows the address.
        if (p.firedAddress < p.memory->words) {
          p.data.drive(&p.memory->data[size_t(p.firedAddress) * p.memory->wordBytes]);
        } else {
          random_.garbage(p.data);
        }
      } else if (!p.memory->held) {
        random_.garbage(p.data);
      }
    }
    for (auto& p : writes_) {
      if (p.ready) p.ready.drive(!random_.percent(s_.writeStall));
    }
    if (axiRead_) axiRead_->drive(random_, s_.readStall);
    if (axiWrite_) axiWrite_->drive(random_, s_.writeStall);
  }

  void sample() {
    for (auto& p : reads_) {
      p.fired = p.valid.high() && p.ready.high();
      if (p.fired) {
        p.firedAddress = p.address.value();
        event('R');
        log_.name(p.name);
        log_.word(p.firedAddress);
      }
    }
    for (auto& p : writes_) {
      if (p.valid.high() && (!p.ready || p.ready.high())) {
        event('W');
        log_.name(p.name);
        log_.word(p.address.value());
        log_.port(p.mask);
        log_.port(p.data);
      }
    }
    if (axiRead_) axiRead_->sample(log_, now_, lastEvent_);
    if (axiWrite_) axiWrite_->sample(log_, now_, lastEvent_);
    if (tapValid_.high()) {
      event('T');
      log_.port(tapBits_);
    }
    if (jobPending_ && jobReady_.high()) {
      event('J');
      log_.word(nextJob_);
      nextJob_++;
      jobPending_ = false;
    }
    if (busy_.high()) {
      busyCycles_++;
      lastBusy_ = now_;
    }
    int stalls = 0;
    for (const auto& p : stalls_) stalls += p.high();
    if (stalls > 1 || (stalls > 0 && busy_.high())) stallConflicts_++;
    if (done_.high()) {
      event('D');
      doneCount_++;
      ownDone_ = true;
    }
  }

  void event(char kind) {
    lastEvent_ = now_;
    log_.event(kind, now_);
  }

  Stimulus s_;
  Log& log_;
  Random random_;
  Vtop top_;
  Ports ports_;
  Port done_, busy_, tapValid_, tapBits_, jobReady_, jobValid_, jobBits_, progressPort_[kChunks];
  std::vector<ReadPort> reads_;
  std::vector<WritePort> writes_;
  WritePort table_;
  std::unique_ptr<AxiReadMemory> axiRead_;
  std::unique_ptr<AxiWriteMemory> axiWrite_;
  std::vector<Port> stalls_;  // causes for which MATMUL's array idles: one at most, and none when it works
  uint32_t progress_[kChunks];
  bool ownDone_ = false;
  bool jobPending_ = false;
  size_t nextJob_ = 0;
  uint32_t doneCount_ = 0;
  uint32_t now_ = 0;
  uint32_t lastEvent_ = 0;
  uint32_t busyCycles_ = 0;
  uint32_t lastBusy_ = 0;
  uint32_t stallConflicts_ = 0;
};

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) fail("usage: sim STIMULUS LOG");
  Log log(argv[2]);
  auto bench = std::make_unique<Bench>(Stimulus(Reader(argv[1])), log);
  bench->run();
  return 0;
}
