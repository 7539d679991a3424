// Records the result streams of the chunks, read as Verilator public signals.
#pragma once

#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

namespace p2vit {

// One chunk's stream, as listed in the generated design.h.
struct TapSource {
  const char* name;   // of the file
  const char* scope;  // instance in the design
  unsigned bits;      // of an element
  bool isSigned;
};

// Writes elements as 16-bit little-endian integers to <directory>/<name>.
class Tap {
 public:
  // Looks the signals up in the elaborated model, which must exist by now.
  explicit Tap(const TapSource& source);

  void open(const std::string& directory);
  void close();

  // To be called in every cycle when all signals have settled.
  void sample() {
    if (*valid_ && file_) record();
  }

 private:
  struct CloseFile {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };

  void record();
  void flush();

  const TapSource source_;
  const uint8_t* valid_;
  const uint8_t* data_;
  unsigned lanes_;
  std::string path_;
  std::unique_ptr<std::FILE, CloseFile> file_;
  std::vector<int16_t> pending_;
};

}  // namespace p2vit
