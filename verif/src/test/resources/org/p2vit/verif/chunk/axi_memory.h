// The memory behind LOAD's and STORE's burst ports, with random stalls. Included by chunk_bench.cpp.

#include <deque>

struct BurstPort {
  Port ready, valid, address, length;

  static BurstPort of(const Ports& ports) {
    return {ports.need("memory_burst_ready"), ports.need("memory_burst_valid"),
            ports.need("memory_burst_bits_address"), ports.need("memory_burst_bits_length")};
  }
  bool fired() const { return valid.high() && ready.high(); }
  void log(Log& log, uint32_t now) const {
    log.event('A', now);
    uint64_t a = address.value();
    log.word(uint32_t(a));
    log.word(uint32_t(a >> 32));
    log.word(uint32_t(length.value()));
  }
};

// Answers read bursts in order, from the memory "axi", whose first byte is at address 0.
class AxiReadMemory {
 public:
  static std::unique_ptr<AxiReadMemory> create(const Ports& ports, const std::map<std::string, Memory>& memories) {
    if (!ports.find("memory_burst_valid") || ports.find("memory_response_valid")) return nullptr;
    auto m = memories.find("axi");
    if (m == memories.end()) fail("no memory 'axi'");
    return std::unique_ptr<AxiReadMemory>(new AxiReadMemory(ports, m->second));
  }

  void drive(Random& random, uint32_t stall) {
    burst_.ready.drive(!random.percent(stall));
    bool offer = !beats_.empty() && (offered_ || !random.percent(stall));
    offered_ = offer;
    valid_.drive(offer);
    if (offer) {
      uint64_t index = beats_.front().address / memory_.wordBytes;
      if (index < memory_.words) {
        data_.drive(&memory_.data[index * memory_.wordBytes]);
      } else {
        random.garbage(data_);
      }
      last_.drive(beats_.front().last);
      error_.drive(false);
    } else {
      random.garbage(data_);
      random.garbage(last_);
      random.garbage(error_);
    }
  }

  void sample(Log& log, uint32_t now, uint32_t& lastEvent) {
    if (offered_ && ready_.high()) {
      beats_.pop_front();
      offered_ = false;
      lastEvent = now;
    }
    if (burst_.fired()) {
      burst_.log(log, now);
      uint64_t length = burst_.length.value();
      for (uint64_t i = 0; i <= length; i++) {
        beats_.push_back({burst_.address.value() + i * memory_.wordBytes, i == length});
      }
      lastEvent = now;
    }
  }

 private:
  struct Beat {
    uint64_t address;
    bool last;
  };
  AxiReadMemory(const Ports& ports, const Memory& memory)
      : burst_(BurstPort::of(ports)), ready_(ports.need("memory_beat_ready")),
        valid_(ports.need("memory_beat_valid")), data_(ports.need("memory_beat_bits_data")),
        last_(ports.need("memory_beat_bits_last")), error_(ports.need("memory_beat_bits_error")), memory_(memory) {
    valid_.drive(false);
    burst_.ready.drive(false);
  }
  BurstPort burst_;
  Port ready_, valid_, data_, last_, error_;
  const Memory& memory_;
  std::deque<Beat> beats_;
  bool offered_ = false;
};

// Takes bursts and beats, logs them, and responds to each burst some time after its last beat.
class AxiWriteMemory {
 public:
  static std::unique_ptr<AxiWriteMemory> create(const Ports& ports) {
    if (!ports.find("memory_response_valid")) return nullptr;
    return std::unique_ptr<AxiWriteMemory>(new AxiWriteMemory(ports));
  }

  void drive(Random& random, uint32_t stall) {
    burst_.ready.drive(!random.percent(stall));
    ready_.drive(announced_ > 0 && !random.percent(stall));
    respond_ = complete_ > 0 && !random.percent(stall);
    response_.drive(respond_);
    if (respond_) {
      error_.drive(false);
    } else {
      random.garbage(error_);
    }
  }

  void sample(Log& log, uint32_t now, uint32_t& lastEvent) {
    if (respond_) {
      complete_--;
      log.event('V', now);
      lastEvent = now;
    }
    if (valid_.high() && ready_.high()) {
      log.event('B', now);
      log.word(last_.high());
      log.port(data_);
      if (last_.high()) {
        announced_--;
        complete_++;
      }
      lastEvent = now;
    }
    if (burst_.fired()) {
      burst_.log(log, now);
      announced_++;
      lastEvent = now;
    }
  }

 private:
  explicit AxiWriteMemory(const Ports& ports)
      : burst_(BurstPort::of(ports)), ready_(ports.need("memory_beat_ready")),
        valid_(ports.need("memory_beat_valid")), data_(ports.need("memory_beat_bits_data")),
        last_(ports.need("memory_beat_bits_last")), response_(ports.need("memory_response_valid")),
        error_(ports.need("memory_response_bits")) {
    burst_.ready.drive(false);
    ready_.drive(false);
    response_.drive(false);
  }
  BurstPort burst_;
  Port ready_, valid_, data_, last_, response_, error_;
  uint32_t announced_ = 0, complete_ = 0;
  bool respond_ = false;
};
