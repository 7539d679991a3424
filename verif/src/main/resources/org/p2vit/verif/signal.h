// Finds signals of the design that taps.vlt makes public.
#pragma once

#include <stdexcept>
#include <string>

#include "verilated.h"
#include "verilated_sym_props.h"
#include "verilated_syms.h"

namespace p2vit {

// The signal in the elaborated model, which must exist by now.
inline const VerilatedVar& findSignal(const std::string& scope, const std::string& signal) {
  const VerilatedScope* found = Verilated::threadContextp()->scopeFind(("TOP." + scope).c_str());
  const VerilatedVar* variable = found ? found->varFind(signal.c_str()) : nullptr;
  if (!variable) throw std::runtime_error("the design has no signal " + scope + "." + signal);
  return *variable;
}

// A signal of one bit.
inline const uint8_t* findBit(const std::string& scope, const std::string& signal) {
  return static_cast<const uint8_t*>(findSignal(scope, signal).datap());
}

}  // namespace p2vit
