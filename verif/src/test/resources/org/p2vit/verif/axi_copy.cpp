// Test of AxiMemory: lets AxiCopy copy bytes and prints what came of it as "key=value" lines.
//
// Arguments: latency stall seed outstanding source destination bursts length fault read-failure write-failure
// (addresses; 0: none). Memory: "input" 64 KiB at 0x10000, read-only; "output" 64 KiB at 0x40000.
#include <cstdio>
#include <cstdlib>

#include "Vtop.h"
#include "axi_memory.h"

// Whether the copy is some interleaving of the even and the odd bursts, each in order. Words differ.
static bool interleaved(const uint64_t* from, const uint64_t* to, uint64_t bursts, uint64_t beats) {
  uint64_t next[2] = {0, 0};
  for (uint64_t i = 0; i < bursts * beats; ++i) {
    int id = 0;
    for (; id < 2; ++id) {
      const uint64_t source = (next[id] / beats * 2 + id) * beats + next[id] % beats;
      if (source < bursts * beats && from[source] == to[i]) break;
    }
    if (id == 2) return false;
    ++next[id];
  }
  return true;
}

int main(int argc, char** argv) {
  if (argc != 12) return 2;
  auto number = [&](int i) { return std::strtoull(argv[i], nullptr, 0); };
  p2vit::AxiBehaviour behaviour;
  behaviour.latency = number(1);
  behaviour.stall = std::atof(argv[2]);
  behaviour.seed = number(3);
  behaviour.outstanding = number(4);
  p2vit::AxiMemory memory(8);
  memory.setBehaviour(behaviour);
  const uint64_t size = 0x10000, from = 0x10000, to = 0x40000;
  memory.addRegion("input", from, size, false);
  memory.addRegion("output", to, size, true);
  uint32_t random = 1;
  for (uint64_t i = 0; i < size; ++i) {
    random = random * 1664525 + 1013904223;
    *memory.at(from + i, 1) = random >> 24;
  }
  if (number(10)) memory.failRead(number(10));
  if (number(11)) memory.failWrite(number(11));

  Vtop top;
  top.source = number(5);
  top.destination = number(6);
  top.bursts = number(7);
  top.length = number(8);
  top.fault = number(9);
  long cycles = 0;
  try {
    for (; cycles < 100000 && (cycles < 4 || !top.done); ++cycles) {
      top.reset = cycles < 2;
      memory.drive(top);
      top.clock = 0;
      top.eval();
      memory.sample(top);
      top.clock = 1;
      top.eval();
    }
  } catch (const p2vit::ProtocolError& e) {
    std::printf("protocol=%s\n", e.what());
    return 0;
  }
  const uint64_t bytes = number(7) * (number(8) + 1) * 8;
  bool equal = false, merged = false;
  if (number(5) >= from && number(5) + bytes <= from + size && number(6) >= to && number(6) + bytes <= to + size) {
    const uint8_t* source = memory.at(number(5), bytes);
    const uint8_t* copy = memory.at(number(6), bytes);
    equal = !std::memcmp(source, copy, bytes);
    merged = interleaved(reinterpret_cast<const uint64_t*>(source), reinterpret_cast<const uint64_t*>(copy), number(7),
                         number(8) + 1);
  }
  uint64_t changed = 0;
  for (uint64_t i = 0; i < size; i += 8) {
    uint64_t word;
    std::memcpy(&word, memory.at(to + i, 8), 8);
    changed += word != 0;
  }
  std::printf("cycles=%ld\ndone=%d\nfailed=%d\nresponse=%d\nequal=%d\nmerged=%d\nchanged=%lu\nidle=%d\n", cycles, top.done, top.failed,
              top.response, equal, merged, static_cast<unsigned long>(changed), memory.idle());
}
