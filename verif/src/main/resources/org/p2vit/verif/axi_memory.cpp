#include "axi_memory.h"

#include <sstream>

namespace p2vit {

namespace {
constexpr uint64_t PAGE = 4096;  // no AXI burst may cross such a boundary
constexpr uint32_t INCR = 1;

unsigned log2(unsigned n) {
  unsigned result = 0;
  while ((1u << result) < n) ++result;
  return result;
}

std::string hex(uint64_t value) {
  std::ostringstream out;
  out << "0x" << std::hex << value;
  return out.str();
}
}  // namespace

void AxiMemory::Pause::set(double probability, uint64_t seed) {
  threshold_ = static_cast<uint64_t>(probability * 4294967296.0);
  state_ = seed * 0x9E3779B97F4A7C15u | 1;
}

bool AxiMemory::Pause::operator()() { return threshold_ != 0 && random() < threshold_; }

uint32_t AxiMemory::Pause::random() {
  // xorshift64*, Vigna, "An experimental exploration of Marsaglia's xorshift generators, scrambled"
  state_ ^= state_ >> 12;
  state_ ^= state_ << 25;
  state_ ^= state_ >> 27;
  return (state_ * 0x2545F4914F6CDD1Du) >> 32;
}

AxiMemory::AxiMemory(unsigned beatBytes) : beatBytes_(beatBytes), rData_(beatBytes) {
  setBehaviour(behaviour_);
}

void AxiMemory::setBehaviour(const AxiBehaviour& behaviour) {
  behaviour_ = behaviour;
  uint64_t seed = behaviour.seed * 5;
  for (Pause* pause : {&arPause_, &rPause_, &awPause_, &wPause_, &bPause_}) {
    pause->set(behaviour.stall, ++seed);
  }
}

void AxiMemory::addRegion(const std::string& name, uint64_t base, uint64_t size, bool writable) {
  if (base % beatBytes_ != 0 || size % beatBytes_ != 0 || size == 0) {
    throw std::runtime_error("memory " + name + ": address and size must be multiples of the beat, " +
                             std::to_string(beatBytes_) + " bytes, and the size not 0");
  }
  for (const Region& other : regions_) {
    if (base < other.base + other.bytes.size() && other.base < base + size) {
      throw std::runtime_error("memory " + name + " overlaps " + other.name);
    }
  }
  regions_.push_back({name, base, writable, std::vector<uint8_t>(size)});
  recent_ = nullptr;
}

AxiMemory::Region* AxiMemory::find(uint64_t address, uint64_t size) {
  auto holds = [&](const Region& r) {
    return address >= r.base && size <= r.bytes.size() && address - r.base <= r.bytes.size() - size;
  };
  if (recent_ && holds(*recent_)) return recent_;
  for (Region& region : regions_) {
    if (holds(region)) return recent_ = &region;
  }
  return nullptr;
}

uint8_t* AxiMemory::at(uint64_t address, uint64_t size) {
  Region* region = find(address, size);
  if (!region) {
    throw std::runtime_error("no memory at " + hex(address) + " that holds " + std::to_string(size) + " bytes");
  }
  return region->bytes.data() + (address - region->base);
}

void AxiMemory::violated(const std::string& rule) const {
  throw ProtocolError("AXI4 rule broken in cycle " + std::to_string(cycle_) + ": " + rule);
}

void AxiMemory::check(const Request& now, const Request& held, const char* channel) const {
  if (held.valid && !(now == held)) {
    violated(std::string(channel) + " changed before it was accepted: address " + hex(held.address) + " to " +
             hex(now.address) + (now.valid ? "" : ", valid dropped"));
  }
  if (now.burst != INCR) violated(std::string(channel) + " burst type must be INCR (1), not " + std::to_string(now.burst));
  if (now.size != log2(beatBytes_)) {
    violated(std::string(channel) + " size must be the full beat, not " + std::to_string(now.size));
  }
  if (now.address % beatBytes_ != 0) violated(std::string(channel) + " address " + hex(now.address) + " is not aligned");
  if (now.address / PAGE != (now.address + uint64_t{now.len} * beatBytes_) / PAGE) {
    violated(std::string(channel) + " burst of " + std::to_string(now.len + 1) + " beats at " + hex(now.address) +
             " crosses 4 KiB");
  }
}

void AxiMemory::readRequest(const Request& request) {
  check(request, arHeld_, "AR");
  arHeld_ = request;
  if (arReady_) {
    arHeld_.valid = false;
    reads_.push_back({request.id, request.address, request.len + 1, cycle_ + behaviour_.latency});
  }
}

void AxiMemory::readTaken() {
  ++beatsRead_;
  rValid_ = false;
  Burst& burst = reads_[reading_];
  burst.address += beatBytes_;
  if (--burst.beats == 0) reads_.erase(reads_.begin() + reading_);
}

void AxiMemory::writeRequest(const Request& request) {
  check(request, awHeld_, "AW");
  awHeld_ = request;
  if (awReady_) {
    awHeld_.valid = false;
    writes_.push_back({request.id, request.address, request.len + 1, 0});
  }
}

void AxiMemory::writeData(bool valid, const uint8_t* data, uint64_t strobe, bool last) {
  if (wHeld_ && (!valid || strobe != wHeldStrobe_ || last != wHeldLast_ ||
                 std::memcmp(data, wHeldData_.data(), beatBytes_) != 0)) {
    violated("W changed before it was accepted");
  }
  if (wReady_) {
    wHeld_ = false;
    writeBeats_.push_back({std::vector<uint8_t>(data, data + beatBytes_), strobe, last});
  } else {
    wHeld_ = true;
    wHeldStrobe_ = strobe;
    wHeldLast_ = last;
    wHeldData_.assign(data, data + beatBytes_);
  }
}

// Matches data with requests: either may come first.
void AxiMemory::completeWrites() {
  while (!writes_.empty() && !writeBeats_.empty()) {
    Burst& burst = writes_.front();
    const WriteBeat& beat = writeBeats_.front();
    if (beat.last != (burst.beats == 1)) {
      violated("WLAST is " + std::to_string(beat.last) + " with " + std::to_string(burst.beats) +
               " beats to go in the burst that is now at " + hex(burst.address));
    }
    Region* region = find(burst.address, beatBytes_);
    uint8_t code = !region ? DECERR : !region->writable || failingWrites_.count(burst.address) ? SLVERR : OKAY;
    if (code == OKAY) {
      uint8_t* to = region->bytes.data() + (burst.address - region->base);
      for (unsigned i = 0; i < beatBytes_; ++i) {
        if (beat.strobe >> i & 1) to[i] = beat.data[i];
      }
      ++beatsWritten_;
    }
    if (code > writeCode_) writeCode_ = code;
    burst.address += beatBytes_;
    if (--burst.beats == 0) {
      responses_.push_back({burst.id, writeCode_, cycle_ + behaviour_.latency});
      writeCode_ = OKAY;
      writes_.pop_front();
    }
    writeBeats_.pop_front();
  }
}

void AxiMemory::responseTaken() {
  responses_.pop_front();
  bValid_ = false;
}

bool AxiMemory::readable(size_t index) const { return reads_[index].ready <= cycle_ + 1; }

// Any burst that is due and has none of its own ID before it.
size_t AxiMemory::nextRead() {
  std::set<uint32_t> ids;
  std::vector<size_t> candidates;
  for (size_t i = 0; i < reads_.size() && readable(i); ++i) {
    if (ids.insert(reads_[i].id).second) candidates.push_back(i);
  }
  return candidates[rPause_.random() % candidates.size()];
}

// Decides what drive() shows in the next cycle. A valid that was not taken stays.
void AxiMemory::prepare() {
  if (!writeBeats_.empty()) completeWrites();
  arReady_ = reads_.size() < behaviour_.outstanding && !arPause_();
  awReady_ = writes_.size() + responses_.size() < behaviour_.outstanding && !awPause_();
  wReady_ = writeBeats_.size() < 4 * behaviour_.outstanding && !wPause_();
  if (!bValid_) bValid_ = !responses_.empty() && responses_.front().ready <= cycle_ + 1 && !bPause_();
  if (!rValid_ && !reads_.empty() && readable(0) && !rPause_()) {
    reading_ = behaviour_.stall > 0 ? nextRead() : 0;
    const Burst& burst = reads_[reading_];
    const Region* region = find(burst.address, beatBytes_);
    rValid_ = true;
    rChanged_ = true;
    rLast_ = burst.beats == 1;
    if (!region) {
      rResponse_ = DECERR;
      std::memset(rData_.data(), 0, beatBytes_);
    } else {
      rResponse_ = failingReads_.empty() || !failingReads_.count(burst.address) ? OKAY : SLVERR;
      std::memcpy(rData_.data(), region->bytes.data() + (burst.address - region->base), beatBytes_);
    }
  }
}

}  // namespace p2vit
