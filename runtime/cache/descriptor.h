// An open file that closes itself, and its lock against other processes.
#pragma once

#include <utility>

#include <sys/file.h>
#include <unistd.h>

namespace plait {

class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int number) : number_(number) {}
  Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(number_, other.number_);
    return *this;
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (number_ >= 0) {
      ::close(number_);
    }
  }

  [[nodiscard]] int get() const { return number_; }
  [[nodiscard]] bool is_open() const { return number_ >= 0; }

  /// Says that the file is in use, until the descriptor is closed; waits for whoever looks just now whether it is. File systems without
  /// locks have none.
  void LockShared() const { ::flock(number_, LOCK_SH); }
  /// Whether nobody else says that the file is in use.
  [[nodiscard]] bool IsUnused() const { return ::flock(number_, LOCK_EX | LOCK_NB) == 0; }

 private:
  int number_ = -1;
};

}  // namespace plait
