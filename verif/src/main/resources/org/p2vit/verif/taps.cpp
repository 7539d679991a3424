#include "taps.h"

#include <stdexcept>

#include "signal.h"

namespace p2vit {

namespace {
constexpr size_t FLUSH_ELEMENTS = 1 << 18;
}

Tap::Tap(const TapSource& source)
    : source_(source),
      valid_(findBit(source.scope, "io_tap_valid")) {
  const VerilatedVar& data = findSignal(source.scope, "io_tap_bits");
  data_ = static_cast<const uint8_t*>(data.datap());
  unsigned width = data.packed().elements();
  if (width % source.bits != 0) {
    throw std::runtime_error(std::string("tap ") + source.scope + " has " + std::to_string(width) +
                             " bits, no multiple of " + std::to_string(source.bits));
  }
  lanes_ = width / source.bits;
}

void Tap::open(const std::string& directory) {
  path_ = directory + "/" + source_.name;
  file_.reset(std::fopen(path_.c_str(), "wb"));
  if (!file_) throw std::runtime_error("cannot write " + path_);
}

void Tap::close() {
  if (!file_) return;
  flush();
  if (std::fclose(file_.release()) != 0) throw std::runtime_error("cannot write " + path_);
}

void Tap::record() {
  // Elements lie one after the other from the lowest bit up; Verilator stores wide values as
  // little-endian words, so bytes of the value are bytes of memory.
  const unsigned bits = source_.bits;
  for (unsigned lane = 0; lane < lanes_; ++lane) {
    const unsigned at = lane * bits;
    const unsigned last = (at + bits - 1) / 8;
    uint32_t value = 0;
    for (unsigned byte = last + 1; byte-- > at / 8;) value = value << 8 | data_[byte];
    value = value >> at % 8 & ((1u << bits) - 1);
    const bool negative = source_.isSigned && (value >> (bits - 1) & 1);
    pending_.push_back(static_cast<int16_t>(negative ? static_cast<int32_t>(value) - (1 << bits)
                                                     : static_cast<int32_t>(value)));
  }
  if (pending_.size() >= FLUSH_ELEMENTS) flush();
}

void Tap::flush() {
  if (std::fwrite(pending_.data(), sizeof(int16_t), pending_.size(), file_.get()) != pending_.size()) {
    throw std::runtime_error("cannot write " + path_);
  }
  pending_.clear();
}

}  // namespace p2vit
