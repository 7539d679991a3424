// Records when each chunk took its jobs and completed its units, and when and why the array idled.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace p2vit {

// Writes what org.p2vit.verif.ExecutionTrace reads, see there. Cycles are those of the CYCLES register.
class ExecutionRecorder {
 public:
  // Looks the signals up in the elaborated model, which must exist by now.
  ExecutionRecorder(uint64_t windowCycles, std::string file);

  // To be called in every cycle when all signals have settled.
  void sample() {
    if (*running_) record();
  }

  void write() const;

 private:
  struct ChunkSignals {
    const uint8_t *jobValid, *jobReady, *done, *busy;
  };

  void record();
  void event(unsigned kind, unsigned index) { events_.push_back(cycle_ << 8 | kind << 4 | index); }
  void endWindow();

  const uint64_t windowCycles_;
  const std::string file_;
  const uint8_t* running_;
  std::vector<ChunkSignals> chunks_;
  std::vector<const uint8_t*> stalls_;
  uint64_t cycle_ = 0;
  unsigned arrayState_;
  std::vector<uint64_t> events_;
  std::vector<uint16_t> window_;   // counts of the window under way: busy of each chunk, each stall cause
  std::vector<uint16_t> windows_;  // of those that ended
};

}  // namespace p2vit
