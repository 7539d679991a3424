// Puts every operand of a file through RoundShiftUnit, with every shift, and writes all results to standard
// output; the Java side judges.
//
//   sim OPERANDS LOWEST_SHIFT HIGHEST_SHIFT

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <vector>

#include "Vtop.h"
#include "round_shift_ports.h"  // PORT_x, PORT_shift, PORT_exact, ... of the object `top`

template <typename T>
static void put(uint64_t value) {
  T v = static_cast<T>(value);
  std::fwrite(&v, sizeof v, 1, stdout);
}

int main(int argc, char** argv) {
  if (argc != 4) return 2;
  FILE* f = std::fopen(argv[1], "rb");
  if (!f) return 2;
  std::vector<int32_t> operands;
  int32_t x;
  while (std::fread(&x, sizeof x, 1, f) == 1) operands.push_back(x);
  std::fclose(f);
  static Vtop top;
  for (int shift = std::atoi(argv[2]); shift <= std::atoi(argv[3]); shift++) {
    PORT_shift = shift & 63;
    for (int32_t operand : operands) {
      PORT_x = static_cast<uint32_t>(operand);
      top.eval();
      put<uint64_t>(PORT_exact);
      put<uint32_t>(PORT_unsigned);
      put<uint16_t>(PORT_word);
      put<uint16_t>(PORT_stream);
      put<uint8_t>(PORT_byte);
      put<uint8_t>(PORT_narrow);
      put<uint8_t>(PORT_limited);
      put<uint16_t>(PORT_fitting);
    }
  }
  return 0;
}
