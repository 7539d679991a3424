#include "execution_recorder.h"

#include <algorithm>
#include <fstream>
#include <stdexcept>

#include "design.h"
#include "signal.h"

namespace p2vit {

ExecutionRecorder::ExecutionRecorder(uint64_t windowCycles, std::string file)
    : windowCycles_(windowCycles), file_(std::move(file)), arrayState_(ARRAY_UNATTRIBUTED) {
  running_ = findBit(COUNTERS_SCOPE, "io_running");
  for (unsigned i = 0; i < CHUNKS; ++i) {
    const std::string n = std::to_string(i);
    chunks_.push_back({findBit(CONTROLLER_SCOPE, "io_jobs_" + n + "_valid"),
                       findBit(CONTROLLER_SCOPE, "io_jobs_" + n + "_ready"),
                       findBit(CONTROLLER_SCOPE, "io_done_" + n), findBit(CONTROLLER_SCOPE, "io_busy_" + n)});
  }
  for (uint32_t index : STALL_SIGNALS) {
    stalls_.push_back(findBit(CONTROLLER_SCOPE, "io_stall_" + std::to_string(index)));
  }
  window_.resize(chunks_.size() + stalls_.size());
}

void ExecutionRecorder::record() {
  unsigned state = ARRAY_UNATTRIBUTED;
  for (size_t i = 0; i < stalls_.size(); ++i) {
    if (!*stalls_[i]) continue;
    ++window_[chunks_.size() + i];
    state = i;
  }
  for (size_t i = 0; i < chunks_.size(); ++i) {
    const ChunkSignals& chunk = chunks_[i];
    if (*chunk.jobValid && *chunk.jobReady) event(EVENT_TAKEN, i);
    if (*chunk.done) event(EVENT_DONE, i);
    if (*chunk.busy) {
      ++window_[i];
      if (i == ARRAY_CHUNK) state = ARRAY_BUSY;
    }
  }
  if (state != arrayState_) {
    event(EVENT_ARRAY, state);
    arrayState_ = state;
  }
  if (++cycle_ % windowCycles_ == 0) endWindow();
}

void ExecutionRecorder::endWindow() {
  windows_.insert(windows_.end(), window_.begin(), window_.end());
  std::fill(window_.begin(), window_.end(), 0);
}

void ExecutionRecorder::write() const {
  std::ofstream out(file_, std::ios::binary);
  const uint64_t header[] = {windowCycles_, cycle_, events_.size()};
  out.write(reinterpret_cast<const char*>(header), sizeof header);
  out.write(reinterpret_cast<const char*>(events_.data()), events_.size() * sizeof(uint64_t));
  out.write(reinterpret_cast<const char*>(windows_.data()), windows_.size() * sizeof(uint16_t));
  if (cycle_ % windowCycles_ != 0) {
    out.write(reinterpret_cast<const char*>(window_.data()), window_.size() * sizeof(uint16_t));
  }
  out.close();
  if (!out) throw std::runtime_error("cannot write " + file_);
}

}  // namespace p2vit
