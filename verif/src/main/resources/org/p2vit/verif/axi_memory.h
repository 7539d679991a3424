// Memory behind the design's AXI4 master port, one beat a cycle in each direction.
#pragma once

#include <cstdint>
#include <cstring>
#include <deque>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

namespace p2vit {

// The design broke a rule of AXI: a fault of the design, never of its input.
struct ProtocolError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// How the memory answers.
struct AxiBehaviour {
  uint32_t latency = 1;       // cycles from an accepted request to its first response, at least 1
  double stall = 0;           // probability, for each channel and cycle, of not being ready (or valid); if
                              // not 0, reads of different IDs are interleaved at random too
  uint64_t seed = 1;          // of the stalls
  uint32_t outstanding = 64;  // requests held before the request channels stop being ready
};

class AxiMemory {
 public:
  explicit AxiMemory(unsigned beatBytes);

  void setBehaviour(const AxiBehaviour& behaviour);

  // Adds zeroed memory; base and size are multiples of the beat. Accesses outside any region are
  // answered with DECERR, writes to a read-only region with SLVERR.
  void addRegion(const std::string& name, uint64_t base, uint64_t size, bool writable);

  // Answers the read (write) of the beat at this address with SLVERR.
  void failRead(uint64_t address) { failingReads_.insert(align(address)); }
  void failWrite(uint64_t address) { failingWrites_.insert(align(address)); }

  // The host's view: size bytes that lie in one region.
  uint8_t* at(uint64_t address, uint64_t size);

  uint64_t beatsRead() const { return beatsRead_; }
  uint64_t beatsWritten() const { return beatsWritten_; }
  bool idle() const { return reads_.empty() && writes_.empty() && responses_.empty(); }

  // Sets the inputs of the design for the coming cycle.
  template <class Top>
  void drive(Top& top) {
    top.m_axi_arready = arReady_;
    top.m_axi_rvalid = rValid_;
    if (rChanged_) {
      std::memcpy(&top.m_axi_rdata, rData_.data(), beatBytes_);
      top.m_axi_rresp = rResponse_;
      top.m_axi_rlast = rLast_;
      top.m_axi_rid = reads_[reading_].id;
      rChanged_ = false;
    }
    top.m_axi_awready = awReady_;
    top.m_axi_wready = wReady_;
    top.m_axi_bvalid = bValid_;
    if (bValid_) {
      top.m_axi_bresp = responses_.front().code;
      top.m_axi_bid = responses_.front().id;
    }
  }

  // Takes the transfers of this cycle: call it when all signals have settled, before the clock edge.
  template <class Top>
  void sample(const Top& top) {
    ++cycle_;
    if (top.m_axi_arvalid || arHeld_.valid) {
      readRequest({top.m_axi_arvalid != 0, top.m_axi_arid, top.m_axi_araddr, top.m_axi_arlen,
                   top.m_axi_arsize, top.m_axi_arburst});
    }
    if (rValid_ && top.m_axi_rready) readTaken();
    if (top.m_axi_awvalid || awHeld_.valid) {
      writeRequest({top.m_axi_awvalid != 0, top.m_axi_awid, top.m_axi_awaddr, top.m_axi_awlen,
                    top.m_axi_awsize, top.m_axi_awburst});
    }
    if (top.m_axi_wvalid || wHeld_) {
      writeData(top.m_axi_wvalid, reinterpret_cast<const uint8_t*>(&top.m_axi_wdata),
                top.m_axi_wstrb, top.m_axi_wlast);
    }
    if (bValid_ && top.m_axi_bready) responseTaken();
    prepare();
  }

 private:
  enum Response : uint8_t { OKAY = 0, SLVERR = 2, DECERR = 3 };

  struct Region {
    std::string name;
    uint64_t base;
    bool writable;
    std::vector<uint8_t> bytes;
  };

  // A request channel's signals; len is the number of beats less one.
  struct Request {
    bool valid = false;
    uint32_t id = 0;
    uint64_t address = 0;
    uint32_t len = 0;
    uint32_t size = 0;
    uint32_t burst = 0;
    bool operator==(const Request& o) const {
      return valid == o.valid && id == o.id && address == o.address && len == o.len && size == o.size &&
             burst == o.burst;
    }
  };

  struct Burst {
    uint32_t id;
    uint64_t address;
    uint32_t beats;
    uint64_t ready;  // first cycle with a response
  };

  struct WriteBeat {
    std::vector<uint8_t> data;
    uint64_t strobe;
    bool last;
  };

  struct WriteResponse {
    uint32_t id;
    uint8_t code;
    uint64_t ready;
  };

  // Decides, for one channel, in which cycles it pauses.
  class Pause {
   public:
    void set(double probability, uint64_t seed);
    bool operator()();
    uint32_t random();

   private:
    uint64_t threshold_ = 0;
    uint64_t state_ = 1;
  };

  uint64_t align(uint64_t address) const { return address & ~uint64_t{beatBytes_ - 1}; }
  Region* find(uint64_t address, uint64_t size);
  bool readable(size_t index) const;
  size_t nextRead();
  void check(const Request& now, const Request& held, const char* channel) const;
  void readRequest(const Request& request);
  void readTaken();
  void writeRequest(const Request& request);
  void writeData(bool valid, const uint8_t* data, uint64_t strobe, bool last);
  void completeWrites();
  void responseTaken();
  void prepare();
  [[noreturn]] void violated(const std::string& rule) const;

  const unsigned beatBytes_;
  AxiBehaviour behaviour_;
  std::vector<Region> regions_;
  Region* recent_ = nullptr;
  std::set<uint64_t> failingReads_, failingWrites_;

  uint64_t cycle_ = 0;
  uint64_t beatsRead_ = 0, beatsWritten_ = 0;
  std::deque<Burst> reads_, writes_;
  size_t reading_ = 0;  // index in reads_ of the burst whose beat is on the wires
  std::deque<WriteBeat> writeBeats_;
  std::deque<WriteResponse> responses_;
  uint8_t writeCode_ = OKAY;  // worst answer so far to the burst that is being written
  Pause arPause_, rPause_, awPause_, wPause_, bPause_;

  // A request that was not accepted yet must stay as it is.
  Request arHeld_, awHeld_;
  bool wHeld_ = false, wHeldLast_ = false;
  uint64_t wHeldStrobe_ = 0;
  std::vector<uint8_t> wHeldData_;

  // What drive() puts on the wires.
  bool arReady_ = false, rValid_ = false, rLast_ = false, rChanged_ = false;
  bool awReady_ = false, wReady_ = false, bValid_ = false;
  uint8_t rResponse_ = OKAY;
  std::vector<uint8_t> rData_;
};

}  // namespace p2vit
